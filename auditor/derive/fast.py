"""Making many frozen values quickly.

Links and images are not known at once: the text of a link comes after its tag. A mutable twin of
the class takes the fields as they come and then becomes the frozen class, without a copy. The
values are equal in every respect.
"""

from __future__ import annotations

from typing import Any

from msgspec import NODEFAULT, Struct, defstruct
from msgspec.structs import fields


def twin(frozen: type[Struct]) -> type[Any]:
    """A mutable class with the fields of a frozen one. Set `__class__` of its instances to
    `frozen` when they are finished."""
    specs: list[Any] = [
        (item.name, object) if item.default is NODEFAULT else (item.name, object, item.default)
        for item in fields(frozen)
    ]
    return defstruct(f"{frozen.__name__}Draft", specs, gc=False)

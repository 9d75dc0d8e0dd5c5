"""What a web server of the district answers for one address."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Resource:
    """A finished answer. `page` says that it is an HTML page of the site (counted as such);
    `no_head` that the server answers HEAD with 405; `delay_s` how long it takes."""

    body: bytes
    content_type: str = "text/html; charset=utf-8"
    status: int = 200
    page: bool = False
    no_head: bool = False
    delay_s: float = 0.0
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def etag(self) -> str:
        """Entity tag made from the body."""
        return f'"{hashlib.sha256(self.body).hexdigest()[:16]}"'


def html(text: str, **options: Any) -> Resource:
    """A UTF-8 page."""
    return Resource(text.encode(), **options)


def json_answer(value: Any) -> Resource:
    """A JSON answer."""
    body = json.dumps(value, ensure_ascii=False, sort_keys=True).encode()
    return Resource(body, "application/json; charset=utf-8")

"""Field types of the configuration models.

What comes out of YAML, the environment and the command line is text (`Plain`) or, where it was
quoted, `str`; these types decide what it means. A quoted "5" is text and never a number.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from datetime import date, datetime, time
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import BeforeValidator, Field

from auditor.config.problems import odd_character, quoted
from auditor.config.strict_yaml import Plain
from auditor.model.site import SHANGHAI

_WHOLE = re.compile(r"[-+]?(0|[1-9][0-9]{0,17})")
_DECIMAL = re.compile(r"[-+]?(0|[1-9][0-9]{0,11})(\.[0-9]{1,9})?")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9:.]+(Z|[-+][0-9]{2}:?[0-9]{2})?")
_BOOLEANS = {"true": True, "false": False}
_IPV6_WORDS = {"true": "on", "false": "off"}

#: Names that Windows reserves; reports are folders that people copy there.
_RESERVED = frozenset(
    {"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10))}
)


def whole_number(value: object) -> int:
    """A decimal whole number without leading zeros (`010` would be 8 to some and 10 to others)."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, Plain) and _WHOLE.fullmatch(value):
        return int(value)
    raise ValueError(f"must be a whole number{_not(value)}")


def decimal_number(value: object) -> float:
    """A decimal number such as 5 or 0.5; no exponents, no infinity."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    if isinstance(value, Plain) and _DECIMAL.fullmatch(value):
        return float(value)
    raise ValueError(f"must be a number{_not(value)}")


def boolean(value: object) -> bool:
    """`true` or `false`, as in YAML 1.2."""
    if isinstance(value, bool):
        return value
    if isinstance(value, Plain) and value.lower() in _BOOLEANS:
        return _BOOLEANS[value.lower()]
    raise ValueError(f"must be true or false{_not(value)}")


def text(value: object) -> str:
    """One line of text without control characters and invisible ones."""
    if value is None:
        raise ValueError('has no value; write "" for an empty text')
    if not isinstance(value, str):
        raise ValueError(f"must be text{_not(value)}")
    odd = odd_character(value)
    if odd:
        raise ValueError(f"holds the invisible or control character {odd}")
    return str(value)


def word(value: object) -> str:
    """Text that is not empty and has no space at its ends."""
    found = text(value)
    if not found or found != found.strip():
        raise ValueError(f"must not be empty, nor start or end with a space{_not(found)}")
    return found


def optional_word(value: object) -> str | None:
    """A word, or null."""
    return None if value is None else word(value)


def auto_or_count(value: object) -> int | str:
    """`auto`, or a number of workers from 1 to 1024."""
    if isinstance(value, str) and value == "auto":
        return "auto"
    try:
        count = whole_number(value)
    except ValueError:
        raise ValueError(f"must be auto or a whole number{_not(value)}") from None
    if not 1 <= count <= 1024:
        raise ValueError(f"must be auto or from 1 to 1024{_not(value)}")
    return count


def moment(value: object) -> datetime | None:
    """A day (its end in China's time: what was published on that day counts) or a moment in
    ISO 8601; without an offset it is China's time."""
    if value is None:
        return None
    raw = text(value)
    try:
        if _DAY.fullmatch(raw):
            found = datetime.combine(date.fromisoformat(raw), time(23, 59, 59))
        elif _MOMENT.fullmatch(raw):
            found = datetime.fromisoformat(raw)
        else:
            raise ValueError
    except ValueError:
        raise ValueError(f"must be a date like 2026-03-31{_not(raw)}") from None
    if not 2000 <= found.year <= 2100:
        raise ValueError(f"must be between 2000 and 2100{_not(raw)}")
    return found if found.tzinfo else found.replace(tzinfo=SHANGHAI)


def ipv6_mode(value: object) -> str:
    """`auto` (use IPv6 when the vantage point proves it), `on` or `off`."""
    raw = {True: "on", False: "off"}.get(value) if isinstance(value, bool) else text(value)
    return _IPV6_WORDS.get(raw or "", raw or "")


def resolver(value: object) -> str:
    """The address of a name server: `ip`, `ip:port` or `[ipv6]:port`."""
    raw = word(value)
    try:
        split_address(raw, 53)
    except ValueError:
        message = 'must be an address like "192.0.2.1:53" or "[2001:db8::1]:53"'
        raise ValueError(f"{message}{_not(raw)}") from None
    return raw


def split_address(raw: str, default_port: int) -> tuple[str, int]:
    """Host and port of `ip`, `ip:port` or `[ipv6]:port`. Raises ValueError."""
    if raw.startswith("["):
        host, _, rest = raw[1:].partition("]")
        port = rest.removeprefix(":") if rest else str(default_port)
    elif raw.count(":") == 1:
        host, _, port = raw.partition(":")
    else:
        host, port = raw, str(default_port)
    if not re.fullmatch(r"[0-9]{1,5}", port) or not 1 <= int(port) <= 65535:
        raise ValueError("port")
    return str(ip_address(host)), int(port)


def network(value: object) -> str:
    """An IP address or network in CIDR form, in canonical spelling."""
    raw = word(value)
    try:
        return str(ip_network(raw, strict=False))
    except ValueError:
        message = 'must be an address or a network like "10.0.0.0/8"'
        raise ValueError(f"{message}{_not(raw)}") from None


def database_url(value: object) -> str:
    """`sqlite:///file` or `postgresql://...`."""
    raw = word(value)
    try:
        scheme = urlsplit(raw).scheme
    except ValueError:
        scheme = ""
    if scheme.partition("+")[0] not in {"sqlite", "postgresql"} or "://" not in raw:
        raise ValueError(
            f'must be like "sqlite:///auditor.db" or "postgresql://host/name"{_not(raw)}'
        )
    return raw


def site_id(value: object) -> str:
    """A site id: lower-case letters, digits and hyphens; it becomes a folder name."""
    raw = word(value)
    if raw in _RESERVED:
        raise ValueError(f"must not be {quoted(raw)}, which Windows keeps for devices")
    if len(raw) <= 64 and re.fullmatch(r"[a-z0-9]+(-+[a-z0-9]+)*", raw):
        return raw
    slug = slugify(raw)
    hint = f"; did you mean {quoted(slug)}?" if slug else ""
    raise ValueError(f"must be at most 64 of a-z, 0-9 and hyphens between them{_not(raw)}{hint}")


def optional_site_id(value: object) -> str | None:
    """A site id, or null: the home page will make one."""
    return None if value is None else site_id(value)


def slugify(raw: str) -> str:
    """The nearest valid site id, or "" when nothing of the text can be used."""
    folded = unicodedata.normalize("NFKC", raw).lower()
    return re.sub(r"[^a-z0-9]+", "-", folded).strip("-")[:64].strip("-")


def from_command_line(value: object) -> object:
    """A value that code or the command line gives, in the form that the field types expect."""
    if isinstance(value, str | Path):
        return Plain(value)
    if isinstance(value, datetime | date):
        return Plain(value.isoformat())
    if isinstance(value, list | tuple):
        return tuple(from_command_line(item) for item in value)
    if isinstance(value, Mapping):
        return {str(key): from_command_line(item) for key, item in value.items()}
    return value


def ascii_form(raw: str) -> str:
    """`; did you mean "..."?` with half-width characters in place of full-width ones, or ""."""
    folded = unicodedata.normalize("NFKC", raw).replace("。", ".").replace("、", ",")
    return f"; did you mean {quoted(folded)}?" if folded != raw else ""


def _not(value: object) -> str:
    if isinstance(value, str):
        note = ""
        if not isinstance(value, Plain) and _DECIMAL.fullmatch(value):
            note = " in quotes"
        return f", not {quoted(value)}{note}{ascii_form(value)}"
    if value is None:
        return ", not empty"
    if isinstance(value, dict):
        return ", not a group of keys"
    if isinstance(value, tuple | list):
        return ", not a list"
    return f", not {quoted(value)}"


Whole = Annotated[int, BeforeValidator(whole_number)]
Decimal = Annotated[float, BeforeValidator(decimal_number)]
Switch = Annotated[bool, BeforeValidator(boolean)]
Line = Annotated[str, BeforeValidator(text), Field(max_length=500)]
Word = Annotated[str, BeforeValidator(word), Field(max_length=500)]
OptionalWord = Annotated[str | None, BeforeValidator(optional_word)]
Workers = Annotated[int | Literal["auto"], BeforeValidator(auto_or_count)]
Moment = Annotated[datetime | None, BeforeValidator(moment)]
Ipv6Mode = Annotated[Literal["auto", "on", "off"], BeforeValidator(ipv6_mode)]
Resolver = Annotated[str, BeforeValidator(resolver)]
Network = Annotated[str, BeforeValidator(network)]
DatabaseUrl = Annotated[str, BeforeValidator(database_url)]
OptionalSiteId = Annotated[str | None, BeforeValidator(optional_site_id)]
Port = Annotated[int, BeforeValidator(whole_number), Field(ge=1, le=65535)]

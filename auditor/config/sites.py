"""One site of the register, from whatever source, and the comparison of all sites."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from auditor.config.addresses import homepage_url, host_name
from auditor.config.fields import (
    Line,
    OptionalSiteId,
    OptionalWord,
    Switch,
    Whole,
    ascii_form,
    site_id,
    slugify,
    text,
    word,
)
from auditor.config.problems import ConfigError, Problem, quoted, suggestion
from auditor.config.strict_yaml import Plain
from auditor.model.site import Site, SiteType

#: Chinese names of the site types, as registers of government sites write them.
_TYPE_NAMES = {
    "portal": SiteType.PORTAL,
    "门户": SiteType.PORTAL,
    "门户网站": SiteType.PORTAL,
    "政府门户网站": SiteType.PORTAL,
    "department": SiteType.DEPARTMENT,
    "部门": SiteType.DEPARTMENT,
    "部门网站": SiteType.DEPARTMENT,
    "政府部门网站": SiteType.DEPARTMENT,
    "township": SiteType.TOWNSHIP,
    "乡镇": SiteType.TOWNSHIP,
    "镇": SiteType.TOWNSHIP,
    "街道": SiteType.TOWNSHIP,
    "镇街": SiteType.TOWNSHIP,
    "乡镇街道": SiteType.TOWNSHIP,
    "乡镇网站": SiteType.TOWNSHIP,
    "institution": SiteType.INSTITUTION,
    "事业单位": SiteType.INSTITUTION,
    "事业单位网站": SiteType.INSTITUTION,
    "channel": SiteType.CHANNEL,
    "频道": SiteType.CHANNEL,
    "部门频道": SiteType.CHANNEL,
}
_ROUNDED = re.compile(r"[0-9](\.[0-9]+)?[eE]\+?[0-9]+")


def _site_type(value: object) -> SiteType:
    if isinstance(value, SiteType):
        return value
    raw = word(value)
    found = _TYPE_NAMES.get(raw.lower())
    if found is None:
        known = ", ".join(SiteType)
        hint = suggestion(raw, _TYPE_NAMES)
        raise ValueError(f"must be one of {known}, not {quoted(raw)}{hint}")
    return found


def _label(value: object) -> str:
    raw = text(value)
    if raw.startswith(("=", "@")):
        raise ValueError(f"looks like a spreadsheet formula: {quoted(raw)}")
    return raw.strip()


def _name(value: object) -> str:
    raw = _label(value)
    if not raw:
        raise ValueError("must not be empty")
    return raw


def _code(pattern: str, form: str) -> BeforeValidator:
    """A code that must match `pattern`, or be empty."""

    def check(value: object) -> str:
        raw = "" if value is None else text(value).strip()
        if not raw or re.fullmatch(pattern, raw):
            return raw
        if _ROUNDED.fullmatch(raw):
            raise ValueError(
                f"was rounded by the spreadsheet to {quoted(raw)}; format the column as text"
            )
        raise ValueError(f"must be {form}, not {quoted(raw)}{ascii_form(raw)}")

    return BeforeValidator(check)


def _hosts(value: object) -> object:
    """Each host in canonical spelling; every bad one is named. JSON has lists for tuples."""
    if isinstance(value, list):
        value = tuple(value)
    if not isinstance(value, tuple):
        return value
    hosts, wrong = [], []
    for item in value:
        try:
            hosts.append(host_name(item))
        except ValueError as error:
            wrong.append(str(error))
    if wrong:
        raise ValueError("; ".join(wrong))
    repeated = {host for host in hosts if hosts.count(host) > 1}
    if repeated:
        raise ValueError(f"names {quoted(min(repeated))} twice")
    return tuple(hosts)


Hosts = Annotated[tuple[str, ...], BeforeValidator(_hosts), Field(max_length=500)]


class SiteEntry(BaseModel):
    """One line of the register as written. Without an `id`, the home page's host and path make
    one. `region_code`: 行政区划代码 of 6, 9 or 12 digits; `site_code`: 政府网站标识码, 10 digits
    or, for ministries, `bm` and 8 digits."""

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid")

    id: OptionalSiteId = None
    name: Annotated[str, BeforeValidator(_name), Field(max_length=200)]
    homepage: Annotated[str, BeforeValidator(homepage_url)]
    type: Annotated[SiteType, BeforeValidator(_site_type)] = SiteType.DEPARTMENT
    organisation: Annotated[str, BeforeValidator(_label), Field(max_length=200)] = ""
    region_code: Annotated[str, _code(r"[0-9]{6}([0-9]{3}){0,2}", "6, 9 or 12 digits")] = ""
    site_code: Annotated[str, _code(r"[0-9]{10}|bm[0-9]{8}", "10 digits (or bm and 8)")] = ""
    icp: Line = ""
    police: Annotated[str, _code(r"(?![0-9.]+[eE]).{0,200}", "a registration number")] = ""
    aliases: Hosts = ()
    closed_hosts: Hosts = ()
    column_template: OptionalWord = None
    has_services: Switch = True
    contact: Line = ""
    due_days: Annotated[Whole, Field(ge=1, le=365)] = 15

    @model_validator(mode="after")
    def _hosts_agree(self) -> Self:
        own = {urlsplit(self.homepage).hostname, *self.aliases}
        both = sorted(own & set(self.closed_hosts), key=str)
        if both:
            raise ValueError(f"closed_hosts names {quoted(both[0])}, a host that the site uses")
        return self

    def site(self) -> Site:
        """The site as the rest of the program knows it."""
        values = {name: getattr(self, name) for name in type(self).model_fields}
        values["id"] = self.id or _id_from(self.homepage)
        values["column_template"] = self.column_template or ""
        return Site(**values)


def _id_from(homepage: str) -> str:
    parts = urlsplit(homepage)
    return slugify(f"{parts.netloc} {parts.path}") or "site"


def site_from_url(url: str) -> Site:
    """A site for an audit without a register. `www.example.gov.cn` stands for
    `http://www.example.gov.cn/`. Raises `ConfigError`."""
    try:
        raw = url if "://" in url else f"http://{url}"
        homepage = homepage_url(Plain(raw.strip()))
    except ValueError as error:
        raise ConfigError([Problem(quoted(url), 0, str(error))]) from None
    return Site(id=_id_from(homepage), name=urlsplit(homepage).hostname or "", homepage=homepage)


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the register: the place where it is written and its values as written."""

    file: str
    line: int
    values: Mapping[str, object]


def compare_rows(rows: Iterable[Row]) -> list[Problem]:
    """What is wrong between sites: ids, home pages, site codes and aliases used twice. Rows with
    mistakes of their own take part with what is right in them."""
    problems: list[Problem] = []
    seen: dict[tuple[str, str], tuple[int, int]] = {}
    for number, row in enumerate(rows):
        for kind, value in _unique_values(row.values):
            first, line = seen.setdefault((kind, value), (number, row.line))
            if value and first != number:
                message = f"duplicate {kind} {quoted(value)}; it is already in line {line}"
                problems.append(Problem(row.file, row.line, message))
    return problems


def _unique_values(values: Mapping[str, object]) -> Iterable[tuple[str, str]]:
    homepage = _attempt(homepage_url, values.get("homepage"))
    if homepage:
        parts = urlsplit(homepage)
        yield "homepage", f"{parts.netloc}{parts.path.rstrip('/')}?{parts.query}".rstrip("?")
    given = values.get("id")
    if given is not None or homepage:
        yield "id", _attempt(site_id, given) if given is not None else _id_from(homepage)
    code = values.get("site_code")
    if code and _attempt(_site_type, values.get("type")) != SiteType.CHANNEL:
        yield "site_code", str(code)
    aliases = values.get("aliases")
    if isinstance(aliases, tuple):
        yield from (("alias", _attempt(host_name, alias)) for alias in aliases)


def _attempt(read: Callable[[object], str], value: object) -> str:
    """What `read` makes of a value, or "" where it refuses (which is reported elsewhere)."""
    try:
        return read(value)
    except ValueError:
        return ""

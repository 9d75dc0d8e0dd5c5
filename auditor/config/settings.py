"""Settings: the keys of `config.yaml`, their types, limits and defaults.

The keys and defaults are a stable surface. `config.yaml` in the root of the project is the
commented sample; a test keeps it equal to the defaults here.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from ipaddress import IPv4Network, IPv6Network, ip_network
from types import MappingProxyType
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, PrivateAttr, field_validator, model_validator

from auditor.config.fields import (
    DatabaseUrl,
    Decimal,
    Ipv6Mode,
    Line,
    Moment,
    Network,
    OptionalWord,
    Port,
    Resolver,
    Switch,
    Whole,
    Word,
    Workers,
    split_address,
)
from auditor.config.sites import SiteEntry
from auditor.config.strict_yaml import Plain

_DAY_S = 86_400


class Group(BaseModel):
    """A group of keys: unknown ones are refused, values are frozen and never converted."""

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid", populate_by_name=True)


class CrawlSettings(Group):
    """Budgets of one site's crawl. `mode: list-first` reads lists, what they say is new or
    changed, and a random share (`settled_sample`) of the other pages, which it takes over from the
    site's last audit; without one it reads everything. `include_offsite_links` also tests links
    that leave the site (one request each)."""

    max_pages: Annotated[Whole, Field(ge=1, le=1_000_000)] = 5000
    max_depth: Annotated[Whole, Field(ge=0, le=1000)] = 20
    max_seconds: Annotated[Whole, Field(ge=1, le=30 * _DAY_S)] = 3600
    body_limit_mb: Annotated[Whole, Field(ge=1, le=1024)] = 10
    page_timeout_s: Annotated[Decimal, Field(gt=0, le=600)] = 30.0
    mode: Literal["full", "list-first"] = "full"
    settled_sample: Annotated[Decimal, Field(ge=0, le=1)] = 0.02
    include_offsite_links: Switch = True


class PolitenessSettings(Group):
    """How gently sites are visited. Ignoring robots.txt needs a reason, which reports print.
    `user_agent` replaces the whole header; `contact` is put into the usual one."""

    delay_s: Annotated[Decimal, Field(ge=0, le=3600)] = 0.5
    per_host: Annotated[Whole, Field(ge=1, le=64)] = 2
    per_ip: Annotated[Whole, Field(ge=1, le=256)] = 4
    adaptive: Switch = True
    obey_robots: Switch = True
    robots_override_reason: OptionalWord = None
    contact: Line = ""
    user_agent: OptionalWord = None

    @field_validator("user_agent")
    @classmethod
    def _header_characters(cls, value: str | None) -> str | None:
        if value is not None and not value.isascii():
            raise ValueError("must be ASCII, as HTTP headers are")
        return value

    @model_validator(mode="after")
    def _override_needs_reason(self) -> Self:
        if not self.obey_robots and not self.robots_override_reason:
            raise ValueError(
                "obey_robots: false needs a robots_override_reason, which reports print"
            )
        return self


class NetworkSettings(Group):
    """Names and addresses. `allow` opens addresses that the egress guard would refuse;
    `name_server_port` is where the sites' own name servers are asked; `ca_file` holds further
    certificate authorities (PEM) to trust."""

    resolvers: tuple[Resolver, ...] = ()
    allow: tuple[Network, ...] = ()
    allow_ports: tuple[Port, ...] = (80, 443)
    ipv6: Ipv6Mode = "auto"
    ca_file: OptionalWord = None
    name_server_port: Port = 53

    @property
    def resolver_addresses(self) -> tuple[tuple[str, int], ...]:
        """`resolvers` as (address, port)."""
        return tuple(split_address(item, 53) for item in self.resolvers)

    @property
    def allowed_networks(self) -> tuple[IPv4Network | IPv6Network, ...]:
        """`allow` as networks."""
        return tuple(ip_network(item) for item in self.allow)


class BrowserSettings(Group):
    """The browser. `binary: null` looks for Debian's chromium."""

    enabled: Switch = True
    workers: Workers = "auto"
    max_renders: Annotated[Whole, Field(ge=0, le=100_000)] = 60
    page_timeout_s: Annotated[Decimal, Field(gt=0, le=600)] = 30.0
    binary: OptionalWord = None


class SearchSettings(Group):
    """Probes of the sites' own search."""

    max_queries: Annotated[Whole, Field(ge=0, le=1000)] = 60
    delay_s: Annotated[Decimal, Field(ge=0, le=3600)] = 1.0


class CheckSettings(Group):
    """Which checks run: ids or families. `params` maps a check id to its parameters."""

    include: tuple[Word, ...] = ()
    exclude: tuple[Word, ...] = ()
    params: Mapping[str, Mapping[str, Any]] = Field(default_factory=dict)

    @field_validator("params", mode="before")
    @classmethod
    def _plain_values(cls, value: object) -> object:
        return _resolved(value) if isinstance(value, dict) else value


class EvidenceSettings(Group):
    """What is archived: pages that findings cite, all, or none. Nothing is kept any more once
    less than `keep_free_mb` is free on the disk."""

    store: Literal["cited", "all", "none"] = "cited"
    screenshots: Switch = True
    keep_free_mb: Annotated[Whole, Field(ge=0, le=10**9)] = 512


class EngineSettings(Group):
    """Where site audits run: in this process, in `workers` processes of this machine, or on the
    workers of a Dask `scheduler`."""

    kind: Literal["local", "dask"] = "local"
    workers: Annotated[Whole, Field(ge=1, le=1024)] = 1
    scheduler: OptionalWord = None

    @field_validator("scheduler")
    @classmethod
    def _is_address(cls, value: str | None) -> str | None:
        if value is not None and not re.fullmatch(r"(tcp|tls)://[^/\s]+:[0-9]+", value):
            raise ValueError("must be the address of a Dask scheduler, like tcp://10.0.0.5:8786")
        return value

    @property
    def spreads(self) -> bool:
        """True when site audits run in other processes than this one."""
        return self.kind == "dask" or self.workers > 1 or self.scheduler is not None


class ReportSettings(Group):
    """Reports to write. `title` replaces the district report's own heading."""

    formats: tuple[Word, ...] = ("html", "json", "csv", "xlsx")
    lang: Literal["zh-CN", "en"] = "zh-CN"
    title: Line = ""


class Settings(Group):
    """The whole configuration, frozen. `coverage_limit`: a run that measured a smaller share of
    what it set out to measure ends with exit code 3 (incomplete)."""

    register_source: str | tuple[SiteEntry, ...] = Field(default="sites.csv", alias="register")
    scheme: Annotated[tuple[Word, ...], Field(min_length=1)] = ("gb19-2019",)
    as_of: Moment = None
    crawl: CrawlSettings = CrawlSettings()
    politeness: PolitenessSettings = PolitenessSettings()
    network: NetworkSettings = NetworkSettings()
    browser: BrowserSettings = BrowserSettings()
    search: SearchSettings = SearchSettings()
    checks: CheckSettings = CheckSettings()
    evidence: EvidenceSettings = EvidenceSettings()
    engine: EngineSettings = EngineSettings()
    database: DatabaseUrl = "sqlite:///auditor.db"
    reports: ReportSettings = ReportSettings()
    schedule: tuple[Any, ...] = ()
    notify: tuple[Any, ...] = ()
    coverage_limit: Annotated[Decimal, Field(ge=0, le=1)] = 0.5

    _origins: Mapping[str, str] = PrivateAttr(default_factory=dict)

    @field_validator("schedule", "notify")
    @classmethod
    def _not_yet(cls, value: tuple[Any, ...]) -> tuple[Any, ...]:
        if value:
            raise ValueError("must be empty: this version does not support it yet")
        return value

    @property
    def register(self) -> str | tuple[SiteEntry, ...]:
        """The register: a path, or the inline list."""
        return self.register_source

    @property
    def origins(self) -> Mapping[str, str]:
        """Where each value (dotted key) comes from: `default`, `file:line`, `env` or `cli`."""
        return MappingProxyType(dict(self._origins))

    def with_origins(self, origins: Mapping[str, str]) -> Self:
        """The same settings, knowing where their values come from."""
        known = self.model_copy()
        known._origins = dict(origins)
        return known

    def public(self) -> dict[str, Any]:
        """All values as plain data, without secrets (the database password)."""
        data = self.model_dump(mode="json", by_alias=True)
        data["database"] = without_password(self.database)
        return data

    def sha256(self) -> str:
        """Hash of the canonical form without secrets; equal settings have equal hashes."""
        canonical = json.dumps(self.public(), sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(canonical.encode()).hexdigest()


def without_password(url: str) -> str:
    """A database URL with `***` in place of its password."""
    hidden = re.sub(r"(?<=://)([^/@:]*):.*@", r"\1:***@", url)
    return re.sub(r"(?<=[?&])(password|sslpassword|passfile)=[^&]*", r"\1=***", hidden)


def _resolved(value: object) -> object:
    """Unquoted scalars by the core schema of YAML 1.2, for values whose type is not known here."""
    if isinstance(value, dict):
        return {str(key): _resolved(item) for key, item in value.items()}
    if isinstance(value, tuple):
        return tuple(_resolved(item) for item in value)
    if not isinstance(value, Plain):
        return value
    if value in {"true", "false"}:
        return value == "true"
    if re.fullmatch(r"-?(0|[1-9][0-9]{0,17})", value):
        return int(value)
    if re.fullmatch(r"-?(0|[1-9][0-9]{0,17})\.[0-9]{1,17}", value):
        return float(value)
    return str(value)

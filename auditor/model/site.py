"""Sites of the register and the conditions of a run."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from enum import StrEnum
from functools import lru_cache
from urllib.parse import urlsplit

#: Chinese law counts days in China's time; the zone has had no daylight saving since 1991.
SHANGHAI = timezone(timedelta(hours=8), "Asia/Shanghai")


class SiteType(StrEnum):
    """Which rules apply to a site (STANDARDS: site type matrix)."""

    PORTAL = "portal"
    DEPARTMENT = "department"
    TOWNSHIP = "township"
    INSTITUTION = "institution"
    CHANNEL = "channel"


@dataclass(frozen=True, slots=True)
class Site:
    """One line of the register."""

    id: str
    name: str
    homepage: str
    type: SiteType = SiteType.DEPARTMENT
    organisation: str = ""
    region_code: str = ""
    site_code: str = ""
    icp: str = ""
    police: str = ""
    aliases: tuple[str, ...] = ()
    closed_hosts: tuple[str, ...] = ()
    column_template: str = ""
    has_services: bool = True
    contact: str = ""
    due_days: int = 15

    @property
    def host(self) -> str:
        """Host name of the home page, lower case, without port."""
        return _host_of(self.homepage)

    @property
    def hosts(self) -> frozenset[str]:
        """Every host name that belongs to the site: the home page's and the aliases."""
        return _hosts_of(self.homepage, self.aliases)


# Asked for on every page, and a register has a few hundred sites.
@lru_cache(maxsize=4096)
def _host_of(homepage: str) -> str:
    return (urlsplit(homepage).hostname or "").lower()


@lru_cache(maxsize=4096)
def _hosts_of(homepage: str, aliases: tuple[str, ...]) -> frozenset[str]:
    return frozenset({_host_of(homepage), *(alias.lower() for alias in aliases)})


@dataclass(frozen=True, slots=True)
class Register:
    """The whole register, for checks that compare a site with the others."""

    sites: tuple[Site, ...]


@dataclass(frozen=True, slots=True)
class Vantage:
    """What the auditor proved about its own network before it judged others."""

    ipv4: bool = True
    ipv6: bool = False
    dns: bool = True
    browser: bool = False
    nat64: bool = False
    detail: str = ""


@dataclass(frozen=True, slots=True)
class RunContext:
    """What every check may know about the run. `as_of` is the moment of judgement."""

    run_id: str
    as_of: datetime
    vantage: Vantage = Vantage()

    @property
    def today(self) -> date:
        """The calendar day of judgement in China."""
        return self.as_of.astimezone(SHANGHAI).date()

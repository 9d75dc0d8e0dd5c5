"""What the sites of the district are: read from `data/sites.yaml` and `data/columns.yaml`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Any

import yaml


@dataclass(frozen=True, slots=True)
class ColumnSpec:
    """A column to be made. Ages and steps are in days before the day of judgement.

    `blank` is None for a filled column, else the words shown in place of entries; `number` is
    its number in addresses that carry one; `flags` are the column's own peculiarities.
    """

    name: str
    slug: str
    kind: str
    group: str
    dir: str
    number: int
    items: int = 0
    newest: int = 0
    step: int = 0
    per_page: int = 15
    text: str = ""
    blank: str | None = None
    flags: frozenset[str] = frozenset()

    @property
    def listed(self) -> bool:
        """True when the column is a list of dated entries."""
        return self.kind not in {"static", "menu"}


@dataclass(frozen=True, slots=True)
class GroupSpec:
    """An entry of the main menu with its columns."""

    name: str
    dir: str
    number: int
    columns: tuple[ColumnSpec, ...]


@dataclass(frozen=True, slots=True)
class SiteSpec:
    """One site of the district; see the comments in `data/sites.yaml`.

    `ipv6`: loopback (the default) | none | documentation | other-content |
    other-certificate. `search`: good | empty |
    broken | none. `own_port` gives the site a port of its own that is open on IPv4 only. `flags`
    are seeded defects that templates know by name, `shown` values that its pages print in place
    of the registered ones, `statuses` addresses that answer with an error of their own.
    """

    id: str
    name: str
    host: str
    type: str
    organisation: str
    site_code: str
    icp: str
    police: str
    address: str
    secure: bool
    style: str
    frame: str
    pager: str
    search: str
    topics: str
    nouns: Mapping[str, str]
    theme: Mapping[str, Any]
    groups: tuple[GroupSpec, ...]
    seed: int
    aliases: tuple[str, ...] = ()
    closed_hosts: tuple[str, ...] = ()
    copies: tuple[str, ...] = ()
    encoding: str = "utf-8"
    ipv6: str = "loopback"
    own_port: bool = False
    shield: bool = False
    soft404: bool = False
    flags: frozenset[str] = frozenset()
    shown: Mapping[str, str] = field(default_factory=dict)
    statuses: Mapping[str, int] = field(default_factory=dict)

    @property
    def columns(self) -> tuple[ColumnSpec, ...]:
        """Every column in menu order."""
        return tuple(column for group in self.groups for column in group.columns)

    def column(self, slug: str) -> ColumnSpec:
        """The column with this slug; KeyError when there is none."""
        return {column.slug: column for column in self.columns}[slug]


@dataclass(frozen=True, slots=True)
class DistrictSpec:
    """The whole district."""

    area: str
    region_code: str
    sites: tuple[SiteSpec, ...]


def read_data(name: str) -> Any:
    """A YAML file of `auditor/demo/data`."""
    return yaml.safe_load((files("auditor.demo") / "data" / name).read_text("utf-8"))


def load_district() -> DistrictSpec:
    """Read the district; the data is part of the package, so a mistake is a bug and raises."""
    raw = read_data("sites.yaml")
    layouts = read_data("columns.yaml")
    sites = tuple(_site(entry, layouts, index) for index, entry in enumerate(raw["sites"]))
    return DistrictSpec(raw["area"], raw["region"]["code"], sites)


def _site(entry: dict[str, Any], layouts: dict[str, Any], index: int) -> SiteSpec:
    values = dict(entry)
    layout = layouts[values.pop("layout")]
    overrides = values.pop("columns", {})
    names = values.pop("groups", {})
    values["groups"] = tuple(
        _group(group, names, overrides, number) for number, group in enumerate(layout, start=1)
    )
    for key in ("aliases", "closed_hosts", "copies"):
        values[key] = tuple(values.get(key, ()))
    values["flags"] = frozenset(values.get("flags", ()))
    return SiteSpec(seed=index, **values)


def _group(
    group: dict[str, Any], names: dict[str, str], overrides: dict[str, Any], number: int
) -> GroupSpec:
    name = names.get(group["group"], group["group"])
    columns = []
    for place, raw in enumerate(group["columns"], start=1):
        change = overrides.get(raw["slug"], {})
        if change is None:
            continue
        merged = {**raw, **change, "group": name, "dir": group["dir"]}
        merged["flags"] = frozenset(merged.get("flags", ()))
        columns.append(ColumnSpec(number=1000 + number * 100 + place, **merged))
    return GroupSpec(name, group["dir"], 1000 + number * 100, tuple(columns))

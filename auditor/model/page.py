"""What one walk over a page's tree yields.

`PageFacts` is stored with every page, so it must be enough to judge the page again without the
network. Lists are bounded by `auditor.derive.limits`; a `*_total` field gives the true count.
Values of which a page has hundreds are structs, which are made and stored several times faster
than dataclasses and are like them in all else (docs/adr/0007-structs-for-small-values.md).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from msgspec import Struct


class PageKind(StrEnum):
    """Coarse role of a page, judged from the page alone."""

    HOME = "home"
    LIST = "list"
    ARTICLE = "article"
    OTHER = "other"


class LinkKind(StrEnum):
    """What a link target is for (also the vocabulary of `export --what links`)."""

    PAGE = "page"
    IMAGE = "image"
    STYLE = "style"
    SCRIPT = "script"
    ATTACHMENT = "attachment"
    FRAME = "frame"


class Region(StrEnum):
    """Part of the page, from landmark elements, roles and common id and class words."""

    HEADER = "header"
    NAV = "nav"
    MAIN = "main"
    FOOTER = "footer"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Encoding:
    """How the bytes became text. `source`: bom | header | meta | utf-8 | gb18030 | fallback.

    `declared` is the first label given by header or meta ("" if none); `disagreement` names the
    labels that do not fit the bytes or each other; `replaced` counts undecodable bytes.
    """

    used: str = "utf-8"
    declared: str = ""
    source: str = "utf-8"
    disagreement: str = ""
    replaced: int = 0


@dataclass(frozen=True, slots=True)
class Meta:
    """A meta element with name (or property, or http-equiv) as written in the page."""

    name: str
    content: str


#: Ways of finding (`Link.via`) that take an address out of scripts, data or lists that no visitor
#: sees. Such an address is a guess: when nothing answers there, no link of the page is dead.
GUESSED = frozenset(
    {"script", "data", "pager", "interface", "listing", "rel", "sitemap", "noscript", "template"}
)


class Link(Struct, frozen=True, gc=False, omit_defaults=True):
    """A reference from the page, resolved and canonical (`url` is "" where nothing to fetch).

    `index` is the element's number among elements of its tag, so `(//a)[index]` finds it;
    `place` is a short structural path (`div#footer ul.links a`) without positions, equal for
    links that one template line makes. `name` is the accessible name as far as the source shows
    it; `text` the visible text; `via` how it was found: href | src | onclick | option | meta | map,
    or one of `GUESSED`: script (a literal in a script) | data (a data attribute) | pager (a
    script-built pager) | interface (data that scripts load, no page) | listing (an entry in such
    data) | rel (link element) | sitemap | noscript, template (elements that nobody sees, in a
    browser that runs scripts or at all).
    """

    url: str
    raw: str
    text: str = ""
    name: str = ""
    title: str = ""
    kind: LinkKind = LinkKind.PAGE
    region: Region = Region.OTHER
    place: str = ""
    tag: str = "a"
    index: int = 0
    via: str = "href"
    hidden: bool = False
    nofollow: bool = False

    @property
    def guessed(self) -> bool:
        """Whether the address was taken from where no visitor sees it (see `GUESSED`)."""
        return self.via in GUESSED


class Image(Struct, frozen=True, gc=False, omit_defaults=True):
    """An image. `alt` is None when the attribute is missing. `hidden` covers the `hidden`
    attribute, inline styles and aria-hidden of the element and its ancestors only."""

    url: str
    alt: str | None
    name: str = ""
    decorative: bool = False
    hidden: bool = False
    link_url: str = ""
    link_text: str = ""
    place: str = ""
    index: int = 0
    tag: str = "img"


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading with its level 1 to 6."""

    level: int
    text: str


@dataclass(frozen=True, slots=True)
class Field:
    """A form control. `name_source`: label | aria | title | placeholder | value | none."""

    tag: str
    type: str
    name: str
    id: str
    accessible_name: str
    name_source: str
    placeholder: str = ""
    hidden: bool = False
    place: str = ""
    index: int = 0


@dataclass(frozen=True, slots=True)
class Form:
    """A form. `kind`: search | letter | login | other. `action` is absolute."""

    kind: str
    action: str
    method: str
    field: str
    hidden_fields: tuple[tuple[str, str], ...] = ()
    fields: tuple[Field, ...] = ()
    place: str = ""
    index: int = 0
    charset: str = ""


@dataclass(frozen=True, slots=True)
class Frame:
    """A frame or iframe with its accessible name."""

    url: str
    name: str
    hidden: bool = False
    index: int = 0


@dataclass(frozen=True, slots=True)
class Table:
    """A table that holds data rather than layout, and whether it has header cells."""

    rows: int
    columns: int
    has_headers: bool
    caption: str = ""
    place: str = ""
    index: int = 0


class ListItem(Struct, frozen=True, gc=False, omit_defaults=True):
    """An entry of a list block: a link, with the date printed beside it if there is one.
    `yearless` is a date without its year (`11-18`) where nothing tells the year."""

    url: str
    title: str
    published_on: date | None = None
    place: str = ""
    yearless: str = ""


@dataclass(frozen=True, slots=True)
class PublishedOn:
    """The page's publication time. `source`: visible | meta | url | none.

    `raw` is the text it was read from; `disagreements` lists the other sources as
    `source=value` where they name another day.
    """

    value: date | None = None
    source: str = "none"
    raw: str = ""
    disagreements: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Identity:
    """Who runs the site, as the page says. `None` means not seen in this page's source.

    `rendered_by_script` is true when header or footer are written by scripts, so that absence
    proves nothing. `site_codes` holds (place, value) with place meta | error-report | visible.
    `gov_mark`: the mark's kind (red | blue | red_error | script) or None.
    """

    site_code: str | None = None
    site_codes: tuple[tuple[str, str], ...] = ()
    icp: str | None = None
    icp_link: str = ""
    police: str | None = None
    police_link: str = ""
    organiser: str | None = None
    contact: str | None = None
    gov_mark: str | None = None
    gov_mark_url: str = ""
    error_report_entry: str | None = None
    sitemap_link: str | None = None
    barrier_free_entry: str | None = None
    rendered_by_script: bool = False


@dataclass(frozen=True, slots=True)
class PageFacts:
    """Everything that the checks may know about one fetched page.

    `text` is the visible text, white space folded, at most 100,000 characters; `main_text_hash`
    hashes the text without header, navigation and footer; `script_shell` says that the source
    has almost no content of its own and must be rendered to be judged; `pager_total` is the
    number of pages that a script-built pager announces; `rendered` says that a browser ran the
    page's scripts before it was read; `main_chars` counts the text outside header, navigation
    and footer; `redirect` is the address to which a page without content of its own sends every
    visitor at once, by meta refresh or by script; `fillable` says that the part beside the menus
    is empty and that scripts may fill it.
    """

    url: str
    final_url: str
    status: int = 200
    content_type: str = "text/html"
    captured_at: datetime | None = None
    sha256: str = ""
    size_bytes: int = 0
    parent_url: str = ""
    parent_text: str = ""
    depth: int = 0
    kind: PageKind = PageKind.OTHER
    encoding: Encoding = Encoding()
    doctype: str = ""
    lang: str | None = None
    title: str = ""
    base_url: str = ""
    metas: tuple[Meta, ...] = ()
    published: PublishedOn = PublishedOn()
    identity: Identity = Identity()
    breadcrumb: tuple[str, ...] = ()
    headings: tuple[Heading, ...] = ()
    links: tuple[Link, ...] = ()
    links_total: int = 0
    images: tuple[Image, ...] = ()
    images_total: int = 0
    frames: tuple[Frame, ...] = ()
    forms: tuple[Form, ...] = ()
    tables: tuple[Table, ...] = ()
    items: tuple[ListItem, ...] = ()
    landmarks: tuple[str, ...] = ()
    skip_link: bool = False
    moving: tuple[str, ...] = ()
    captcha: bool = False
    pager_total: int = 0
    text: str = ""
    text_chars: int = 0
    main_text_hash: str = ""
    script_shell: bool = False
    next_url: str = ""
    rendered: bool = False
    main_chars: int = 0
    redirect: str = ""
    fillable: bool = False

    def meta(self, name: str) -> str | None:
        """Content of the first meta with this name, compared without case; None if absent."""
        wanted, size = name.lower(), len(name)
        for item in self.metas:
            if len(item.name) == size and item.name.lower() == wanted:
                return item.content
        return None

"""Renders one site of the district: every address with its finished answer."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from jinja2 import Environment, PackageLoader
from markupsafe import Markup

from auditor.demo._assets import assets, sitemap
from auditor.demo._content import Article, site_articles
from auditor.demo._files import CONTENT_TYPES, attachment
from auditor.demo._paths import group_path, list_path
from auditor.demo._resource import Resource, json_answer
from auditor.demo._spec import ColumnSpec, GroupSpec, SiteSpec

ABOUT = {
    "sitemap": ("站点地图", "/about/sitemap.html"),
    "contact": ("联系我们", "/about/contact.html"),
    "barrier": ("无障碍浏览", "/about/barrier-free.html"),
    "report": ("政府网站工作年度报表", "/about/report.html"),
    "write": ("我要写信", "/about/write.html"),
}
_TYPES = {
    "static": "概况信息",
    "news": "工作动态",
    "notice": "政策文件",
    "policy": "政策文件",
    "interpretation": "解读回应",
    "response": "解读回应",
    "letter": "互动交流",
    "survey": "互动交流",
    "interview": "互动交流",
}
_WEEKDAYS = "一二三四五六日"
#: Static pages were written long ago, which is no fault.
_STATIC_STAMP = "2021-05-06 10:00"


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a page must know of the district: ports, the other sites, the day of judgement."""

    as_of: date
    http_port: int
    https_port: int
    homepages: Mapping[str, tuple[str, str]]

    def outside(self, host: str, path: str) -> str:
        """Address of another host over HTTPS."""
        return f"https://{host}:{self.https_port}{path}"

    def plain(self, host: str, path: str) -> str:
        """Address of another host over HTTP."""
        return f"http://{host}:{self.http_port}{path}"


@lru_cache(maxsize=1)
def environment() -> Environment:
    """The template environment; everything is escaped."""
    return Environment(
        loader=PackageLoader("auditor.demo", "templates"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )


class SiteRenderer:
    """Renders the pages of one site. `origin` is its scheme, host and port."""

    def __init__(self, site: SiteSpec, around: Surroundings, origin: str) -> None:
        self.site = site
        self.around = around
        self.origin = origin
        self.articles = site_articles(site, around.as_of)
        self._menu = [self._menu_entry(group) for group in site.groups]

    def resources(self) -> dict[str, Resource]:
        """Every address of the site (path and query) with its answer."""
        found: dict[str, Resource] = dict(assets(self.site, self.origin))
        found |= self._home()
        for group in self.site.groups:
            found |= self._group(group)
            for column in group.columns:
                found |= self._column(group, column)
        for articles in self.articles.values():
            for article in articles:
                found |= self._article(article)
        found |= self._about()
        if self.site.type == "portal":
            pages = [self.origin + path for path, item in found.items() if item.page]
            found["/sitemap.xml"] = sitemap(pages)
        return found

    def searchable(self) -> dict[str, tuple[Article, ...]]:
        """Everything that the site's search knows, by column: articles and static pages."""
        return self.articles | {
            column.slug: (self._static_article(column),)
            for column in self.site.columns
            if column.kind == "static"
        }

    def _static_article(self, column: ColumnSpec) -> Article:
        day, clock = _STATIC_STAMP.split()
        return Article(
            number=0,
            title=column.name,
            day=date.fromisoformat(day),
            clock=clock,
            source=self.site.organisation,
            column=column,
            path=self.column_url(column),
            paragraphs=(f"{self.site.name}{column.name}",),
        )

    def page(self, template: str, path: str, **values: Any) -> Resource:
        """Render one page of the site in the site's encoding."""
        text = self.text(template, path, **values)
        article: Article | None = values.get("article")
        if article is not None and "bytes" in article.extra:
            return Resource(text.encode(article.extra["bytes"]), page=True)
        if self.site.encoding == "utf-8":
            return Resource(text.encode(), page=True)
        # Pages labelled gb2312 use characters of the larger sets all the time.
        return Resource(text.encode("gb18030"), "text/html", page=True)

    def text(self, template: str, path: str, **values: Any) -> str:
        """Render a template with everything that all templates know."""
        return environment().get_template(template).render(self.context(path, values))

    def context(self, path: str, values: Mapping[str, Any]) -> dict[str, Any]:
        """The values that every template knows, and the page's own."""
        day = self.around.as_of
        return {
            "site": self.site,
            "frame": "base.html" if self.site.frame == "modern" else "legacy.html",
            "menu": self._menu,
            "about": {key: url for key, (_, url) in ABOUT.items()},
            "today": f"{day.year}年{day.month}月{day.day}日 星期{_WEEKDAYS[day.weekday()]}",
            "today_year": day.year,
            "address": self.origin + path,
            "conac": hashlib.md5(self.site.host.encode()).hexdigest().upper(),
            "http_port": self.around.http_port,
            "outside": self.around.outside,
            "plain": self.around.plain,
            "kind": "page",
            "title": self.site.name,
            "crumbs": (),
            "column_name": "",
            "column_type": "",
            "article": None,
            **values,
        }

    def column_url(self, column: ColumnSpec, page: int = 1) -> str:
        """Address of a column of this site."""
        return list_path(self.site.style, column, page)

    def _menu_entry(self, group: GroupSpec) -> dict[str, Any]:
        children = [{"name": c.name, "url": self.column_url(c)} for c in group.columns]
        if len(children) == 1:
            return {"name": group.name, "url": children[0]["url"], "children": children}
        return {
            "name": group.name,
            "url": group_path(self.site.style, group),
            "children": children,
        }

    def _home(self) -> dict[str, Resource]:
        columns = [c for c in self.site.columns if c.listed and self.articles[c.slug]]
        newest = [a for a in self.articles[columns[0].slug] if not a.pinned]
        values = {
            "kind": "home",
            "title": f"{self.site.name}网站",
            "lead": newest[0],
            "news": newest[1:8],
            "blocks": [self._block(column, 6) for column in columns[1:10]],
            "static_links": [
                {"name": c.name, "url": self.column_url(c)}
                for c in self.site.columns
                if c not in columns[:10]
            ],
            "neighbours": self._neighbours(),
        }
        template = "home.html" if self.site.frame == "modern" else "home_legacy.html"
        return self._view(template, "/", "/api/home.json", values)

    def _neighbours(self) -> list[dict[str, str]]:
        if self.site.type != "portal":
            return []
        homes = self.around.homepages.items()
        return [{"name": n, "url": url} for key, (n, url) in homes if key != self.site.id]

    def _block(self, column: ColumnSpec, count: int) -> dict[str, Any]:
        items = self.articles[column.slug][:count]
        return {"column": column, "url": self.column_url(column), "entries": items}

    def _group(self, group: GroupSpec) -> dict[str, Resource]:
        if len(group.columns) == 1:
            return {}
        listed = [c for c in group.columns if c.listed and self.articles[c.slug]]
        values = {
            "title": f"{group.name}_{self.site.name}",
            "group": group,
            "column_name": group.name,
            "column_type": "政务公开",
            "crumbs": [(group.name, "")],
            "blocks": [self._block(column, 5) for column in listed],
            "static_links": [
                {"name": c.name, "url": self.column_url(c)}
                for c in group.columns
                if c not in listed
            ],
        }
        path = group_path(self.site.style, group)
        return self._view("group.html", path, f"/api/channel-{group.dir}.json", values)

    def _column(self, group: GroupSpec, column: ColumnSpec) -> dict[str, Resource]:
        values: dict[str, Any] = {
            "column": column,
            "column_name": column.name,
            "column_type": _TYPES.get(column.kind, "政务公开"),
            "crumbs": self._crumbs(column, ""),
            "siblings": [{"name": c.name, "url": self.column_url(c)} for c in group.columns],
            "items": (),
            "pages": 1,
            "page": 1,
            "page_links": (),
        }
        if column.kind == "static":
            return self._static(column, values)
        if column.kind == "menu":
            values["menu_links"] = [
                {"name": c.name, "url": self.column_url(c)}
                for c in group.columns
                if c.listed and c.kind != "yearly"
            ]
        return self._list(column, values)

    def _crumbs(self, column: ColumnSpec, last: str) -> list[tuple[str, str]]:
        group = next(group for group in self.site.groups if column in group.columns)
        crumbs = []
        if len(group.columns) > 1:
            crumbs.append((group.name, group_path(self.site.style, group)))
        crumbs.append((column.name, self.column_url(column) if last else ""))
        return [*crumbs, (last, "")] if last else crumbs

    def _static(self, column: ColumnSpec, values: dict[str, Any]) -> dict[str, Resource]:
        path = self.column_url(column)
        values |= {
            "title": f"{column.name}_{self.site.name}",
            "heading": column.name,
            "text": column.text,
            "stamp": _STATIC_STAMP,
        }
        return {path: self.page("plain.html", path, **values)}

    def _list(self, column: ColumnSpec, values: dict[str, Any]) -> dict[str, Resource]:
        articles = self.articles.get(column.slug, ())
        pages = max(1, -(-len(articles) // column.per_page))
        links = [self.column_url(column, page) for page in range(1, pages + 1)]
        found: dict[str, Resource] = {}
        for page in range(1, pages + 1):
            suffix = f"（第{page}页）" if page > 1 else ""
            shown = articles[(page - 1) * column.per_page : page * column.per_page]
            own = {
                **values,
                "title": f"{column.name}{suffix}_{self.site.name}",
                "items": shown,
                "pages": pages,
                "page": page,
                "page_links": links,
            }
            view = f"/api/list-{column.slug}-{page}.json"
            found |= self._view("list.html", links[page - 1], view, own)
        if "by-script" in column.flags:
            found[f"/api/{column.slug}.json"] = json_answer({"items": _entries(articles)})
        return found

    def _view(
        self, template: str, path: str, view: str, values: dict[str, Any]
    ) -> dict[str, Resource]:
        """A page of lists: rendered here, or a shell and its JSON on the script-built site."""
        if self.site.style != "app":
            return {path: self.page(template, path, **values)}
        data = self._json_view(template, values)
        return {
            path: self.page("shell.html", path, **values, view=view),
            view: json_answer(data),
        }

    def _json_view(self, template: str, values: dict[str, Any]) -> dict[str, Any]:
        crumbs = Markup(" &gt; ").join(
            Markup('<a href="{}">{}</a>').format(url, name) if url else Markup.escape(name)
            for name, url in values.get("crumbs", ())
        )
        trail = Markup(
            '<nav class="crumbs" aria-label="当前位置">当前位置：<a href="/">首页</a> &gt; {}</nav>'
        )
        data: dict[str, Any] = {"crumbs": str(trail.format(crumbs)) if crumbs else ""}
        if template == "list.html":
            column: ColumnSpec = values["column"]
            entries = values.get("menu_links") or _entries(values["items"])
            return data | {
                "kind": "list",
                "name": column.name,
                "group": column.group,
                "siblings": values["siblings"],
                "items": [{"title": e.get("name"), **e} for e in entries],
                "pages": list(values["page_links"]),
                "page": values["page"],
            }
        blocks = [
            {"name": b["column"].name, "url": b["url"], "items": _entries(b["entries"])}
            for b in values["blocks"]
        ]
        if "lead" in values:
            first = self.site.columns[[c.listed for c in self.site.columns].index(True)]
            items = _entries([values["lead"], *values["news"]])
            blocks.insert(0, {"name": first.name, "url": self.column_url(first), "items": items})
        name = values["group"].name if "group" in values else self.site.name
        tiles = self.text("_tiles.html", "/", static_links=values["static_links"])
        return data | {"kind": "blocks", "name": name, "blocks": blocks, "tiles": tiles}

    def _article(self, article: Article) -> dict[str, Resource]:
        found: dict[str, Resource] = {}
        attachments = []
        for index, (name, suffix) in enumerate(article.extra.get("attachments", ())):
            url = f"/files/{article.number}_{index}.{suffix}"
            attachments.append((f"{name}.{suffix}", url))
            body = attachment(suffix, name, article.paragraphs[:3])
            no_head = bool(article.extra.get("no_head"))
            found[url] = Resource(body, CONTENT_TYPES[suffix], no_head=no_head)
        attachments += [tuple(pair) for pair in article.extra.get("linked_files", ())]
        extra = environment().from_string(article.extra.get("html", ""))
        values = {
            "title": article.extra.get("page_title", f"{article.title}_{self.site.name}"),
            "article": article,
            "column_name": article.column.name,
            "column_type": _TYPES.get(article.column.kind, "政务公开"),
            "crumbs": self._crumbs(article.column, "正文"),
            "attachments": attachments,
            "extra_html": Markup(extra.render(self.context(article.path, {}))),
        }
        found[article.path] = self.page("article.html", article.path, **values)
        return found

    def _about(self) -> dict[str, Resource]:
        found = {}
        for text, (name, path) in ABOUT.items():
            if self.site.frame == "legacy" and text in {"sitemap", "barrier"}:
                continue
            values = {
                "title": f"{name}_{self.site.name}",
                "heading": name,
                "text": text,
                "stamp": "",
                "column_name": name,
                "column_type": "概况信息",
                "crumbs": [(name, "")],
            }
            found[path] = self.page("plain.html", path, **values)
        if self.site.style == "app":
            parts = {p: self.text(f"_{p}.html", "/") for p in ("header", "footer")}
            found["/api/frame.json"] = json_answer(parts)
        return found


def _entries(articles: Sequence[Article]) -> list[dict[str, str]]:
    return [{"title": a.title, "url": a.path, "date": str(a.day)} for a in articles]


def missing_page(renderer: SiteRenderer, path: str) -> Resource:
    """The page shown for addresses that do not exist (the caller sets the status)."""
    return renderer.page(
        "plain.html",
        path,
        title=f"页面不存在_{renderer.site.name}",
        heading="页面不存在",
        text="missing",
        stamp="",
    )

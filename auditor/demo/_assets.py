"""What every site serves beside its pages: styles, scripts, pictures, robots.txt, sitemap.xml."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from importlib.resources import files

from jinja2 import Environment
from markupsafe import escape

from auditor.demo._files import icon, landscape
from auditor.demo._resource import Resource, html
from auditor.demo._spec import SiteSpec

_SCRIPTS = ("page.js", "fill.js", "app.js", "bigger.js")


def assets(site: SiteSpec, origin: str) -> Iterator[tuple[str, Resource]]:
    """Address and answer of every asset of a site."""
    folder = files("auditor.demo") / "static"
    # The style sheet is text with the site's colours filled in; nothing there needs escaping.
    style = Environment(autoescape=True).from_string((folder / "style.css").read_text("utf-8"))
    text = style.render(site.theme)
    yield "/static/style.css", Resource(text.encode(), "text/css; charset=utf-8")
    for name in _SCRIPTS:
        body = (folder / name).read_bytes()
        yield f"/static/{name}", Resource(body, "text/javascript; charset=utf-8")
    yield "/static/icon.svg", Resource(icon(site.theme["main"]), "image/svg+xml")
    yield "/static/tile.svg", Resource(icon(site.theme["dark"]), "image/svg+xml")
    for turn in range(7):
        name = f"p{turn}" if turn else "hero"
        body = landscape(site.theme["hero"], turn + site.seed)
        yield f"/images/{name}.svg", Resource(body, "image/svg+xml")
    yield "/robots.txt", _robots(site, origin)


def sitemap(urls: Sequence[str]) -> Resource:
    """A sitemap of these URLs."""
    lines = "".join(f"<url><loc>{escape(url)}</loc></url>\n" for url in urls)
    text = (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n{lines}</urlset>\n'
    )
    return Resource(text.encode(), "application/xml; charset=utf-8")


def _robots(site: SiteSpec, origin: str) -> Resource:
    if "html-robots" in site.flags:
        return html("<html><body><h1>清溪镇</h1></body></html>")
    lines = ["User-agent: *", "Allow: /"]
    if site.type == "portal":
        lines.append(f"Sitemap: {origin}/sitemap.xml")
    return Resource("\n".join([*lines, ""]).encode(), "text/plain; charset=utf-8")

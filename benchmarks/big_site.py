"""A made-up large site of static pages: about 41 KB and 150 links each, as a county portal's."""

from __future__ import annotations

import zlib
from pathlib import Path

from page_walk import page

COLUMNS = ["zwgk", "hdjl", "bsfw", "xwzx", "zjlz", "zfxxgk", "ztzl", "sjfb", "zcjd", "gzcy"]
PER_LIST = 20
NEIGHBOURS = 110


def write_site(folder: Path, pages: int, encoding: str = "utf-8") -> int:
    """Write at least `pages` pages below `folder`; the number written. The home page links to ten
    columns, each column pages through its articles, each article links to its neighbours."""
    lists_per_column = max(1, -(-pages // (len(COLUMNS) * (PER_LIST + 1))))
    written = 1
    _write(
        folder / "index.html", _with_links(0, [f"/{name}/index.html" for name in COLUMNS]), encoding
    )
    for place, name in enumerate(COLUMNS):
        articles = [f"/{name}/t20261120_{n}.html" for n in range(lists_per_column * PER_LIST)]
        for number in range(lists_per_column):
            chunk = articles[number * PER_LIST : (number + 1) * PER_LIST]
            following = f"/{name}/index_{number + 1}.html" if number + 1 < lists_per_column else ""
            target = "index.html" if number == 0 else f"index_{number}.html"
            _write(folder / name / target, _with_links(place, [*chunk, following]), encoding)
        for number in range(len(articles)):
            near = [articles[(number + step) % len(articles)] for step in range(1, NEIGHBOURS + 1)]
            _write(folder / articles[number].lstrip("/"), _with_links(number, near), encoding)
        written += lists_per_column + len(articles)
    return written


def _with_links(number: int, links: list[str]) -> str:
    """The benchmark page with its side list leading to `links`."""
    text = page(number).decode()
    start = text.index('<ul class="list">') + len('<ul class="list">')
    end = text.index("</ul>", start)
    rows = "".join(
        f'<li><a href="{link}" target="_blank" title="示例县关于做好第{place}批重点工作任务的通知">'
        f"示例县关于做好第{place}批重点工作任务的通知</a>"
        f'<span class="date">2026-11-{place % 28 + 1:02d}</span></li>\n'
        for place, link in enumerate(links)
        if link
    )
    # Relative links of the template would lead off the generated pages.
    return (
        (text[:start] + rows + text[end:])
        .replace("../../", "/none-")
        .replace('href="./', 'href="/#')
    )


def _write(path: Path, text: str, encoding: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    text = text.replace("专项整治", _matter(f"{path.parent.name}/{path.name}"))
    if encoding != "utf-8":
        text = text.replace('charset="utf-8"', 'charset="gbk"')
    path.write_bytes(text.encode(encoding, "xmlcharrefreplace"))


def _matter(name: str) -> str:
    """Eight characters that hardly any other page has in this row: what says nothing new is
    taken for a trap."""
    number = zlib.crc32(name.encode())
    return "".join(chr(0x4E00 + (number >> place) % 5_003) for place in range(8))

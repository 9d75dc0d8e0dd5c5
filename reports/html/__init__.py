"""The HTML report: `index.html` for the district and `sites/<id>/index.html` for each site.

Pages need no network and no server. Sites are read once and written one at a time; of each the
district page keeps a line, so memory does not grow with the number of issues.
"""

from __future__ import annotations

from pathlib import Path

from auditor.api import RunResult
from reports._files import safe_name
from reports._manifest import NAME as MANIFEST
from reports._texts import Texts
from reports.html._district import District
from reports.html._environment import environment
from reports.html._shots import Shots
from reports.html._site import SitePages, render

__all__ = ["write"]

#: Siblings that the pages link to when they are there; the manifest is always written later.
_DATA_FILES = ("findings.xlsx", "findings.csv", "result.json", MANIFEST)


def write(
    result: RunResult, out: Path, *, lang: str = "zh-CN", evidence: Path | None = None
) -> tuple[Path, ...]:
    """Write the pages to `out`. `evidence` is the folder that screenshot names are relative to.

    Raises `UnsafeNameError` before anything is written under a site id that is not a plain name.
    """
    texts = Texts(lang)
    env = environment(texts)
    env.globals["data_files"] = [
        (name, name == MANIFEST or (out / name).exists()) for name in _DATA_FILES
    ]
    pages, district = SitePages(env, result, texts), District(result, texts)
    written: list[Path] = []
    for site in result.sites:
        folder = out / "sites" / safe_name(site.site.id)
        written += pages.write(site, folder, Shots(evidence, out, folder))
        district.add(site)
    index = render(env.get_template("district.html.j2"), out / "index.html", district.context())
    return (index, *written)

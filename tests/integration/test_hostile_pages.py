"""The crawler over pages made to break it: what came of each, and what was never asked for."""

from __future__ import annotations

import pytest

from tests.hostile.page_cases import CASES, PageCase
from tests.hostile.web import Script, Talk
from tests.integration.site_lab import linked, walk


def served(case: PageCase) -> Script:
    async def script(talk: Talk) -> None:
        port = talk.request.headers["Host"].rpartition(":")[2].encode()
        headers = (("Content-Type", case.kind),) if case.kind else ()
        await talk.answer(200, case.body.replace(b"{port}", port), *headers)

    return script


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
async def test_a_hostile_page(case: PageCase) -> None:
    others = {item.path: served(item) for item in CASES if item.name.startswith("refresh-")}
    pages = {"/": linked(case.path), "/fine": linked("/"), **others, case.path: served(case)}
    done = await walk(pages)
    assert "/" in done.sink.pages
    row = done.sink.rows.get(case.path)
    assert (row.row.outcome if row else "") == case.outcome
    assert bool(done.asked("/fine")) == case.link
    page = done.sink.pages.get(case.path)
    if case.title is not None:
        assert page is not None
        assert page.facts is not None
        assert page.facts.title == case.title
    assert {request.headers["Host"].rpartition(":")[0] for request in done.web.log} == {
        "www.example.gov.cn"
    }
    assert not any("secret" in request.path or "s.png" in request.path for request in done.web.log)
    assert not any("X-Injected" in request.headers for request in done.web.log)
    assert len(done.web.log) < 120

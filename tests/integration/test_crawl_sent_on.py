"""Pages that send visitors on by meta refresh or script, and addresses that are mere guesses."""

from __future__ import annotations

from auditor.model.page import LinkKind
from tests.integration.site_lab import linked, status, walk


async def test_the_home_page_behind_a_script_is_the_home_page() -> None:
    done = await walk(
        {
            "/": b"<script>location.href='/zc/index.html';</script>",
            "/zc/index.html": linked("a.html"),
            "/zc/a.html": ["/zc/index.html"],
        }
    )
    assert set(done.sink.pages) == {"/", "/zc/a.html"}
    home = done.sink.pages["/"].facts
    assert home is not None
    assert home.final_url.endswith("/zc/index.html")
    assert "这里是正文" in home.text
    assert done.asked("/zc/index.html") == 1


async def test_a_column_that_sends_on_is_stored_once() -> None:
    done = await walk(
        {
            "/": ["/col/", "/col/list.html"],
            "/col/": b'<meta http-equiv=refresh content="0;url=list.html">',
            "/col/list.html": ["/a.html"],
            "/a.html": [],
        }
    )
    pages = set(done.sink.pages)
    assert {"/", "/a.html"} <= pages
    assert len(pages & {"/col/", "/col/list.html"}) == 1
    assert done.summary.stopped_because == "complete"


async def test_pages_that_send_each_other_on_end() -> None:
    done = await walk(
        {
            "/": ["/x"],
            "/x": b"<script>location.href='/y/1.html'</script>",
            "/y/1.html": b"<script>location.href='/x/2.html'</script>",
            "/x/2.html": b"<script>location.href='/y/1.html'</script>",
        }
    )
    assert done.summary.stopped_because == "complete"
    assert len(done.web.requests("/y/1.html")) < 6


async def test_a_page_that_sends_nowhere_is_itself() -> None:
    done = await walk({"/": ["/x"], "/x": b"<script>location.href='/gone.html'</script>"})
    assert set(done.sink.pages) == {"/", "/x"}
    assert done.sink.done["/gone.html"].verdict == "certain"


async def test_guesses_that_lead_nowhere_are_no_pages_and_no_failures() -> None:
    pager = linked(more="<script>createPageHTML(4, 0, 'index', 'html');</script>")
    done = await walk({"/": ["/l/index.html"], "/l/index.html": pager, "/l/index_2.html": []})
    assert set(done.sink.rows) == {"/", "/l/index.html", "/l/index_2.html"}
    assert done.summary.failed == 0
    guess = done.sink.found["/l/index_1.html"]
    assert guess.guessed
    assert guess.kind is LinkKind.PAGE
    assert done.asked("/l/index_1.html") == 2, "another page may have a plain link to it"


async def test_plain_links_that_lead_nowhere_are_failures() -> None:
    done = await walk({"/": ["/gone.html"], "/gone.html": status(404)})
    assert done.summary.failed == 1
    assert not done.sink.found["/gone.html"].guessed

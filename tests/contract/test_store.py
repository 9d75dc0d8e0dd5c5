"""What every `Store` does, over SQLite and, where a server is given, over PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from auditor.model.artifact import HomePage, Missed, Soft404Probe
from auditor.model.column import Column, ColumnState
from auditor.model.finding import (
    EvidenceRef,
    Finding,
    Issue,
    Message,
    Outcome,
    Reason,
    Subject,
    SubjectKind,
)
from auditor.model.page import Encoding, Link, LinkKind, Meta, PageFacts, PublishedOn
from auditor.model.result import CheckTally
from auditor.model.site import Site, Vantage
from auditor.store import (
    CaptureRow,
    FrontierUrl,
    LeaseLost,
    PageRow,
    Store,
    StoreBusy,
    StoredPage,
    StoreError,
    StoreMissing,
    UrlDone,
    database,
)
from auditor.store.rows import MovedPage
from tests.databases import KINDS, POSTGRES, empty_database

NOW = datetime(2026, 11, 22, 16, 30, 5, 123456, tzinfo=UTC)
SITES = (
    Site("portal", "某某区人民政府", "http://www.mou.gov.cn/", aliases=("mou.gov.cn",)),
    Site("bureau", "某某局", "http://ju.mou.gov.cn/"),
)


def test_postgresql_takes_part() -> None:
    """Says once, instead of once per test, that PostgreSQL was left out."""
    if not POSTGRES:
        pytest.skip("AUDITOR_TEST_POSTGRES (postgresql://user@host/database) is not set")


@pytest.fixture(params=KINDS)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    with empty_database(request.param, tmp_path) as made:
        yield made


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    with Store.open(url) as opened:
        yield opened


@pytest.fixture
def fence(store: Store) -> int:
    """A run `r1` with its portal claimed."""
    new_run(store, "r1", NOW)
    return store.claim("r1", "portal", NOW)


def new_run(store: Store, run_id: str, at: datetime) -> None:
    store.create_run(
        run_id=run_id,
        started_at=at,
        as_of=at,
        tool_version="0.1.0",
        config_json='{"scheme": ["gb19-2019"]}',
        config_sha256="ab" * 32,
        sites=SITES,
    )


def a_page(url: str, **changes: object) -> PageFacts:
    values = {
        "url": url,
        "final_url": url + "?final",
        "captured_at": NOW,
        "sha256": "cd" * 32,
        "size_bytes": 4321,
        "parent_url": "http://www.mou.gov.cn/",
        "depth": 2,
        "encoding": Encoding(used="gb18030"),
        "title": "标题",
        "metas": (Meta("PubDate", "2026-11-20 10:00"),),
        "links": (Link("http://www.mou.gov.cn/x", "/x", kind=LinkKind.ATTACHMENT),),
        "published": PublishedOn(date(2026, 11, 20), "meta"),
    }
    return PageFacts(**(values | changes))  # type: ignore[arg-type]


def save(store: Store, fence: int, **parts: object) -> None:
    wanted = {"pages": (), "new_urls": (), "done": ()} | parts
    store.save_batch("r1", "portal", fence, now=NOW, **wanted)  # type: ignore[arg-type]


def test_a_run_comes_back_as_it_was_created(store: Store) -> None:
    new_run(store, "r1", NOW)
    row = store.run("r1")
    assert (row.started_at, row.as_of, row.finished_at) == (NOW, NOW, None)
    assert (row.tool_version, row.config_sha256) == ("0.1.0", "ab" * 32)
    assert row.config_json == '{"scheme": ["gb19-2019"]}'
    store.finish_run("r1", NOW + timedelta(hours=1))
    assert store.run("r1").finished_at == NOW + timedelta(hours=1)


def test_last_is_the_newest_run(store: Store) -> None:
    with pytest.raises(StoreMissing, match="no run yet"):
        store.run("last")
    for name, hours in (("b", 1), ("a", 3), ("c", 2)):
        new_run(store, name, NOW + timedelta(hours=hours))
    assert store.run_ids() == ("a", "c", "b")
    assert store.run("last").run_id == "a"
    with pytest.raises(StoreMissing, match="no run 'x'"):
        store.run("x")


def test_a_run_id_is_used_once(store: Store) -> None:
    new_run(store, "r1", NOW)
    with pytest.raises(StoreError):
        new_run(store, "r1", NOW)
    assert len(store.site_rows("r1")) == len(SITES)


def test_site_rows_follow_the_register_and_the_audit(store: Store) -> None:
    new_run(store, "r1", NOW)
    assert [row.site for row in store.site_rows("r1")] == list(SITES)
    assert [row.state for row in store.site_rows("r1")] == ["queued", "queued"]
    fence = store.claim("r1", "bureau", NOW)
    running = store.site_rows("r1")[1]
    assert (running.state, running.attempt, running.fence) == ("running", 1, fence)
    assert running.started_at == NOW
    store.finish_site("r1", "bureau", fence, "done", stopped_because="max-pages", error="", now=NOW)
    done = store.site_rows("r1")[1]
    assert (done.state, done.stopped_because, done.finished_at) == ("done", "max-pages", NOW)
    assert store.site_rows("r1")[0].state == "queued"


def test_nobody_claims_what_is_done(store: Store, fence: int) -> None:
    store.finish_site("r1", "portal", fence, "done", stopped_because="", error="", now=NOW)
    done = store.site_rows("r1")[0]
    assert store.claim("r1", "portal", NOW + timedelta(hours=1)) is None
    assert store.site_rows("r1")[0] == done


@pytest.mark.parametrize("state", ["running", "cancelled", "failed"])
def test_everything_else_may_be_claimed(store: Store, fence: int, state: str) -> None:
    store.finish_site("r1", "portal", fence, state, stopped_because="", error="", now=NOW)
    assert store.claim("r1", "portal", NOW) == fence + 1


def test_unknown_sites_are_missing(store: Store) -> None:
    new_run(store, "r1", NOW)
    with pytest.raises(StoreMissing):
        store.claim("r1", "nobody", NOW)
    with pytest.raises(StoreMissing):
        store.save_batch("r1", "nobody", 1, pages=(), new_urls=(), done=(), now=NOW)
    with pytest.raises(StoreMissing):
        list(store.pages("r1", "nobody"))


def test_an_older_fence_writes_nothing(store: Store, fence: int) -> None:
    newer = store.claim("r1", "portal", NOW)
    assert newer > fence
    url = "http://www.mou.gov.cn/a"
    with pytest.raises(LeaseLost):
        save(store, fence, pages=[StoredPage.of(a_page(url))], new_urls=[FrontierUrl(url)])
    with pytest.raises(LeaseLost):
        store.save_artifact("r1", "portal", fence, "Vantage", Vantage())
    with pytest.raises(LeaseLost):
        store.finish_site("r1", "portal", fence, "done", stopped_because="", error="", now=NOW)
    with pytest.raises(LeaseLost):
        store.save_judgement("r1", "portal", [], [], [], [], fence=fence)
    assert store.judgement("r1", "portal") is None
    assert store.page_count("r1", "portal") == 0
    assert list(store.seen_urls("r1", "portal")) == []
    assert store.artifact("r1", "portal", Vantage) is None
    assert store.site_rows("r1")[0].state == "running"
    save(store, newer, new_urls=[FrontierUrl(url)])
    assert list(store.seen_urls("r1", "portal")) == [url]


def test_pages_stream_by_url_with_all_their_facts(store: Store, fence: int) -> None:
    # Code point order: upper case before lower case, ASCII before Chinese, in both databases.
    names = [f"http://www.mou.gov.cn/{name}" for name in ("b", "Z", "é", "a", "中", "a/1", "a-1")]
    save(store, fence, pages=[StoredPage.of(a_page(name)) for name in names])
    found = list(store.pages("r1", "portal"))
    assert found == [a_page(name) for name in sorted(names)]


def test_more_pages_than_one_chunk(store: Store, fence: int) -> None:
    names = [f"http://www.mou.gov.cn/{number:04}" for number in range(257)]
    for start in range(0, len(names), 50):
        batch = [StoredPage.of(a_page(name)) for name in reversed(names[start : start + 50])]
        save(store, fence, pages=batch)
    assert [page.url for page in store.pages("r1", "portal")] == names


def test_a_page_saved_again_replaces_the_older_one(store: Store, fence: int) -> None:
    url = "http://www.mou.gov.cn/a"
    save(store, fence, pages=[StoredPage.of(a_page(url, title="旧"))])
    save(store, fence, pages=[StoredPage.of(a_page(url, title="新"), column="要闻")])
    assert [page.title for page in store.pages("r1", "portal")] == ["新"]
    rows = list(store.page_rows("r1", "portal"))
    assert [(row.title, row.column) for row in rows] == [("新", "要闻")]


def test_page_rows_have_the_export_columns(store: Store, fence: int) -> None:
    lost = PageRow("http://www.mou.gov.cn/slow", outcome="timeout", depth=3)
    url = "http://www.mou.gov.cn/a"
    save(store, fence, pages=[StoredPage(lost), StoredPage.of(a_page(url), column="要闻")])
    assert list(store.page_rows("r1", "portal")) == [
        PageRow(
            url=url,
            final_url=url + "?final",
            status=200,
            outcome="ok",
            parent="http://www.mou.gov.cn/",
            depth=2,
            content_type="text/html",
            encoding="gb18030",
            bytes=4321,
            sha256="cd" * 32,
            fetched_at=NOW,
            title="标题",
            published_on=date(2026, 11, 20),
            column="要闻",
            confirmed_at=NOW,
        ),
        lost,
    ]
    assert [page.url for page in store.pages("r1", "portal")] == [url]
    assert store.page("r1", "portal", url) == a_page(url)
    assert store.page("r1", "portal", lost.url) is None


def test_hostile_text_is_stored_not_raised(store: Store, fence: int) -> None:
    url = "http://www.mou.gov.cn/\ud800\x00"
    page = a_page(url, title="a\x00b\udfff", pager_total=10**30, text="\ud834")
    link = FrontierUrl(url, text="\x00\udc00", parent=url)
    save(store, fence, pages=[StoredPage.of(page)], new_urls=[link], done=[UrlDone(url, 200)])
    row = next(store.page_rows("r1", "portal"))
    assert row.title == "ab?"
    assert next(store.pages("r1", "portal")).text == "?"
    assert list(store.frontier("r1", "portal")) == []


def test_urls_of_any_length_are_told_apart(store: Store, fence: int) -> None:
    long = "http://www.mou.gov.cn/" + "".join(f"{n:x}" for n in range(20_000))
    links = [FrontierUrl(long), FrontierUrl(long + "x")]
    save(store, fence, pages=[StoredPage.of(a_page(long))], new_urls=links)
    assert list(store.seen_urls("r1", "portal")) == [long, long + "x"]


def test_the_frontier_keeps_its_order_and_first_rows(store: Store, fence: int) -> None:
    home = "http://www.mou.gov.cn/"
    first = [
        FrontierUrl(home + "late", priority=5, text="后"),
        FrontierUrl(home + "b", depth=1, parent=home, text="乙"),
        FrontierUrl(home + "a", kind=LinkKind.FRAME, in_site=False),
        FrontierUrl(home + "trap", state="deferred"),
    ]
    save(store, fence, new_urls=first)
    again = FrontierUrl(home + "b", depth=9, text="另一处")
    save(store, fence, new_urls=[again, FrontierUrl(home + "c")])
    expected = [first[1], first[2], FrontierUrl(home + "c"), first[0]]
    assert list(store.frontier("r1", "portal")) == expected
    names = ["late", "b", "a", "trap", "c"]
    assert list(store.seen_urls("r1", "portal")) == [home + name for name in names]


def test_done_urls_leave_the_frontier_with_their_result(store: Store, fence: int) -> None:
    home = "http://www.mou.gov.cn/"
    links = [FrontierUrl(home + name) for name in ("ok", "gone", "slow", "later", "page")]
    save(store, fence, new_urls=links)
    results = [
        UrlDone(home + "page", 200),
        UrlDone(home + "ok", 200, verdict="ok"),
        UrlDone(home + "slow", 0, Reason.TIMEOUT, "unchecked", attempts=2),
        UrlDone(home + "gone", 404, verdict="certain", attempts=2, checked_at=NOW),
        UrlDone(home + "later", 429, Reason.RATE_LIMITED, state="queued"),
    ]
    save(store, fence, done=results)
    assert [item.url for item in store.frontier("r1", "portal")] == [home + "later"]
    gone, slow = store.bad_targets("r1", "portal")
    assert (gone.url, gone.status, gone.verdict, gone.reason) == (
        home + "gone",
        404,
        "certain",
        None,
    )
    assert (gone.attempts, gone.captured_at) == (2, NOW)
    assert (slow.verdict, slow.reason) == ("unchecked", Reason.TIMEOUT)
    states = {row.url.removeprefix(home): row.state for row in store.url_states("r1", "portal")}
    assert states == {
        "gone": "done", "later": "queued", "ok": "done", "page": "done", "slow": "done"
    }  # fmt: skip
    assert store.url_counts("r1", "portal") == {
        ("done", ""): 1,
        ("done", "certain"): 1,
        ("done", "ok"): 1,
        ("done", "unchecked"): 1,
        ("queued", ""): 1,
    }


def test_sites_and_runs_do_not_mix(store: Store, fence: int) -> None:
    new_run(store, "r2", NOW)
    other = store.claim("r2", "portal", NOW)
    url = "http://www.mou.gov.cn/a"
    save(store, fence, pages=[StoredPage.of(a_page(url))], new_urls=[FrontierUrl(url)])
    for run_id, site_id in (("r2", "portal"), ("r1", "bureau")):
        assert list(store.pages(run_id, site_id)) == []
        assert list(store.seen_urls(run_id, site_id)) == []
    store.save_artifact("r2", "portal", other, "Vantage", Vantage(ipv6=True))
    assert store.artifact("r1", "portal", Vantage) is None


def test_artifacts_and_missed_ones(store: Store, fence: int) -> None:
    home = HomePage(a_page("http://www.mou.gov.cn/"), rendered=True)
    store.save_artifact("r1", "portal", fence, "HomePage", Missed(Reason.TIMEOUT, "15 s"))
    assert store.artifact("r1", "portal", HomePage) == Missed(Reason.TIMEOUT, "15 s")
    store.save_artifact("r1", "portal", fence, "HomePage", home)
    assert store.artifact("r1", "portal", HomePage) == home
    assert store.artifact("r1", "portal", Soft404Probe) is None
    assert store.artifact_names("r1", "portal") == ("HomePage",)


def test_artifacts_of_the_run(store: Store) -> None:
    new_run(store, "r1", NOW)
    assert store.run_artifact("r1", Vantage) is None
    store.save_run_artifact("r1", "Vantage", Vantage(ipv6=True, detail="ok"))
    store.save_run_artifact("r1", "Vantage", Vantage(ipv6=False, detail="lost"))
    assert store.run_artifact("r1", Vantage) == Vantage(ipv6=False, detail="lost")


def an_issue(number: int) -> Issue:
    return Issue(
        id=f"{number:020x}",
        number=number,
        check_id="columns-blank",
        outcome=Outcome.FAILED,
        message=Message("blank", {"name": "规划计划", "items": 0, "share": 0.5}),
        subject=Subject(SubjectKind.COLUMN, "规划计划"),
        count=3,
        evidence=(EvidenceRef("http://www.mou.gov.cn/ghjh/", NOW, locator="ul"),),
    )


def test_a_judgement_is_replaced_whole(store: Store, fence: int) -> None:
    assert store.judgement("r1", "portal") is None
    tally = CheckTally("columns-blank", {Outcome.FAILED: 3}, {"timeout": 1})
    untested = ("ipv6-ports", Finding(Outcome.UNTESTED, Message("untested", {"reason": "x"})))
    column = Column("要闻", state=ColumnState.FRESH, newest_on=date(2026, 11, 1))
    issues = [an_issue(number) for number in (2, 1, 3)]
    store.save_judgement("r1", "portal", issues, [tally], [untested], [column])
    found = store.judgement("r1", "portal")
    assert found is not None
    assert found.issues == tuple(issues)
    assert (found.tallies, found.untested, found.columns) == ((tally,), (untested,), (column,))
    store.save_judgement("r1", "portal", [an_issue(9)], [], [], [])
    again = store.judgement("r1", "portal")
    assert again is not None
    assert again.issues == (an_issue(9),)
    assert again.tallies == ()


def a_capture(url: str, seconds: int = 0, file: str = "portal-r1-1.warc.gz") -> CaptureRow:
    at = NOW + timedelta(seconds=seconds)
    return CaptureRow(url, at, 404, "a" * 64, file, 5_000_000_000 + seconds, f"id-{seconds}")


def test_captures_are_found_by_url_and_replaced_whole(store: Store, fence: int) -> None:
    page, gone = "http://www.mou.gov.cn/栏目", "http://www.mou.gov.cn/gone"
    rows = [a_capture(page, 2), a_capture(page, 1), a_capture(gone)]
    store.save_captures("r1", "portal", fence, [*rows, a_capture(gone, file="second")])
    assert store.captures("r1", "portal", {page, "http://unknown/"}) == {page: (rows[1], rows[0])}
    assert store.captures("r1", "portal", {gone}) == {gone: (rows[2],)}, "the first counts"
    many = [a_capture(f"{gone}{number}") for number in range(1_200)]
    store.save_captures("r1", "portal", fence, many)
    assert store.captures("r1", "portal", {page}) == {}
    assert len(store.captures("r1", "portal", [row.url for row in many])) == 1_200


def test_captures_need_the_fence(store: Store, fence: int) -> None:
    store.claim("r1", "portal", NOW)
    with pytest.raises(LeaseLost):
        store.save_captures("r1", "portal", fence, [a_capture("http://www.mou.gov.cn/")])
    assert store.captures("r1", "portal", ["http://www.mou.gov.cn/"]) == {}


def test_everything_is_there_after_opening_again(url: str) -> None:
    with Store.open(url) as store:
        new_run(store, "r1", NOW)
        fence = store.claim("r1", "portal", NOW)
        save(store, fence, pages=[StoredPage.of(a_page("http://www.mou.gov.cn/a"))])
    with Store.open(url, create=False) as store:
        assert store.run("last").run_id == "r1"
        assert [page.title for page in store.pages("r1", "portal")] == ["标题"]


def test_a_frozen_transaction_does_not_hold_a_site_for_ever(
    store: Store, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another process stands still while it writes: PostgreSQL ends its transaction; on SQLite,
    which cannot, the user is told."""
    new_run(store, "r1", NOW)
    fence = store.claim("r1", "portal", NOW)
    monkeypatch.setattr(database, "_IDLE_S", 1)
    monkeypatch.setattr(database, "_BUSY_S", 1)
    with Store.open(url) as frozen, Store.open(url) as other:
        transaction = frozen._writing()
        connection = transaction.__enter__()
        frozen._guarded(connection, "r1", "portal", fence)
        if url.startswith("sqlite"):
            with pytest.raises(StoreBusy, match="another process"):
                other.claim("r1", "portal", NOW)
            transaction.__exit__(None, None, None)
        else:
            assert other.claim("r1", "portal", NOW) == fence + 1
            with pytest.raises(StoreError):
                transaction.__exit__(None, None, None)


def second_audit(store: Store) -> int:
    """A later run of the same sites, with the portal claimed."""
    store.create_run(
        run_id="r2", started_at=NOW + timedelta(days=7), as_of=NOW, tool_version="0",
        config_json="{}", config_sha256="", sites=SITES,
    )  # fmt: skip
    claimed = store.claim("r2", "portal", NOW)
    assert claimed is not None
    return claimed


def first_audit(store: Store, fence: int) -> list[str]:
    """Three pages, a dead one and a deferred one in the first run, which is done."""
    urls = [f"http://www.mou.gov.cn/{name}" for name in ("a", "b", "c")]
    dead, trap = "http://www.mou.gov.cn/dead", "http://www.mou.gov.cn/rili?d=1"
    found = [FrontierUrl(url, depth=1) for url in (*urls, dead)]
    done = [UrlDone(url, 200, verdict="ok", checked_at=NOW) for url in urls]
    save(
        store,
        fence,
        pages=[StoredPage.of(a_page(url, captured_at=NOW)) for url in urls],
        new_urls=[*found, FrontierUrl(trap, state="deferred")],
        done=[*done, UrlDone(dead, 404, verdict="certain", checked_at=NOW)],
    )
    store.finish_site("r1", "portal", fence, "done", stopped_because="complete", error="", now=NOW)
    return urls


def test_a_later_audit_shares_the_facts_of_unchanged_pages(store: Store, fence: int) -> None:
    urls = first_audit(store, fence)
    later = second_audit(store)
    assert store.earlier_runs("r2", "portal") == ("r1",)
    assert store.take_over_urls("r2", "portal", later, of="r1", but=urls[2:])
    assert not store.take_over_urls("r2", "portal", later, of="r1", but=())
    assert [item.url[-4:] for item in store.frontier("r2", "portal")] == ["cn/a", "cn/b", "dead"]
    assert store.url_counts("r2", "portal")["deferred", ""] == 1
    then = NOW + timedelta(days=7)
    kept = StoredPage(PageRow(urls[0], confirmed_at=then), same_as="r1")
    fresh = StoredPage.of(a_page(urls[1], title="新"))
    store.save_batch("r2", "portal", later, pages=[kept, fresh], new_urls=(), done=(), now=then)
    assert [page.url for page in store.pages("r2", "portal")] == urls[:2]
    assert store.page("r2", "portal", urls[0]) == store.page("r1", "portal", urls[0])
    row = next(iter(store.page_rows("r2", "portal")))
    assert (row.fetched_at, row.confirmed_at) == (NOW, then)
    assert store.facts_counts("r2", "portal") == (2, 1)
    assert store.pages_read_anew("r2", "portal", than="r1") == (urls[1],)
    assert store.pages_without("r2", "portal", than="r1") == ((urls[2], 0),)
    assert store.pages_digest("r2", "portal") != store.pages_digest("r1", "portal")
    store.forget_urls("r2", "portal", later, urls[:1])
    assert store.page("r2", "portal", urls[0]) is None
    assert store.page("r1", "portal", urls[0]) is not None


def test_settled_pages_are_taken_over_as_they_are(store: Store, fence: int) -> None:
    urls = first_audit(store, fence)
    later = second_audit(store)
    store.take_over_urls("r2", "portal", later, of="r1", but=(), fresh=urls[:1])
    assert [item.url[-4:] for item in store.frontier("r2", "portal")] == ["cn/a", "dead"]
    assert store.pages_taken_over("r2", "portal", than="r1") == tuple(urls[1:])
    assert store.oldest_taken_over("r2", "portal", than="r1") == (2, NOW)
    store.requeue("r2", "portal", later, urls[1:2])
    assert store.pages_taken_over("r2", "portal", than="r1") == tuple(urls[2:])
    assert len(list(store.frontier("r2", "portal"))) == 3
    third = "http://www.mou.gov.cn/c"
    store.move_page("r2", "portal", later, MovedPage(third, "http://www.mou.gov.cn/z", "新处"))
    moved = store.page("r2", "portal", third)
    assert moved is not None
    assert (moved.parent_url, moved.parent_text) == ("http://www.mou.gov.cn/z", "新处")
    assert store.page("r1", "portal", third) != moved


def test_a_fence_guards_what_is_taken_over(store: Store, fence: int) -> None:
    urls = first_audit(store, fence)
    old = second_audit(store)
    assert store.claim("r2", "portal", NOW) is not None
    for write in (
        lambda: store.take_over_urls("r2", "portal", old, of="r1", but=()),
        lambda: store.requeue("r2", "portal", old, urls),
        lambda: store.forget_urls("r2", "portal", old, urls),
        lambda: store.move_page("r2", "portal", old, MovedPage(urls[0], "x", "y")),
    ):
        with pytest.raises(LeaseLost):
            write()

"""From the wire to the archive: what servers sent is in the WARC file, byte for byte, and other
tools read it."""

from __future__ import annotations

import gzip
import hashlib
import re
import zlib
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import brotli
import pytest
from backports import zstd
from warcio.archiveiterator import ArchiveIterator
from warcio.cli import main as warcio_command

from auditor.gather.evidence import ArchiveLabel, Spool, WarcFile, read_spool
from auditor.gather.fetch import Fetched
from tests.hostile.tools import fetcher
from tests.hostile.web import Script, Talk, Web

NOW = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
LABEL = ArchiveLabel("site-r1-1.warc.gz", "site r1 1", {"software": "auditor", "isPartOf": "r1"})
PAGE = "<html><meta charset=gbk><title>通知公告</title><p>办事指南</p></html>".encode("gbk")
PACKED = gzip.compress(PAGE, mtime=0)
GET = ("GET",)


@dataclass(frozen=True)
class Record:
    """A record as warcio reads it; `block` is its raw content, `body` the decoded payload."""

    kind: str
    fields: dict[str, str]
    block: bytes
    body: bytes
    offset: int

    @property
    def id(self) -> str:
        """`<urn:uuid:...>`."""
        return self.fields["WARC-Record-ID"]


def records(path: Path) -> list[Record]:
    """Every record: its raw block from a first reading, its payload from a second."""
    with path.open("rb") as stream:
        raw = [
            (record.rec_headers.headers, record.raw_stream.read())
            for record in ArchiveIterator(stream, no_record_parse=True)
        ]
    with path.open("rb") as stream:
        reader = ArchiveIterator(stream, check_digests="raise")
        bodies = [
            (item.rec_type, item.content_stream().read(), reader.get_record_offset())
            for item in reader
        ]
    return [
        Record(kind, dict(fields), block, body, offset)
        for (fields, block), (kind, body, offset) in zip(raw, bodies, strict=True)
    ]


@dataclass
class Kept:
    """What was asked for and where it ended."""

    path: Path
    web: Web
    fetched: dict[str, Fetched]

    def of(self, kind: str, path: str = "") -> list[Record]:
        """Records of a kind, of a path or of all."""
        url = self.web.url(path) if path else ""
        return [
            item
            for item in records(self.path)
            if item.kind == kind and (not url or item.fields["WARC-Target-URI"] == url)
        ]


async def keep(
    folder: Path,
    scripts: Mapping[str, Script],
    *asked: str,
    methods: Sequence[str] = GET,
    **more: int,
) -> Kept:
    """Ask a server for paths (all of them when none is named) and archive every answer."""
    async with recorded(folder, scripts) as (web, client, spool):
        fetched = {
            path: await client.fetch(web.url(path), method=method, attempts=1, **more)
            for path in asked or scripts
            for method in methods
        }
        spool.close()
        assert not spool.problem
    with WarcFile(folder, LABEL, NOW) as warc:
        for trail in read_spool(spool.path):
            warc.add(trail)
    return Kept(warc.path, web, fetched)


@asynccontextmanager
async def recorded(
    folder: Path, scripts: Mapping[str, Script]
) -> AsyncIterator[tuple[Web, object, Spool]]:
    spool = Spool(folder / "x.spool.part", keep_free=0)
    async with Web(dict(scripts)) as web, fetcher(web.port) as client:
        yield web, client.observed_by(spool.add), spool


def checked(path: Path) -> bool:
    """True when `warcio check` finds no fault."""
    with pytest.raises(SystemExit) as left:
        warcio_command(["check", str(path)])
    return left.value.code == 0


def sends(*parts: bytes, close: bool = True) -> Script:
    """A script that sends these bytes and hangs up."""

    async def script(talk: Talk) -> None:
        for part in parts:
            await talk.send(part)
        if close:
            talk.close()

    return script


def page(body: bytes, *headers: str, status: str = "200 OK") -> bytes:
    """A whole answer."""
    head = [f"HTTP/1.1 {status}", "Content-Type: text/html", f"Content-Length: {len(body)}"]
    return "\r\n".join([*head, *headers]).encode("latin-1") + b"\r\n\r\n" + body


def chunked(*parts: bytes) -> bytes:
    """A body in chunks."""
    return b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"


CODED = {
    "/plain": page(PAGE),
    "/gzip": page(PACKED, "Content-Encoding: gzip"),
    "/deflate": page(zlib.compress(PAGE), "Content-Encoding: deflate"),
    "/empty": page(b"", status="404 Not Found"),
    "/chunked": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunked(b"ab", b"cde"),
    "/gzip-chunked": b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n"
    b"\r\n" + chunked(PACKED[:20], PACKED[20:]),
    "/until-close": b"HTTP/1.0 200 OK\r\nContent-Type: text/html\r\n\r\n" + PAGE * 2,
    "/odd": b"HTTP/1.1 200 \xcd\xa8\xb9\xfd\r\nX-Dept: \xd7\xd3\xb4\xa8\r\nx-lower:   spaced  \r\n"
    b"Set-Cookie: a=1\r\nSet-Cookie: b=2\r\nContent-Length: 2\r\n\r\nok",
}


class TestRecords:
    @pytest.fixture
    async def kept(self, tmp_path: Path) -> Kept:
        return await keep(tmp_path, {path: sends(raw) for path, raw in CODED.items()})

    async def test_other_tools_find_no_fault(self, kept: Kept) -> None:
        assert checked(kept.path)
        warcio_command(["index", str(kept.path)])

    async def test_heads_and_bodies_are_those_of_the_wire(self, kept: Kept) -> None:
        for path, raw in CODED.items():
            (answer,) = kept.of("response", path)
            if "chunked" in path:  # the borders of the chunks are not kept
                head = raw.partition(b"\r\n\r\n")[0]
                plain = b"abcde" if path == "/chunked" else PACKED
                raw = head + b"\r\n\r\n" + chunked(plain)
            assert answer.block == re.sub(rb":   spaced  ", b": spaced", raw), path

    async def test_requests_are_those_of_the_wire(self, kept: Kept) -> None:
        for path in CODED:
            (request,) = kept.of("request", path)
            (seen,) = kept.web.requests(path)
            lines = [seen.line, *(f"{name}: {value}" for name, value in seen.headers.items())]
            assert request.block == ("\r\n".join(lines) + "\r\n\r\n").encode(), path
            (answer,) = kept.of("response", path)
            assert request.fields["WARC-Concurrent-To"] == answer.id
            assert request.fields["WARC-Date"] == answer.fields["WARC-Date"]

    async def test_the_digest_of_a_finding_is_that_of_the_payload(self, kept: Kept) -> None:
        for path, fetched in kept.fetched.items():
            (answer,) = kept.of("response", path)
            digest = hashlib.sha256(answer.body).hexdigest()
            assert digest == fetched.record.sha256, path
            assert answer.fields["X-Decoded-Payload-Digest"] == f"sha256:{digest}"

    async def test_fields(self, kept: Kept) -> None:
        first, *rest = records(kept.path)
        assert (first.kind, first.offset) == ("warcinfo", 0)
        assert first.fields["WARC-Filename"] == LABEL.name
        said = dict(line.split(": ", 1) for line in first.block.decode().splitlines())
        assert said["software"] == "auditor"
        assert said["isPartOf"] == "r1"
        assert said["format"] == "WARC File Format 1.1"
        assert len({item.id for item in rest}) == len(rest) == 2 * len(CODED)
        for item in rest:
            assert item.fields["WARC-Warcinfo-ID"] == first.id
            assert item.fields["WARC-IP-Address"] == "127.0.0.1"
        fetched = kept.fetched["/plain"].record
        (answer,) = kept.of("response", "/plain")
        assert fetched.captured_at is not None
        moment = datetime.fromisoformat(answer.fields["WARC-Date"])
        assert moment == fetched.captured_at

    async def test_every_record_is_a_gzip_member(self, kept: Kept) -> None:
        data = kept.path.read_bytes()
        offsets = [item.offset for item in records(kept.path)]
        for start, end in zip(offsets, [*offsets[1:], len(data)], strict=True):
            member = zlib.decompressobj(wbits=31)
            assert member.decompress(data[start:end]).startswith(b"WARC/1.1\r\n")
            assert member.eof
            assert not member.unused_data

    async def test_the_same_answers_make_the_same_file(self, kept: Kept, tmp_path: Path) -> None:
        first = kept.path.read_bytes()
        with WarcFile(tmp_path, LABEL, NOW) as warc:
            for trail in read_spool(tmp_path / "x.spool.part"):
                warc.add(trail)
        assert kept.path.read_bytes() == first


@pytest.mark.parametrize(
    ("coding", "packed"),
    [
        ("br", brotli.compress(PAGE)),
        ("zstd", zstd.compress(PAGE)),
        ("gzip, br", brotli.compress(PACKED)),
        ("x-gzip", PACKED),
    ],
    ids=["br", "zstd", "two", "alias"],
)
async def test_codings_that_tools_cannot_read_are_taken_off(
    tmp_path: Path, coding: str, packed: bytes
) -> None:
    raw = page(packed, f"Content-Encoding: {coding}")
    kept = await keep(tmp_path, {"/a": sends(raw)})
    (answer,) = kept.of("response")
    assert answer.body == PAGE
    assert answer.fields["X-Decoded-From"] == coding
    head = answer.block.removesuffix(PAGE).decode().splitlines()
    assert f"X-Archive-Orig-Content-Encoding: {coding}" in head
    assert f"X-Archive-Orig-Content-Length: {len(packed)}" in head
    assert f"Content-Length: {len(PAGE)}" in head
    assert checked(kept.path)


async def test_a_coding_that_nobody_can_take_off_stays(tmp_path: Path) -> None:
    kept = await keep(tmp_path, {"/a": sends(page(b"not brotli", "Content-Encoding: br"))})
    (answer,) = kept.of("response")
    assert answer.body == b"not brotli"
    assert checked(kept.path)


async def test_what_repeats_refers_to_what_is_there(tmp_path: Path) -> None:
    gone = page(b"<p>gone</p>", status="404 Not Found")
    kept = await keep(tmp_path, {"/a": sends(gone), "/b": sends(gone), "/c": sends(page(b"other"))})
    (whole,) = kept.of("response", "/a")
    (again,) = kept.of("revisit")
    assert again.fields["WARC-Target-URI"] == kept.web.url("/b")
    assert again.fields["WARC-Profile"].endswith("/1.1/revisit/identical-payload-digest")
    assert again.fields["WARC-Refers-To"] == whole.id
    assert again.fields["WARC-Refers-To-Target-URI"] == whole.fields["WARC-Target-URI"]
    assert again.fields["WARC-Refers-To-Date"] == whole.fields["WARC-Date"]
    assert again.fields["WARC-Payload-Digest"] == whole.fields["WARC-Payload-Digest"]
    assert again.block == gone.removesuffix(b"<p>gone</p>")  # its own head: the 404 is there
    assert checked(kept.path)


async def test_redirects_are_kept_with_what_they_lead_to(tmp_path: Path) -> None:
    scripts = {
        "/old": sends(b"HTTP/1.1 302 Found\r\nLocation: /new\r\nContent-Length: 5\r\n\r\nmoved"),
        "/new": sends(page(PAGE)),
    }
    kept = await keep(tmp_path, scripts, "/old")
    assert [item.block[9:12] for item in kept.of("response")] == [b"302", b"200"]
    assert kept.of("response", "/old")[0].body == b"moved"
    (trail,) = read_spool(tmp_path / "x.spool.part")
    assert trail.asked == kept.web.url("/old")


async def test_head_has_no_body(tmp_path: Path) -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n"
    kept = await keep(tmp_path, {"/a": sends(head)}, methods=["HEAD"])
    (answer,), (request,) = kept.of("response"), kept.of("request")
    assert answer.block == head
    assert request.block.startswith(b"HEAD /a HTTP/1.1\r\n")
    assert "WARC-Truncated" not in answer.fields


async def test_not_modified(tmp_path: Path) -> None:
    head = b'HTTP/1.1 304 Not Modified\r\nETag: "1"\r\n\r\n'
    kept = await keep(tmp_path, {"/a": sends(head)})
    assert kept.of("response")[0].block == head


@pytest.mark.parametrize(
    ("raw", "word"),
    [
        (page(b"x" * 200_000), "length"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 9000\r\n\r\n" + b"x" * 80, "disconnect"),
        (page(gzip.compress(b"0" * 10**6), "Content-Encoding: gzip"), ""),
    ],
    ids=["huge", "broken-off", "bomb"],
)
async def test_what_is_not_whole_says_so(tmp_path: Path, raw: bytes, word: str) -> None:
    kept = await keep(tmp_path, {"/a": sends(raw)}, body_limit=2000)
    (answer,) = kept.of("response")
    assert answer.fields.get("WARC-Truncated", "") == word
    assert raw.startswith(answer.block)
    assert kept.fetched["/a"].record.reason is not None
    assert checked(kept.path)


async def test_silence_is_not_whole_either(tmp_path: Path) -> None:
    raw = b"HTTP/1.1 200 OK\r\nContent-Length: 9000\r\n\r\n" + b"x" * 80
    kept = await keep(tmp_path, {"/a": sends(raw, close=False)}, timeout_s=0.5)  # type: ignore[arg-type]
    assert kept.of("response")[0].fields["WARC-Truncated"] == "time"


async def test_a_page_cannot_forge_records(tmp_path: Path) -> None:
    forged = b"\r\n\r\nWARC/1.1\r\nWARC-Type: response\r\nContent-Length: 0\r\n\r\n\r\n\r\n"
    kept = await keep(
        tmp_path,
        {"/a": sends(page(forged)), "/b%0D%0AWARC-Type:x": sends(page(gzip.compress(forged)))},
    )
    found = records(kept.path)
    assert [item.kind for item in found] == ["warcinfo", *["response", "request"] * 2]
    assert found[1].body == forged
    assert found[3].fields["WARC-Target-URI"].endswith("/b%0D%0AWARC-Type:x")


@dataclass(frozen=True)
class Document:
    url: str
    final_url: str
    html: bytes
    captured_at: datetime


def test_documents_of_the_browser_are_told_from_answers(tmp_path: Path) -> None:
    html = "<html><body>由脚本写出的栏目</body></html>".encode()
    spool = Spool(tmp_path / "x.spool.part", keep_free=0)
    for _ in range(2):
        spool.add_document(Document("http://x/", "http://x/home", html, NOW))
    spool.close()
    with WarcFile(tmp_path, LABEL, NOW) as warc:
        for trail in read_spool(spool.path):
            (place,) = warc.add(trail)
            assert trail.asked == "http://x/"
    _, first, again = records(warc.path)
    assert (first.kind, first.body, again.body) == ("conversion", html, html)
    assert first.fields["WARC-Target-URI"] == "http://x/home"
    assert first.fields["Content-Type"] == "text/html; charset=utf-8"
    assert first.fields["X-Decoded-Payload-Digest"].endswith(hashlib.sha256(html).hexdigest())
    assert place.offset == again.offset
    assert checked(warc.path)


async def test_no_answer_leaves_no_record(tmp_path: Path) -> None:
    async def hangs_up(talk: Talk) -> None:
        talk.reset()

    kept = await keep(tmp_path, {"/a": sends(page(PAGE)), "/b": hangs_up})
    assert {item.fields["WARC-Target-URI"] for item in kept.of("response")} == {kept.web.url("/a")}

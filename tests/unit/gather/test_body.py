"""Content codings beyond what the hostile servers show."""

from __future__ import annotations

import gzip
import zlib

import brotli
import pytest
from backports import zstd
from hypothesis import given
from hypothesis import strategies as st

from auditor.gather.body import codings, decode_body

PACKERS = {
    "gzip": gzip.compress,
    "deflate": zlib.compress,
    "br": brotli.compress,
    "zstd": zstd.compress,
}


@given(st.binary(max_size=2000), st.lists(st.sampled_from(sorted(PACKERS)), max_size=3))
def test_what_was_packed_comes_back(body: bytes, names: list[str]) -> None:
    packed = body
    for name in names:
        packed = PACKERS[name](packed)
    decoded = decode_body(packed, ", ".join(names), 100_000)
    assert (decoded.body, decoded.problem) == (body, "")


@pytest.mark.parametrize("name", PACKERS)
@pytest.mark.parametrize("size", [99, 100, 101, 70_000, 5_000_000])
def test_the_limit_is_exact(name: str, size: int) -> None:
    decoded = decode_body(PACKERS[name](b"x" * size), name, 100)
    assert decoded.body == b"x" * min(size, 100)
    assert decoded.problem == ("too-large" if size > 100 else "")


@pytest.mark.parametrize("name", PACKERS)
def test_every_cut_is_noticed(name: str) -> None:
    packed = PACKERS[name](bytes(range(256)) * 4)
    for length in range(1, len(packed), 7):
        decoded = decode_body(packed[:length], name, 10_000)
        assert decoded.problem in {"truncated", "damaged"}
        assert (bytes(range(256)) * 4).startswith(decoded.body)


@given(st.binary(max_size=300), st.sampled_from([*PACKERS, "gzip, br", "zstd, deflate"]))
def test_rubbish_never_raises(body: bytes, header: str) -> None:
    assert len(decode_body(body, header, 1000).body) <= 1000


def test_header_spellings() -> None:
    assert codings("GZIP") == ("gzip",)
    assert codings(" gzip ,, br ") == ("gzip", "br")
    assert codings("identity, none, UTF-8") == ()
    assert codings("compress") == ("compress",)
    assert decode_body(b"x", "compress", 10).problem == "unknown-coding"

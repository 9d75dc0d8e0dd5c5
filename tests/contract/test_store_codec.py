"""Every stored type comes back equal; what cannot be stored is replaced, never raised."""

from __future__ import annotations

import inspect
import typing
from dataclasses import dataclass, fields, is_dataclass
from datetime import UTC, datetime

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from auditor.model import artifact, column, page
from auditor.model.finding import Issue
from auditor.model.page import Link, PageFacts
from auditor.model.result import CheckTally
from auditor.model.site import Site, Vantage
from auditor.store import Judgement
from auditor.store.codec import CodecError, clean_text, decode, encode

_BASIC = {
    str: st.text(max_size=8),
    int: st.integers(-(2**63), 2**63 - 1),
    float: st.floats(allow_nan=False),
    bool: st.booleans(),
    datetime: st.datetimes(timezones=st.just(UTC)),
}


def strategy(type_: typing.Any) -> st.SearchStrategy[typing.Any]:
    """Small values of a model type."""
    origin, arguments = typing.get_origin(type_), typing.get_args(type_)
    if type_ in _BASIC:
        return _BASIC[type_]
    if is_dataclass(type_) and isinstance(type_, type):
        hints = typing.get_type_hints(type_)
        return st.builds(type_, **{item.name: strategy(hints[item.name]) for item in fields(type_)})
    if inspect.isclass(type_) and issubclass(type_, msgspec.Struct):
        hints = typing.get_type_hints(type_)
        names = type_.__struct_fields__
        return st.builds(type_, **{name: strategy(hints[name]) for name in names})
    if origin is tuple and arguments[-1] is Ellipsis:
        return st.lists(strategy(arguments[0]), max_size=2).map(tuple)
    if origin is tuple:
        return st.tuples(*map(strategy, arguments))
    if origin is not None and inspect.isclass(origin) and issubclass(origin, typing.Mapping):
        return st.dictionaries(strategy(arguments[0]), strategy(arguments[1]), max_size=2)
    if arguments:
        return st.one_of(*map(strategy, arguments))
    return st.from_type(type_)


def stored_types() -> list[type]:
    found = {PageFacts, Issue, CheckTally, Judgement, Site, Vantage}
    for module in (artifact, column, page):
        own = (item for item in vars(module).values() if inspect.isclass(item))
        found.update(item for item in own if is_dataclass(item) or issubclass(item, msgspec.Struct))
    return sorted(found, key=lambda item: item.__name__)


@pytest.mark.parametrize("type_", stored_types(), ids=lambda item: item.__name__)
def test_every_stored_type_comes_back_equal(type_: type) -> None:
    @settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
    @given(strategy(type_))
    def comes_back(value: object) -> None:
        again = decode(encode(value), type_)
        assert again == value
        assert encode(again) == encode(value)

    comes_back()


def test_equal_values_have_equal_bytes() -> None:
    assert encode(PageFacts("u", "u")) == encode(PageFacts("u", "u"))


@dataclass(frozen=True, slots=True)
class _OlderFacts:
    url: str
    final_url: str
    gone: str = "x"


def test_older_and_newer_fields() -> None:
    assert decode(encode(_OlderFacts("a", "b")), PageFacts) == PageFacts("a", "b")


@pytest.mark.parametrize(
    "data",
    [b"", b"abc", encode(1), encode({"url": 3, "final_url": ""}), encode(Site("", "", ""))[:-4]],
)
def test_other_bytes_are_refused(data: bytes) -> None:
    with pytest.raises(CodecError):
        decode(data, PageFacts)


def test_hostile_values_are_replaced() -> None:
    links = (Link("\ud800", "\udfff", index=-(10**40)),)
    facts = PageFacts("u", "\udcff", pager_total=10**40, links=links)
    again = decode(encode(facts), PageFacts)
    assert (again.final_url, again.pager_total) == ("?", 2**63 - 1)
    assert again.links == (Link("?", "?", index=-(2**63) + 1),)
    mapping = artifact.SiteIdentity(page.Identity(), "u", 1, {"\ud800": 10**30})
    assert decode(encode(mapping), artifact.SiteIdentity).seen_on == {"?": 2**63 - 1}


@pytest.mark.parametrize(
    ("text", "clean"), [("政府", "政府"), ("a\x00b", "ab"), ("\ud800\x00", "?"), ("😀", "😀")]
)
def test_clean_text(text: str, clean: str) -> None:
    assert clean_text(text) == clean


def test_decoding_never_guesses_a_type() -> None:
    with pytest.raises(msgspec.MsgspecError):
        msgspec.msgpack.Decoder(PageFacts).decode(msgspec.msgpack.encode({"url": "u"}))

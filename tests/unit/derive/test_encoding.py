"""Encodings: what the bytes are, whatever the labels say."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.derive.encoding import decode, sniff

TEXT = "中华人民共和国某县人民政府网站公告，欢迎访问。"


def page(label: str, text: str = TEXT) -> str:
    return f'<html><meta http-equiv="Content-Type" content="text/html; charset={label}">{text}'


@pytest.mark.parametrize(
    ("label", "codec", "header", "used", "source", "disagreement"),
    [
        ("utf-8", "utf-8", "", "utf-8", "meta", ""),
        ("gb2312", "gbk", "", "gb18030", "meta", ""),
        ("GBK", "gb18030", "text/html; charset=gb2312", "gb18030", "header", ""),
        # Declared and real encoding differ, both ways.
        ("utf-8", "gbk", "", "gb18030", "gb18030", "meta=utf-8"),
        ("gb2312", "utf-8", "", "utf-8", "utf-8", "meta=gb2312"),
        ("utf-8", "utf-8", "text/html; charset=GBK", "utf-8", "meta", "header=GBK"),
        ("gbk", "gbk", "text/html;charset=UTF-8", "gb18030", "meta", "header=UTF-8"),
        # Servers that put ISO-8859-1 on everything.
        ("gbk", "gbk", "text/html; charset=ISO-8859-1", "gb18030", "meta", "header=ISO-8859-1"),
        ("big5", "big5", "", "big5hkscs", "meta", ""),
        # Labels that are no encodings of the web must not reach the codec registry.
        ("rot13", "utf-8", "", "utf-8", "utf-8", "meta=rot13"),
        ("idna", "gbk", "", "gb18030", "gb18030", "meta=idna"),
    ],
)
def test_labels_against_bytes(
    label: str, codec: str, header: str, used: str, source: str, disagreement: str
) -> None:
    text = TEXT if codec != "big5" else "臺灣省政府網站公告"
    decoded, found = decode(page(label, text).encode(codec), header)
    assert decoded.endswith(text)
    assert (found.used, found.source, found.disagreement) == (used, source, disagreement)
    assert found.replaced == 0


def test_byte_order_marks_win() -> None:
    for codec, used in (("utf-8-sig", "utf-8"), ("utf-16", "utf-16-le")):
        decoded, found = decode(page("gb2312").encode(codec))
        assert decoded == page("gb2312")
        assert (found.used, found.source) == (used, "bom")
    assert sniff(page("gb2312").encode("utf-8-sig")).disagreement == "meta=gb2312"


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be"])
def test_utf16_without_a_mark(codec: str) -> None:
    decoded, found = decode(page("utf-8").encode(codec))
    assert decoded == page("utf-8")
    assert found.used == codec


def test_stray_nul_bytes_are_not_utf16() -> None:
    assert sniff(b"<title>a\0b</title><p>text text text text</p>").used == "utf-8"


@pytest.mark.parametrize("cut", [1, 2])
def test_a_cut_utf8_page_stays_utf8(cut: int) -> None:
    decoded, found = decode(page("utf-8").encode()[:-cut])
    assert (found.used, found.replaced) == ("utf-8", 1)
    assert TEXT[:10] in decoded


def test_a_cut_gbk_page_stays_gbk() -> None:
    decoded, found = decode(page("gb2312").encode("gbk")[:-1])
    assert (found.used, found.replaced) == ("gb18030", 1)
    assert TEXT[:10] in decoded


def test_one_bad_byte_in_utf8_is_counted() -> None:
    _, found = decode(page("utf-8").encode() + b"\xff" + TEXT.encode())
    assert (found.used, found.replaced) == ("utf-8", 1)


def test_replacement_characters_of_the_page_itself_are_not_counted() -> None:
    _, found = decode(page("utf-8", TEXT + "\ufffd").encode() + b"\xff")
    assert found.replaced == 1


def test_short_gbk_text_that_is_valid_utf8_by_chance() -> None:
    body = b"<meta charset=gb2312>" + "通".encode("gbk") * 2
    assert body.decode("utf-8"), "the premise: these bytes are valid UTF-8 too"
    assert decode(body)[0].endswith("通通")


def test_ascii_page_keeps_its_label() -> None:
    found = sniff(b"<meta charset=gb2312><p>plain</p>")
    assert (found.used, found.declared, found.disagreement) == ("gb18030", "gb2312", "")


def test_meta_cannot_declare_utf16() -> None:
    """A page whose meta can be read as ASCII is not UTF-16 (WHATWG HTML, encoding sniffing)."""
    assert decode(page("utf-16").encode("gbk"))[0].endswith(TEXT)
    assert decode(page("utf-16").encode("gbk") + b"\xff")[1].used == "gb18030"


def test_label_in_a_comment_does_not_count() -> None:
    assert sniff(b"<!-- <meta charset=gb2312> --><meta charset=utf-8>").declared == "utf-8"


def test_label_beyond_the_prescan_does_not_count() -> None:
    assert sniff(b" " * 5000 + b"<meta charset=gb2312>").declared == ""


def test_french_page_is_not_read_as_chinese() -> None:
    text = "été à la préfecture, fenêtre"
    assert decode(page("iso-8859-1", text).encode("latin-1"))[0].endswith(text)


@given(
    st.binary(max_size=300), st.sampled_from(["", "text/html; charset=gbk", "x; charset=utf-16"])
)
def test_never_raises(body: bytes, header: str) -> None:
    text, found = decode(body, header)
    assert isinstance(text, str)
    assert found.replaced >= 0
    assert (text, found) == decode(body, header)

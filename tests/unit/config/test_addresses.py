"""Home pages and host names: one spelling, and suggestions for what people write instead."""

from __future__ import annotations

import pytest

from auditor.config.addresses import homepage_url, host_name


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("http://www.example.gov.cn", "http://www.example.gov.cn/"),
        ("HTTPS://WWW.Example.GOV.cn:443/A?b=C#d", "https://www.example.gov.cn/A?b=C"),
        ("http://a.cn:80/", "http://a.cn/"),
        ("http://a.cn.:8080/", "http://a.cn:8080/"),
        (
            "http://淄川.政务/首页?词=1",
            "http://xn--fjq02i.xn--zfr164b/%E9%A6%96%E9%A1%B5?%E8%AF%8D=1",
        ),
        ("http://127.0.0.1:8000/", "http://127.0.0.1:8000/"),
        ("http://[2001:DB8::1]/", "http://[2001:db8::1]/"),
        ("http://a_b.example.gov.cn/%20x", "http://a_b.example.gov.cn/%20x"),
    ],
)
def test_one_spelling(written: str, meant: str) -> None:
    found = homepage_url(written)
    if "政务" in written:
        assert found.startswith("http://xn--")
        assert found.endswith(meant.rpartition("/")[2])
    else:
        assert found == meant
    assert homepage_url(found) == found


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("www.a.cn", 'did you mean "http://www.a.cn"?'),
        ("http://", "holds no host name"),
        ("http:///x", "holds no host name"),
        ("//a.cn/", "must start with http"),
        ("javascript:alert(1)", "must start with http"),
        ("http://a.cn\\@b.cn/", "backslashes"),
        ("http://a .cn/", "spaces"),
        ("http://a.cn/ x", "spaces"),
        ("http://user@a.cn/", "user name"),
        ("http://a.cn:0/", "is not a URL"),
        ("http://a.cn:65536/", "is not a URL"),
        ("http://[::1/", "is not a URL"),
        ("http://ａ.cn/", 'did you mean "http://a.cn/"?'),
        ("http://a。cn/", 'did you mean "http://a.cn/"?'),
        ("http://2130706433/", "neither a host name nor an IP address"),
        ("http://127.1/", "neither a host name nor an IP address"),
        ("http://0x7f.0.0.1.0x1/", "neither a host name nor an IP address"),
        ("http://-a.cn/", "is not a host name"),
        ("http://a..cn/", "is not a host name"),
        (f"http://{'a' * 64}.cn/", "is not a host name"),
        (f"http://{'a.' * 130}cn/", "is not a host name"),
        ("http://a!b.cn/", "is not a host name"),
        ("http://[fe80::1%25eth0]/", ""),
        ("http://a.cn/" + "x" * 3000, "at most 2000"),
        ("", "must not be empty"),
    ],
)
def test_what_is_no_home_page(written: str, words: str) -> None:
    with pytest.raises(ValueError, match=r".") as caught:
        homepage_url(written)
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("http://a.cn/", 'did you mean "a.cn"?'),
        ("a.cn/x", 'did you mean "a.cn"?'),
        ("a.cn:80", 'did you mean "a.cn"?'),
        ("ａ.cn", 'did you mean "a.cn"?'),
        ("*.a.cn", "is not a host name"),
    ],
)
def test_what_is_no_host_name(written: str, words: str) -> None:
    with pytest.raises(ValueError, match=r".") as caught:
        host_name(written)
    assert words in str(caught.value)

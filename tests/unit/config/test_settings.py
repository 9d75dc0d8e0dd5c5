"""Settings: types, precedence, origins, and every mistake at once."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from pydantic import ValidationError

from auditor.config import (
    ConfigError,
    Settings,
    load_config,
    load_settings,
    register_base,
    render_show,
    without_password,
)

ROOT = Path(__file__).parents[3]


def write(folder: Path, text: str) -> Path:
    path = folder / "config.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def mistakes(folder: Path, text: str, **sources: dict[str, str]) -> list[str]:
    path = write(folder, text)
    with pytest.raises(ConfigError) as caught:
        load_settings(path, **sources)
    return [str(item).replace(str(path), "c") for item in caught.value.problems]


def test_the_sample_in_the_root_equals_the_defaults() -> None:
    sample = load_settings(ROOT / "config.yaml")
    assert sample.model_dump() == Settings().model_dump()
    missing = [key for key, origin in sample.origins.items() if origin == "default"]
    assert missing == []


def test_without_sources_everything_is_default() -> None:
    settings = load_settings(None)
    assert set(settings.origins.values()) == {"default"}
    assert settings.crawl.max_pages == 5000
    assert settings.coverage_limit == 0.5


def test_the_text_decides_nothing_the_model_does(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        "politeness: {contact: 010, user_agent: no}\n"
        "crawl: {page_timeout_s: 5, include_offsite_links: False}\n"
        "network: {ipv6: off, allow: [10.1.2.3/8, '::1'], resolvers: ['[::1]:5353', 127.0.0.1]}\n"
        "reports: {title: 2020-01-01}\n",
    )
    settings = load_settings(path)
    assert (settings.politeness.contact, settings.politeness.user_agent) == ("010", "no")
    assert settings.crawl.page_timeout_s == 5.0
    assert settings.crawl.include_offsite_links is False
    assert settings.network.ipv6 == "off"
    assert settings.network.allow == ("10.0.0.0/8", "::1/128")
    assert settings.network.resolver_addresses == (("::1", 5353), ("127.0.0.1", 53))
    assert settings.reports.title == "2020-01-01"


def test_every_mistake_of_a_file_is_reported_at_once(tmp_path: Path) -> None:
    text = """\
crawl:
  max_page: 5
  max_pages: "50"
  max_depth: 010
  mode: fulll
shceme: [a]
scheme: gb
max_renders: 4
politeness: {obey_robots: false, per_host: 99, contact: }
network: {resolvers: ["127.0.0.1:0", foo], allow: [x], ipv6: maybe, allow_ports: [80, 0]}
browser: {workers: some, enabled: yes}
search: 5
crawl: {}
as_of: 2026-13-01
database: mysql://x
reports: {formats: [html, [a]], lang: zh}
schedule: [x]
coverage_limit: 1.5
"""
    assert mistakes(tmp_path, text) == [
        'c:2: unknown key "crawl.max_page"; did you mean "max_pages"?',
        'c:3: crawl.max_pages: must be a whole number, not "50" in quotes',
        'c:4: crawl.max_depth: must be a whole number, not "010"',
        'c:5: crawl.mode: must be one of full, list-first, not "fulll"; did you mean "full"?',
        'c:6: unknown key "shceme"; did you mean "scheme"?',
        'c:7: scheme: must be a list, like [a, b], not "gb"',
        'c:8: unknown key "max_renders"; did you mean "browser.max_renders"?',
        'c:9: politeness.contact: has no value; write "" for an empty text',
        'c:9: politeness.per_host: must be at most 64, not "99"',
        'c:10: network.allow[0]: must be an address or a network like "10.0.0.0/8", not "x"',
        'c:10: network.allow_ports[1]: must be at least 1, not "0"',
        'c:10: network.ipv6: must be one of auto, on, off, not "maybe"',
        "c:10: network.resolvers[0]: must be an address like "
        '"192.0.2.1:53" or "[2001:db8::1]:53", not "127.0.0.1:0"',
        "c:10: network.resolvers[1]: must be an address like "
        '"192.0.2.1:53" or "[2001:db8::1]:53", not "foo"',
        'c:11: browser.enabled: must be true or false, not "yes"',
        'c:11: browser.workers: must be auto or a whole number, not "some"',
        'c:12: search: must be a group of keys, one per line below it, not "5"',
        'c:13: duplicate key "crawl"; it is already in line 1',
        'c:14: as_of: must be a date like 2026-03-31, not "2026-13-01"',
        'c:15: database: must be like "sqlite:///auditor.db" or "postgresql://host/name", '
        'not "mysql://x"',
        "c:16: reports.formats[1]: must be text, not a list",
        'c:16: reports.lang: must be one of zh-CN, en, not "zh"',
        "c:17: schedule: must be empty: this version does not support it yet",
        'c:18: coverage_limit: must be at most 1, not "1.5"',
    ]


def test_full_width_digits_get_a_suggestion(tmp_path: Path) -> None:
    assert mistakes(tmp_path, "crawl: {max_pages: １００}") == [
        'c:1: crawl.max_pages: must be a whole number, not "１００"; did you mean "100"?'
    ]


def test_invisible_characters_are_named(tmp_path: Path) -> None:
    assert mistakes(tmp_path, 'politeness: {contact: "a\\u200bb"}\nreports: {title: "a\\0"}') == [
        "c:1: politeness.contact: holds the invisible or control character "
        "U+200B (zero width space)",
        "c:2: reports.title: holds the invisible or control character U+0000 (control character)",
    ]


def test_ignoring_robots_needs_a_reason(tmp_path: Path) -> None:
    assert "robots_override_reason" in mistakes(tmp_path, "politeness: {obey_robots: false}")[0]
    path = write(tmp_path, "politeness: {obey_robots: false, robots_override_reason: 检查通知}")
    assert load_settings(path).politeness.robots_override_reason == "检查通知"


def test_header_values_are_ascii(tmp_path: Path) -> None:
    assert "ASCII" in mistakes(tmp_path, "politeness: {user_agent: 检查}")[0]


def test_a_group_whose_keys_are_commented_out_changes_nothing(tmp_path: Path) -> None:
    settings = load_settings(write(tmp_path, "crawl:\n# max_pages: 5\nnetwork:\n"))
    assert settings.model_dump() == Settings().model_dump()


@pytest.mark.parametrize("text", ["", "# nothing\n", "\ufeff", "---\n", "null"])
def test_an_empty_file_is_all_defaults(tmp_path: Path, text: str) -> None:
    assert load_settings(write(tmp_path, text)).model_dump() == Settings().model_dump()


@pytest.mark.parametrize("text", ["- a", "5", "'text'"])
def test_a_file_without_keys_is_refused(tmp_path: Path, text: str) -> None:
    assert "group of keys" in mistakes(tmp_path, text)[0]


def test_a_gbk_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    path.write_bytes("reports: {title: 淄川区}\r\n".encode("gbk"))
    assert load_settings(path).reports.title == "淄川区"


def test_precedence_and_origins(tmp_path: Path) -> None:
    path = write(tmp_path, "crawl:\n  max_pages: 1\n  max_depth: 2\n  max_seconds: 3\n")
    settings = load_settings(
        path,
        environ={"AUDITOR_CRAWL__MAX_DEPTH": "20", "AUDITOR_CRAWL__MAX_SECONDS": "30", "HOME": "/"},
        overrides={"crawl.max_seconds": 300, "crawl.mode": None, "reports.formats": ["json"]},
    )
    crawl = settings.crawl
    assert (crawl.max_pages, crawl.max_depth, crawl.max_seconds) == (1, 20, 300)
    assert settings.reports.formats == ("json",)
    names = ("max_pages", "max_depth", "max_seconds", "mode")
    assert [settings.origins[f"crawl.{name}"] for name in names] == [
        f"{path}:2",
        "env",
        "cli",
        "default",
    ]


@pytest.mark.parametrize("value", ["ipv6,domain", "[ipv6, domain]", " ipv6 , domain,"])
def test_lists_in_the_environment(value: str) -> None:
    settings = load_settings(None, environ={"AUDITOR_CHECKS__INCLUDE": value})
    assert settings.checks.include == ("ipv6", "domain")


def test_values_from_code() -> None:
    settings = load_settings(
        None,
        overrides={
            "as_of": date(2026, 3, 31),
            "register": Path("a b.csv"),
            "crawl.max_pages": "7",
            "browser.enabled": False,
            "network.allow": ("127.0.0.0/8",),
            "checks.params": {"site-pages": {"limit": 5, "names": ["a"]}},
        },
    )
    assert settings.as_of is not None
    assert settings.as_of.astimezone(UTC) == datetime(2026, 3, 31, 15, 59, 59, tzinfo=UTC)
    assert settings.register == "a b.csv"
    assert settings.crawl.max_pages == 7
    assert settings.browser.enabled is False
    assert settings.network.allow == ("127.0.0.0/8",)
    assert settings.checks.params == {"site-pages": {"limit": 5, "names": ("a",)}}


def test_parameters_are_typed_by_yaml_rules(tmp_path: Path) -> None:
    path = write(
        tmp_path, "checks: {params: {a-b: {n: 5, x: 0.5, t: true, s: no, z: 010, q: '5'}}}"
    )
    assert load_settings(path).checks.params == {
        "a-b": {"n": 5, "x": 0.5, "t": True, "s": "no", "z": "010", "q": "5"}
    }


def test_a_moment_with_and_without_offset() -> None:
    with_offset = load_settings(None, overrides={"as_of": "2026-03-31T10:00:00Z"}).as_of
    without = load_settings(None, overrides={"as_of": "2026-03-31T18:00:00"}).as_of
    assert with_offset == without


def test_mistakes_of_the_environment_and_the_command_line_name_their_source(tmp_path: Path) -> None:
    found = mistakes(
        tmp_path,
        "crawl: {max_pages: 0}",
        environ={
            "AUDITOR_CRAWL__MAXDEPTH": "5",
            "AUDITOR_CRAWL": "5",
            "AUDITOR_SEARCH__DELAY_S": "soon",
            "AUDITOR_DATABASE": "",
            "AUDITOR_SERVICE_HOST": "10.0.0.1",
            "AUDITOR_PORT_80_TCP": "tcp://10.0.0.1:80",
        },
        overrides={"crawl.max_page": "5", "browser.workers": "0"},
    )
    assert found == [
        'c:1: crawl.max_pages: must be at least 1, not "0"',
        'AUDITOR_SEARCH__DELAY_S: search.delay_s: must be a number, not "soon"',
        'command line: browser.workers: must be auto or from 1 to 1024, not "0"',
        'command line: unknown key "crawl.max_page"; did you mean "crawl.max_pages"?',
        'environment: unknown variable "AUDITOR_CRAWL"; did you mean "AUDITOR_CRAWL__MODE"?',
        'environment: unknown variable "AUDITOR_CRAWL__MAXDEPTH"; '
        'did you mean "AUDITOR_CRAWL__MAX_DEPTH"?',
    ]


def test_settings_are_frozen() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        Settings().crawl.max_pages = 5  # type: ignore[misc]


def test_show_is_a_configuration_with_the_same_values(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        "search: {delay_s: 0.25}\nreports: {title: '\"引号\" # no comment'}\n"
        "checks: {params: {a-b: {limit: 3, names: [x, y]}}}\nas_of: 2026-03-31\n"
        "register:\n  - {name: 淄川, homepage: 'http://a.gov.cn', type: 门户网站}\n",
    )
    settings = load_settings(path)
    shown = render_show(settings)
    assert re.search(rf"^  delay_s: 0\.25 +# {re.escape(str(path))}:1$", shown, re.MULTILINE)
    assert re.search(r"^  max_pages: 5000 +# default$", shown, re.MULTILINE)
    again = load_settings(write(tmp_path, shown))
    assert again.model_dump() == settings.model_dump()
    assert again.sha256() == settings.sha256()


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("postgresql://u:secret@host/db", "postgresql://u:***@host/db"),
        ("postgresql+psycopg://u:a/b@c@host:5/db", "postgresql+psycopg://u:***@host:5/db"),
        ("postgresql://host/db?password=secret&x=1", "postgresql://host/db?password=***&x=1"),
        ("sqlite:////var/lib/a.db", "sqlite:////var/lib/a.db"),
    ],
)
def test_passwords_are_neither_shown_nor_hashed(url: str, shown: str) -> None:
    settings = load_settings(None, environ={"AUDITOR_DATABASE": url})
    assert settings.database == url
    assert without_password(url) == shown
    assert json_line(shown) in render_show(settings)
    assert "secret" not in render_show(settings)
    other = load_settings(None, overrides={"database": url.replace("secret", "other")})
    assert other.sha256() == settings.sha256()


def json_line(shown: str) -> str:
    return f'database: "{shown}"'


def test_the_hash_follows_the_values(tmp_path: Path) -> None:
    same = load_settings(write(tmp_path, "crawl: {max_pages: 5000}\n"))
    other = load_settings(write(tmp_path, "crawl: {max_pages: 5001}\n"))
    assert same.sha256() == Settings().sha256() != other.sha256()
    assert re.fullmatch(r"[0-9a-f]{64}", same.sha256())


def test_mistakes_of_settings_and_register_come_together(tmp_path: Path) -> None:
    path = write(tmp_path, "register: list.csv\ncrawl: {max_pages: x}\n")
    (tmp_path / "list.csv").write_text("name,homepage\na,nowhere\n", encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load_config(path)
    assert [item.line for item in caught.value.problems] == [2, 2]
    assert {Path(item.file).name for item in caught.value.problems} == {"config.yaml", "list.csv"}


def test_a_register_lies_beside_the_file_that_names_it(tmp_path: Path) -> None:
    path = write(tmp_path, "register: list.csv\n")
    (tmp_path / "list.csv").write_text("name,homepage\na,http://a.cn\n", encoding="utf-8")
    _, register = load_config(path)
    assert [site.homepage for site in register.sites] == ["http://a.cn/"]
    named = load_settings(path, environ={"AUDITOR_REGISTER": "list.csv"})
    assert register_base(named, path) == Path()


@pytest.mark.parametrize("value", ["5", "{a: 1}", "", "[]", "' '"])
def test_what_cannot_be_a_register(tmp_path: Path, value: str) -> None:
    found = mistakes(tmp_path, f"crawl: {{}}\nregister: {value}\n") if value != "5" else ["c:2"]
    assert found[0].startswith("c:2")


def test_inline_sites_and_their_mistakes(tmp_path: Path) -> None:
    text = """\
register:
  - {id: a, name: 淄川, homepage: "https://www.example.gov.cn/", region_code: 370302}
  - {id: a, name: =1+1, homepage: www.example.gov.cn, typ: portal, aliases: ["http://b.cn/"]}
  - id: B_1
    name: no
    homepage: https://www.example.gov.cn
    type: 门户网
  - 5
"""
    assert mistakes(tmp_path, text) == [
        'c:3: aliases: must be a host name alone, not "http://b.cn/"; did you mean "b.cn"?',
        'c:3: duplicate id "a"; it is already in line 2',
        'c:3: homepage: must start with http:// or https://, not "www.example.gov.cn"; '
        'did you mean "http://www.example.gov.cn"?',
        'c:3: name: looks like a spreadsheet formula: "=1+1"',
        'c:3: unknown key "typ"; did you mean "type"?',
        'c:4: duplicate homepage "www.example.gov.cn"; it is already in line 2',
        "c:4: id: must be at most 64 of a-z, 0-9 and hyphens between them, "
        'not "B_1"; did you mean "b-1"?',
        "c:7: type: must be one of portal, department, township, institution, channel, "
        'not "门户网"; did you mean "门户网站"?',
        'c:8: must be a group of keys, one per line below it, not "5"',
    ]

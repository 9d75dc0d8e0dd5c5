"""The register from CSV and XLSX files as offices really save them."""

from __future__ import annotations

import datetime
import io
import zipfile
from pathlib import Path

import openpyxl
import pytest

from auditor.config import ConfigError, Settings, load_register, load_settings, site_from_url
from auditor.config.tables import SIZE_LIMIT_BYTES
from auditor.model.site import Site, SiteType

CHINESE = (
    "序号,网站名称,网址,网站类型,主办单位,行政区划代码,网站标识码,其他域名,是否有办事服务,备注\r\n"
    "1,淄川区人民政府,https://WWW.example.gov.cn,门户网站,区政府办公室,370302,3703020001,"
    "example.gov.cn、zc.example.gov.cn；a.example.gov.cn,是,\r\n"
    "\r\n"
    ",,,,,,,,,\r\n"
    "2,教体局,http://jy.example.gov.cn/index.html,部门网站,教体局,,,,否,x\r\n"
)


def load(path: Path) -> tuple[Site, ...]:
    return load_register(Settings(register=path.name), path.parent).sites


def write(folder: Path, data: str | bytes, name: str = "sites.csv") -> Path:
    path = folder / name
    path.write_bytes(data.encode("utf-8") if isinstance(data, str) else data)
    return path


def mistakes(path: Path) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        load(path)
    return [str(item).replace(str(path), "f") for item in caught.value.problems]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16"])
@pytest.mark.parametrize(("old", "new"), [(",", ","), (",", "\t"), (",", ";"), ("\r\n", "\n")])
def test_csv_as_excel_saves_it(tmp_path: Path, encoding: str, old: str, new: str) -> None:
    sites = load(write(tmp_path, CHINESE.replace(old, new).encode(encoding)))
    assert sites == (
        Site(
            id="www-example-gov-cn",
            name="淄川区人民政府",
            homepage="https://www.example.gov.cn/",
            type=SiteType.PORTAL,
            organisation="区政府办公室",
            region_code="370302",
            site_code="3703020001",
            aliases=("example.gov.cn", "zc.example.gov.cn", "a.example.gov.cn"),
        ),
        Site(
            id="jy-example-gov-cn-index-html",
            name="教体局",
            homepage="http://jy.example.gov.cn/index.html",
            organisation="教体局",
            has_services=False,
        ),
    )


def test_english_headers_and_every_key(tmp_path: Path) -> None:
    text = (
        "ID,Name,Homepage,Type,Organisation,Region Code,site_code,ICP,Police,Aliases,closed-hosts,"
        "column_template,has_services,contact,due_days\n"
        'a-1,"甲\n乙局",http://a.gov.cn:8080/x?y=z#f,township,o,370302001,bm01000001,鲁ICP备1号,'
        "鲁公网安备37030202000001号,b.gov.cn c.gov.cn,d.gov.cn,county,no,+86 533,30\n"
    ).replace("甲\n乙", "甲乙")
    assert load(write(tmp_path, text)) == (
        Site(
            id="a-1",
            name="甲乙局",
            homepage="http://a.gov.cn:8080/x?y=z",
            type=SiteType.TOWNSHIP,
            organisation="o",
            region_code="370302001",
            site_code="bm01000001",
            icp="鲁ICP备1号",
            police="鲁公网安备37030202000001号",
            aliases=("b.gov.cn", "c.gov.cn"),
            closed_hosts=("d.gov.cn",),
            column_template="county",
            has_services=False,
            contact="+86 533",
            due_days=30,
        ),
    )


def workbook(rows: list[list[object]]) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(row)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def test_xlsx_with_numbers_for_codes(tmp_path: Path) -> None:
    data = workbook(
        [
            [],
            ["网站名称", "网址", "行政区划代码", "网站标识码", "整改天数", "办事服务", "备注"],
            ["甲局", "http://a.gov.cn/", 370302, 3703020001.0, 20, True, datetime.date.min],
            [],
            ["乙局", " http://b.gov.cn ", "370302", None, None, False],
        ]
    )
    sites = load(write(tmp_path, data, "list.xlsx"))
    assert [(site.region_code, site.site_code, site.due_days) for site in sites] == [
        ("370302", "3703020001", 20),
        ("370302", "", 15),
    ]
    assert [site.has_services for site in sites] == [True, False]
    assert sites[1].homepage == "http://b.gov.cn/"


def test_xlsx_mistakes_name_the_row_of_the_sheet(tmp_path: Path) -> None:
    data = workbook([["name", "homepage"], [], ["甲", "http://a.cn"], ["乙", "ftp://b.cn"]])
    assert mistakes(write(tmp_path, data)) == [
        'f:4: homepage: must start with http:// or https://, not "ftp://b.cn"'
    ]


def test_every_mistake_of_every_row_is_reported_at_once(tmp_path: Path) -> None:
    text = """\
id,name,homepage,type,region_code,site_code,aliases,closed_hosts,has_services,due_days
a,甲,http://a.cn/,portal,370302,3703020001,x.cn,,,
a,乙,http://A.cn,channel,370302,,x.cn,,,
B C,=cmd,http：//ｂ.cn,部门网占,３７０３０２,3.7E+13,http://x.cn/ y..cn,,也许,0
nul,,http://u:p@c.cn/,portal,37,370302000,,,,x
d,丁,http://d.cn/,portal,,3703020001,e.cn e.cn,,,
e,戊,http://e.cn/,portal,,,f.cn,f.cn,,1,extra
"""
    assert mistakes(write(tmp_path, text)) == [
        'f:3: duplicate alias "x.cn"; it is already in line 2',
        'f:3: duplicate homepage "a.cn"; it is already in line 2',
        'f:3: duplicate id "a"; it is already in line 2',
        'f:4: aliases: must be a host name alone, not "http://x.cn/"; did you mean "x.cn"?; '
        'is not a host name: "y..cn"',
        'f:4: due_days: must be at least 1, not "0"',
        'f:4: has_services: must be true or false, not "也许"',
        'f:4: homepage: holds full-width characters: "http：//ｂ.cn"; did you mean "http://b.cn"?',
        "f:4: id: must be at most 64 of a-z, 0-9 and hyphens between them, "
        'not "B C"; did you mean "b-c"?',
        'f:4: name: looks like a spreadsheet formula: "=cmd"',
        'f:4: region_code: must be 6, 9 or 12 digits, not "３７０３０２"; did you mean "370302"?',
        'f:4: site_code: was rounded by the spreadsheet to "3.7E+13"; format the column as text',
        "f:4: type: must be one of portal, department, township, institution, channel, "
        'not "部门网占"; did you mean "部门网站"?',
        'f:5: due_days: must be a whole number, not "x"',
        "f:5: homepage: must not hold a user name or password",
        'f:5: id: must not be "nul", which Windows keeps for devices',
        "f:5: name is missing",
        'f:5: region_code: must be 6, 9 or 12 digits, not "37"',
        'f:5: site_code: must be 10 digits (or bm and 8), not "370302000"',
        'f:6: aliases: names "e.cn" twice',
        'f:6: duplicate site_code "3703020001"; it is already in line 2',
        'f:7: closed_hosts names "f.cn", a host that the site uses',
        "f:7: has 11 cells, but the header has 10",
    ]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ("", "f: is empty"),
        ("\n,,\n", "f: is empty"),
        ("name,homepage\n", "f: lists no site"),
        ("name,homepagee,homepage\n", 'f:1: unknown column "homepagee"; did you mean "homepage"?'),
        ("网站名称,网址,首页网址\na,b,c", 'f:1: column "首页网址" gives homepage a second time'),
        ("a.cn,b.cn\n", "f:1: column homepage (网址) is missing"),
        ('name,homepage\na,"http://a.cn\n', "f:2: is not valid CSV from here on"),
        (b"name,homepage\n\xff\xff,http://a.cn\n", "f:2: is neither UTF-8 nor GB18030"),
        (b"name,homepage\na\0b,http://a.cn\n", "f:2: holds a NUL byte"),
        (b"\xff\xfen\xd8", "f:1: is not utf-16"),
        (b"\xd0\xcf\x11\xe0" + bytes(100), "f: is an old .xls file"),
        (b"PK\x03\x04" + bytes(100), "f: is not a readable XLSX workbook"),
        ("name,homepage\n" + "a" * 200_000 + ",b\n", "field larger than field limit"),
        ("name,homepage\n" + "a,b\n" * 60_000, "f:50001: holds more than 50000 rows"),
    ],
)
def test_files_that_are_no_register(tmp_path: Path, data: str | bytes, words: str) -> None:
    assert any(words in line for line in mistakes(write(tmp_path, data)))


def test_a_missing_file_a_directory_and_a_device(tmp_path: Path) -> None:
    assert mistakes(tmp_path / "none.csv") == ["f: file not found"]
    assert mistakes(tmp_path) == ["f: is a directory; give the path of a file"]
    assert mistakes(Path("/dev/zero")) == ["f: is not a regular file; give the path of a file"]
    assert "cannot be read" in mistakes(tmp_path / ("x" * 300))[0]
    assert "cannot be read" in mistakes(tmp_path / "a\0b")[0]


def test_a_huge_file_is_refused_without_being_read(tmp_path: Path) -> None:
    path = tmp_path / "big.csv"
    with path.open("wb") as stream:
        stream.truncate(100 << 20)
    assert mistakes(path) == [f"f: is larger than {SIZE_LIMIT_BYTES >> 20} MiB"]


def test_a_workbook_that_unpacks_without_end_is_refused(tmp_path: Path) -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", bytes(210 << 20))
    assert mistakes(write(tmp_path, stream.getvalue())) == [
        "f: unpacks to far more than a register needs"
    ]


def test_a_sheet_that_claims_a_million_rows_ends_early(tmp_path: Path) -> None:
    original = workbook([["name", "homepage"], ["甲", "http://a.cn"]])
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(original)) as old, zipfile.ZipFile(stream, "w") as new:
        for item in old.infolist():
            data = old.read(item)
            if item.filename.endswith("sheet1.xml"):
                data = data.replace(b'r="2"', b'r="1048576"').replace(b"A2", b"A1048576")
            new.writestr(item, data)
    assert mistakes(write(tmp_path, stream.getvalue())) == ["f: lists no site below its header"]


def test_the_inline_list_needs_no_file(tmp_path: Path) -> None:
    path = write(tmp_path, "register:\n  - {name: 甲, homepage: 'http://a.cn'}\n", "config.yaml")
    register = load_register(load_settings(path), tmp_path)
    assert [(site.id, site.name, site.homepage) for site in register.sites] == [
        ("a-cn", "甲", "http://a.cn/")
    ]


def test_site_from_url() -> None:
    site = site_from_url("https://www.example.gov.cn:8443/a/")
    assert (site.id, site.name) == ("www-example-gov-cn-8443-a", "www.example.gov.cn")
    assert site_from_url("www.example.gov.cn").homepage == "http://www.example.gov.cn/"
    assert site_from_url("http://[::1]:8080/").host == "::1"
    for bad in ("", "ftp://a.cn", "http://", "http://a b/", "http://a.cn:99999/"):
        with pytest.raises(ConfigError):
            site_from_url(bad)


def test_an_inline_register_survives_json() -> None:
    """Runs keep their settings as JSON, and are judged again by them."""
    entry = {
        "name": "甲",
        "homepage": "https://www.a.gov.cn/",
        "aliases": ["a.gov.cn"],
        "closed_hosts": ["old.a.gov.cn"],
    }
    settings = load_settings(None, overrides={"register": [entry], "network.allow": ["10.0.0.0/8"]})
    again = Settings.model_validate_json(settings.model_dump_json(by_alias=True))
    assert again.register == settings.register
    assert again.network == settings.network

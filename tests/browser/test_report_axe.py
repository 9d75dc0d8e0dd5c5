"""The report holds itself to what it asks of others: no axe violation, no script but its own."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from selenium import webdriver
from selenium.webdriver.common.by import By

import reports.html
from tests.unit.reports import sample, sample_site

pytestmark = pytest.mark.browser

ROOT = Path(__file__).parents[2]
AXE = ROOT / "auditor/gather/browser/vendor/axe-core/axe.min.js"
RULES = {
    "runOnly": {
        "type": "tag",
        "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    },
    "resultTypes": ["violations"],
    "elementRef": False,
}
PAGES = (
    "index.html",
    "sites/qx-portal/index.html",
    "sites/qx-portal/issues-1.html",
    "sites/qx-hostile/index.html",
    "sites/qx-edu/index.html",
    "sites/qx-gone/index.html",
    "sites/qx-late/index.html",
)


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The report in both languages, with a screenshot."""
    evidence = tmp_path_factory.mktemp("evidence")
    sample_site.write_screenshots(evidence)
    result = sample.sample()
    made = {}
    for lang in ("zh-CN", "en"):
        made[lang] = tmp_path_factory.mktemp(lang)
        reports.html.write(result, made[lang], lang=lang, evidence=evidence)
    return made


@pytest.fixture(scope="module")
def driver() -> Iterator[webdriver.Chrome]:
    options = webdriver.ChromeOptions()
    options.binary_location = "/usr/bin/chromium"
    for argument in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage"):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    browser = webdriver.Chrome(options, webdriver.ChromeService("/usr/bin/chromedriver"))
    yield browser
    browser.quit()


def _open(
    driver: webdriver.Chrome, page: Path, *, scheme: str = "light", width: int = 1280
) -> None:
    media = {"features": [{"name": "prefers-color-scheme", "value": scheme}]}
    size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 600}
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia", media)
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    driver.get(page.as_uri())


def _violations(driver: webdriver.Chrome) -> list[str]:
    driver.execute_script("document.querySelectorAll('details').forEach(d => { d.open = true })")
    driver.execute_script(AXE.read_text("utf-8"))
    run = "axe.run(document, arguments[0]).then(arguments[1], e => arguments[1](String(e)))"
    result: Any = driver.execute_async_script(run, RULES)
    assert isinstance(result, dict), result
    return [
        json.dumps([rule["id"], node["target"], node["failureSummary"]], ensure_ascii=False)
        for rule in result["violations"]
        for node in rule["nodes"][:3]
    ]


LOOKS = [
    *[(page, lang, scheme, 1280) for page in PAGES[:2] for lang in ("zh-CN", "en")
      for scheme in ("light", "dark")],
    *[(page, "zh-CN", "light", 390) for page in PAGES[:2]],
    *[(page, "zh-CN", "dark", 1280) for page in PAGES[2:]],
]  # fmt: skip


@pytest.mark.parametrize(("page", "lang", "scheme", "width"), LOOKS)
def test_no_axe_violations(
    driver: webdriver.Chrome,
    folders: dict[str, Path],
    page: str,
    lang: str,
    scheme: str,
    width: int,
) -> None:
    _open(driver, folders[lang] / page, scheme=scheme, width=width)
    assert _violations(driver) == []


@pytest.mark.parametrize("page", PAGES)
def test_nothing_is_wider_than_a_phone(
    driver: webdriver.Chrome, folders: dict[str, Path], page: str
) -> None:
    for lang in folders:
        _open(driver, folders[lang] / page, width=390)
        assert driver.execute_script("return document.documentElement.scrollWidth") <= 390, lang


def test_page_content_neither_runs_nor_loads(
    driver: webdriver.Chrome, folders: dict[str, Path]
) -> None:
    driver.get_log("browser")
    _open(driver, folders["zh-CN"] / "sites/qx-hostile/index.html")
    assert driver.get_log("browser") == []
    hrefs = [link.get_attribute("href") for link in driver.find_elements(By.CSS_SELECTOR, "main a")]
    assert hrefs
    assert not [href for href in hrefs if not str(href).startswith(("http:", "https:", "file:"))]
    assert len(driver.find_elements(By.TAG_NAME, "script")) == 1


def test_screenshots_are_shown(driver: webdriver.Chrome, folders: dict[str, Path]) -> None:
    _open(driver, folders["zh-CN"] / "sites/qx-portal/index.html")
    widths = driver.execute_script("return [...document.images].map(i => i.naturalWidth)")
    assert widths
    assert set(widths) == {320}


def test_a_link_to_an_issue_opens_it(driver: webdriver.Chrome, folders: dict[str, Path]) -> None:
    page = folders["zh-CN"] / "sites/qx-portal/index.html"
    _open(driver, page)
    assert not driver.find_elements(By.CSS_SELECTOR, "#issue-43 details[open]")
    driver.execute_script("location.hash = '#issue-43'")
    assert driver.find_elements(By.CSS_SELECTOR, "#issue-43 details[open]")


def test_the_filter_hides_other_sites(driver: webdriver.Chrome, folders: dict[str, Path]) -> None:
    _open(driver, folders["zh-CN"] / "index.html")
    driver.find_element(By.ID, "filter").send_keys("卫生")
    rows = driver.find_elements(By.CSS_SELECTOR, "#ranking tbody tr")
    assert [row.is_displayed() for row in rows].count(True) == 1
    assert driver.find_element(By.ID, "filter-count").text == "1 / 9"


def test_printing_opens_everything(driver: webdriver.Chrome, folders: dict[str, Path]) -> None:
    _open(driver, folders["zh-CN"] / "sites/qx-portal/index.html")
    count = "return document.querySelectorAll('details:not([open])').length"
    before = driver.execute_script(count)
    assert before > 0
    driver.execute_script("window.dispatchEvent(new Event('beforeprint'))")
    assert driver.execute_script(count) == 0
    driver.execute_script("window.dispatchEvent(new Event('afterprint'))")
    assert driver.execute_script(count) == before

"""The rivals: Scrapy's CrawlSpider as its documentation shows it, and a spider tuned by hand.

Run by crawl.py: python scrapy_spider.py stock|tuned URL
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any, ClassVar
from urllib.parse import urljoin, urlsplit

import scrapy
from lxml import etree
from scrapy.crawler import CrawlerProcess
from scrapy.linkextractors import LinkExtractor
from scrapy.spiders import CrawlSpider, Rule

SETTINGS = {
    "LOG_LEVEL": "ERROR",
    "ROBOTSTXT_OBEY": False,
    "CONCURRENT_REQUESTS": 16,
    "CONCURRENT_REQUESTS_PER_DOMAIN": 16,
    "DOWNLOAD_DELAY": 0,
    "COOKIES_ENABLED": False,
    "RETRY_ENABLED": False,
    "TELNETCONSOLE_ENABLED": False,
    "LOGSTATS_INTERVAL": 0,
}


class Stock(CrawlSpider):
    """Follows every link of its host."""

    name = "stock"
    rules = (Rule(LinkExtractor(), callback="count", follow=True),)
    pages = 0

    def count(self, response: Any) -> None:
        Stock.pages += 1


class Tuned(scrapy.Spider):
    """No LinkExtractor, no duplicate filter: own set of seen addresses, one lxml parse."""

    name = "tuned"
    pages = 0
    seen: ClassVar[set[str]] = set()

    def parse(self, response: Any) -> Iterator[Any]:
        Tuned.pages += 1
        tree = etree.fromstring(response.body, etree.HTMLParser(encoding="utf-8"))
        for href in {element.get("href") for element in tree.iter("a")}:
            url = urljoin(response.url, href or "").partition("#")[0]
            if urlsplit(url).hostname in self.allowed_domains and url not in self.seen:
                self.seen.add(url)
                yield scrapy.Request(url, dont_filter=True)


def main() -> None:
    kind, url = sys.argv[1:3]
    spider = {"stock": Stock, "tuned": Tuned}[kind]
    process = CrawlerProcess(SETTINGS)
    process.crawl(spider, start_urls=[url], allowed_domains=[urlsplit(url).hostname])
    process.start()
    print(spider.pages)


if __name__ == "__main__":
    main()

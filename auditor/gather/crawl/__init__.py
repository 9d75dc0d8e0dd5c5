"""The crawler: walks one site from its home page to the last page within its budgets."""

from auditor.gather.crawl._batch import CrawlSink
from auditor.gather.crawl.crawler import Crawler
from auditor.gather.crawl.frontier import CRAWLED_KINDS
from auditor.gather.crawl.limits import CrawlLimits
from auditor.gather.crawl.memory import CrawlMemory, remember
from auditor.gather.crawl.revisit import EarlierPages

__all__ = [
    "CRAWLED_KINDS",
    "CrawlLimits",
    "CrawlMemory",
    "CrawlSink",
    "Crawler",
    "EarlierPages",
    "remember",
]

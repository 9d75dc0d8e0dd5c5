"""The crawler: walks one site from its home page to the last page within its budgets."""

from auditor.gather.crawl.crawler import Crawler, CrawlLimits, CrawlSink
from auditor.gather.crawl.frontier import Frontier

__all__ = ["CrawlLimits", "CrawlSink", "Crawler", "Frontier"]

"""Network classes with short limits for tests, allowed to reach loopback only."""

from __future__ import annotations

from typing import Any

from auditor.gather.fetch import Fetcher
from auditor.gather.guard import Guard
from auditor.gather.resolver import Resolver
from auditor.gather.throttle import Throttle
from tests.hostile.http_cases import BODY_LIMIT, READ_GAP_S, TIMEOUT_S

LOOPBACK = ("127.0.0.0/8", "::1/128")
#: Nothing listens here: a name that is asked for is a defect of the test.
NO_DNS = "127.0.0.1:9"


def fetcher(
    *ports: int, dns: str = NO_DNS, allow: tuple[str, ...] = LOOPBACK, **more: Any
) -> Fetcher:
    """A fetcher for loopback servers at these ports, without delays."""
    guard = Guard(allow, ports)
    throttle = more.pop("throttle", None) or Throttle(
        delay_s=0, per_host=8, per_ip=8, adaptive=False
    )
    settings: dict[str, Any] = {
        "body_limit": BODY_LIMIT,
        "timeout_s": TIMEOUT_S,
        "retry_delay_s": 0.01,
        "read_gap_s": READ_GAP_S,
        "connect_s": 1.0,
    }
    return Fetcher(
        guard=guard,
        resolver=Resolver([dns], guard=guard, timeout_s=0.5),
        throttle=throttle,
        user_agent="govsite-auditor/test (+https://example.gov.cn/)",
        **(settings | more),
    )

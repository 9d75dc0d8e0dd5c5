"""Probes: one question each about a site's names, addresses, home page or search.

Every probe returns an artifact or `Missed` and never raises for what a network or a site does.
"""

from __future__ import annotations

from auditor.gather.probes.dns import probe_dns
from auditor.gather.probes.home import probe_home, probe_reachability
from auditor.gather.probes.hosts import probe_hosts
from auditor.gather.probes.ipv6 import probe_ipv6
from auditor.gather.probes.linked_hosts import probe_linked_hosts
from auditor.gather.probes.links import verify_links
from auditor.gather.probes.search import SearchLimits, probe_search
from auditor.gather.probes.soft404 import probe_soft404
from auditor.gather.probes.vantage import probe_vantage

__all__ = [
    "SearchLimits",
    "probe_dns",
    "probe_home",
    "probe_hosts",
    "probe_ipv6",
    "probe_linked_hosts",
    "probe_reachability",
    "probe_search",
    "probe_soft404",
    "probe_vantage",
    "verify_links",
]

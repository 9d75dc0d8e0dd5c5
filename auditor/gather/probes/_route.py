"""Does this machine have a route to an address? Asked of the kernel; no packet is sent."""

from __future__ import annotations

import ipaddress
import socket
from contextlib import closing

from auditor.gather.guard import Guard
from auditor.model.artifact import AddressFact

#: Any port does: `connect` on a datagram socket only chooses route and source address.
_PORT = 9


def source_address(target: str) -> str:
    """The address that this machine would use to reach `target`; "" when there is no route."""
    family = socket.AF_INET6 if ipaddress.ip_address(target).version == 6 else socket.AF_INET
    try:
        with closing(socket.socket(family, socket.SOCK_DGRAM)) as sock:
            sock.connect((target, _PORT))
            return str(sock.getsockname()[0])
    except OSError:
        return ""


def has_route(guard: Guard, target: AddressFact) -> bool:
    """True when `target` can be reached from here as far as the routing table shows.

    A route to the global IPv6 Internet from a unique-local source (fc00::/7) counts as none: it
    is what container networks without IPv6 look like. Addresses that the operator allowed need
    only a route.
    """
    source = source_address(target.address)
    if not source:
        return False
    if target.scope == "allowed" or ":" not in target.address:
        return True
    return guard.classify(source).usable

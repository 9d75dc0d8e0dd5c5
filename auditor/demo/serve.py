"""Keeps a started district running, for trying things by hand (`auditor demo --serve`)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from auditor.demo._district import District


async def serve(district: District, say: Callable[[str], None] = print) -> None:
    """Say where everything is and wait until cancelled. The caller starts and stops the district:

    `async with District() as district: await serve(district)`.
    """
    for line in describe(district):
        say(line)
    await asyncio.Event().wait()


def describe(district: District) -> list[str]:
    """The lines that `serve` says: addresses, sites, and how a browser gets there."""
    lines = [
        f"演示区（{district.spec.area}，虚构）已在本机启动，按 Ctrl-C 停止。",
        f"DNS   {district.resolver} (UDP, TCP)",
        f"HTTP  127.0.0.1:{district.http_port}   HTTPS  127.0.0.1:{district.https_port}",
        f"CA    {district.ca_file}",
        "",
    ]
    lines += [f"{district.homepage(site)}  {site.name}" for site in district.spec.sites]
    mapped = ", ".join(f"MAP {host} {address}" for host, address in browser_mapping(district))
    lines += [
        "",
        "浏览器查看 (a browser that finds these names):",
        f'chromium --ignore-certificate-errors --host-resolver-rules="{mapped}" '
        f"{district.homepage(district.spec.sites[0])}",
    ]
    return lines


def browser_mapping(district: District) -> list[tuple[str, str]]:
    """Host names and IPv4 addresses for a browser's `--host-resolver-rules`."""
    return [
        (host, found["A"][0])
        for host, found in sorted(district.table.records.items())
        if host and "A" in found and not host.startswith(("ns1.", "ns2.")) and ".arpa" not in host
    ]

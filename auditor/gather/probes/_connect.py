"""Bare TCP and TLS connections to one address, for what an HTTP client does not tell."""

from __future__ import annotations

import asyncio
import hashlib
import ssl

from auditor.gather.tools import Tools

#: Long enough for a slow line; a second try decides nothing more.
CONNECT_S = 8.0


async def tcp_open(tools: Tools, host: str, address: str, port: int) -> bool | None:
    """True when the port accepts, False when it refuses, None when nothing can be said."""
    if not (tools.guard.permits(address) and tools.guard.permits_port(port)):
        return None
    turn = tools.fetcher.throttle.slot(host, address)
    try:
        async with turn, asyncio.timeout(CONNECT_S):
            _, writer = await asyncio.open_connection(address, port)
    except ConnectionRefusedError:
        return False
    except (OSError, TimeoutError):
        return None
    await _close(writer)
    return True


async def certificate_at(tools: Tools, host: str, address: str, port: int) -> str:
    """SHA-256 of the certificate that the address shows for `host`; "" when it shows none.

    Nothing is verified here and nothing is sent over the connection.
    """
    if not (tools.guard.permits(address) and tools.guard.permits_port(port)):
        return ""
    turn = tools.fetcher.throttle.slot(host, address)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    try:
        async with turn, asyncio.timeout(CONNECT_S):
            _, writer = await asyncio.open_connection(
                address, port, ssl=context, server_hostname=host
            )
    except (OSError, TimeoutError):
        return ""
    shown = writer.get_extra_info("ssl_object").getpeercert(binary_form=True)
    await _close(writer)
    return hashlib.sha256(shown).hexdigest() if shown else ""


async def _close(writer: asyncio.StreamWriter) -> None:
    writer.close()
    try:
        async with asyncio.timeout(CONNECT_S):
            await writer.wait_closed()
    except (OSError, TimeoutError):
        writer.transport.abort()

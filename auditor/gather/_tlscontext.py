"""TLS contexts, and the words for what went wrong with a handshake (see `TlsProbe.verdict`)."""

from __future__ import annotations

import ssl
import warnings

#: What browsers still accept under TLS 1.2: OpenSSL's default list instead of Python's shorter
#: one, which leaves out RSA key exchange and would call servers dead that citizens can open.
_CIPHERS = "DEFAULT@SECLEVEL=2"
#: Not in the ssl module before Python 3.12: servers without RFC 5746, which browsers accept.
_OP_LEGACY_SERVER_CONNECT = getattr(ssl, "OP_LEGACY_SERVER_CONNECT", 0x4)
_OP_LEGACY_RENEGOTIATION = 0x40000

# X509_V_ERR_* of OpenSSL's x509_vfy.h.
_VERDICTS = {
    9: "not-yet-valid",
    10: "expired",
    18: "self-signed",
    62: "wrong-name",
    64: "wrong-name",
}


def verified_context(ca_file: str | None = None, *, ca_data: str | None = None) -> ssl.SSLContext:
    """The context of a careful browser: system roots, and `ca_file` and `ca_data` (PEM) beside
    them. Names in the subject's common name do not count (RFC 9525). `OSError` when the file
    cannot be read."""
    context = ssl.create_default_context()
    if ca_file:
        context.load_verify_locations(cafile=ca_file)
    if ca_data:
        context.load_verify_locations(cadata=ca_data)
    # Python 3.13 sets it; an intermediate certificate must not become a trust anchor.
    context.verify_flags &= ~getattr(ssl, "VERIFY_X509_PARTIAL_CHAIN", 0)
    context.hostname_checks_common_name = False
    context.set_ciphers(_CIPHERS)
    context.options |= _OP_LEGACY_SERVER_CONNECT
    return context


def lenient_context() -> ssl.SSLContext:
    """A context that talks to anything: no verification, every protocol since TLS 1.0, weak
    keys and ciphers. For looking at a site whose defect has been recorded."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = ssl.TLSVersion.TLSv1
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.options |= _OP_LEGACY_SERVER_CONNECT | _OP_LEGACY_RENEGOTIATION
    return context


def verdict_of(error: ssl.SSLError) -> str:
    """The verdict that a failed handshake allows by itself. `untrusted` may still be a missing
    intermediate certificate; only `probe_tls` tells these apart."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return _VERDICTS.get(error.verify_code, "untrusted")
    reason = error.reason or ""
    if "UNSUPPORTED_PROTOCOL" in reason or "ALERT_PROTOCOL_VERSION" in reason:
        return "old-protocol"
    return "handshake-failed"

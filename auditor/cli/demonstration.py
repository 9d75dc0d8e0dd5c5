"""`auditor demo`: serves the made-up district on loopback and audits it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import yaml

from auditor.cli.common import refuse_foreign_packages
from auditor.cli.errors import EnvironmentProblem, Exit, UsageProblem
from auditor.cli.session import Request, run_request
from auditor.config import load_config
from auditor.demo import AS_OF, District, serve


@dataclass(frozen=True, slots=True)
class DemoRequest:
    """What the command line asks of the demonstration."""

    out: Path
    lang: str | None = None
    no_browser: bool = False
    resume: str | None = None
    serve_only: bool = False
    plain: bool = False


async def demonstrate(wanted: DemoRequest) -> Exit:
    """Serve, audit, report; the exit code."""
    refuse_foreign_packages()
    out = wanted.out
    out.mkdir(parents=True, exist_ok=True)
    config = out / "config.yaml"
    ports = _ports_of(config) if wanted.resume else ()
    async with District(*ports) as district:
        if ports and ports != (district.http_port, district.https_port, district.dns_port):
            raise EnvironmentProblem(
                f"The run to resume needs the ports {', '.join(map(str, ports))} of this machine, "
                "and another program has taken some of them."
            )
        district.write_config(config)
        if wanted.serve_only:
            await serve(district)
            return Exit.DONE
        overrides: dict[str, object] = {
            "database": f"sqlite:///{out / 'auditor.db'}",
            "as_of": AS_OF.isoformat(),
            "browser.enabled": False if wanted.no_browser else None,
            "reports.lang": wanted.lang,
            # Every district has an authority of its own.
            "network.ca_file": str(district.ca_file),
        }
        settings, register = load_config(config, overrides=overrides, environ={})
        return await run_request(
            Request(
                settings,
                register,
                register.sites,
                out,
                resume=wanted.resume,
                overrides=overrides,
                plain=wanted.plain,
            )
        )


def _ports_of(config: Path) -> tuple[int, int, int]:
    """HTTP, HTTPS and DNS port of the district that the run to resume began with."""
    try:
        network = yaml.safe_load(config.read_text("utf-8"))["network"]
        web, secure, *_ = network["allow_ports"]
        return int(web), int(secure), int(network["name_server_port"])
    except (OSError, ValueError, KeyError, TypeError, yaml.YAMLError):
        raise UsageProblem(f"There is no demo run to resume in {config.parent}.") from None

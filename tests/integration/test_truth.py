"""The audit of the demo district says exactly what its truth file says."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from auditor.cli.errors import Exit
from auditor.cli.session import Request, run_request
from auditor.config import load_config
from auditor.demo import AS_OF, District, differences
from auditor.engine.catalogue import load_checks
from auditor.gather.browser import Browser
from auditor.model.artifact import Missed
from auditor.store import Store

pytestmark = [pytest.mark.slow, pytest.mark.browser]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def audited(
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[tuple[District, Path, Exit]]:
    """The district and the folder of one audit with everything on."""
    binary = Browser.find(None)
    if isinstance(binary, Missed):
        pytest.skip(f"no browser: {binary.detail}")
    out = tmp_path_factory.mktemp("truth")
    async with District(0, 0, 0) as district:
        district.write_config(out / "config.yaml")
        settings, register = load_config(
            out / "config.yaml",
            overrides={
                "database": f"sqlite:///{out}/auditor.db",
                "as_of": AS_OF.isoformat(),
            },
            environ={},
        )
        code = await run_request(Request(settings, register, register.sites, out, plain=True))
        yield district, out, code


def result_of(out: Path) -> dict[str, Any]:
    return json.loads((out / "result.json").read_text("utf-8"))


@pytest.mark.asyncio(loop_scope="module")
async def test_exactly_the_truth(audited: tuple[District, Path, Exit]) -> None:
    district, out, code = audited
    assert code is Exit.DONE
    assert differences(district, result_of(out), checks=tuple(load_checks())) == ()


@pytest.mark.asyncio(loop_scope="module")
async def test_judging_again_gives_the_same_bytes(audited: tuple[District, Path, Exit]) -> None:
    from auditor.cli.common import result_plan
    from auditor.config import Settings
    from auditor.engine.result import judge_site
    from auditor.store.codec import encode

    _, out, _ = audited
    with Store.open(f"sqlite:///{out}/auditor.db") as store:
        run = store.run("last")
        settings = Settings.model_validate_json(run.config_json)
        plan = result_plan(store, run.run_id, run.as_of, settings)
        for row in store.site_rows(run.run_id):
            before = encode(store.judgement(run.run_id, row.site.id))
            judge_site(plan, store, row.site)
            assert encode(store.judgement(run.run_id, row.site.id)) == before


@pytest.mark.asyncio(loop_scope="module")
async def test_output_folder_is_whole(audited: tuple[District, Path, Exit]) -> None:
    _, out, _ = audited
    names = {path.name for path in out.iterdir()}
    assert names >= {"index.html", "result.json", "findings.csv", "findings.xlsx", "manifest.json"}
    sites = {site["id"] for site in result_of(out)["sites"]}
    assert sites == {path.name for path in (out / "sites").iterdir() if path.is_dir()}
    assert date.fromisoformat(result_of(out)["run"]["as_of"][:10]) == AS_OF

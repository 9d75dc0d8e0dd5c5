"""`config.yaml` and the register of sites: strict loading, every mistake reported at once.

Everything that loading can raise is `ConfigError`; its `problems` name file, line and remedy.
"""

from __future__ import annotations

from auditor.config.load import load_config, load_settings, register_base
from auditor.config.problems import ConfigError, Problem
from auditor.config.register import load_register
from auditor.config.settings import (
    BrowserSettings,
    CheckSettings,
    CrawlSettings,
    EngineSettings,
    EvidenceSettings,
    NetworkSettings,
    PolitenessSettings,
    ReportSettings,
    SearchSettings,
    Settings,
    without_password,
)
from auditor.config.show import render_show
from auditor.config.sites import SiteEntry, site_from_url

__all__ = [
    "BrowserSettings",
    "CheckSettings",
    "ConfigError",
    "CrawlSettings",
    "EngineSettings",
    "EvidenceSettings",
    "NetworkSettings",
    "PolitenessSettings",
    "Problem",
    "ReportSettings",
    "SearchSettings",
    "Settings",
    "SiteEntry",
    "load_config",
    "load_register",
    "load_settings",
    "register_base",
    "render_show",
    "site_from_url",
    "without_password",
]

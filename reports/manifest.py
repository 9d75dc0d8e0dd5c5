"""Public name of the manifest writer: `reports.manifest:write_manifest`."""

from __future__ import annotations

from reports._manifest import write_manifest

__all__ = ["write_manifest"]

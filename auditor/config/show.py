"""`config show`: the settings in force, as YAML with the origin of each value."""

from __future__ import annotations

import json

from auditor.config.settings import Settings
from auditor.config.validation import groups

_ORIGIN_COLUMN = 48


def render_show(settings: Settings) -> str:
    """Every value with its origin as a comment. The text is a valid `config.yaml`; the password
    of the database is masked."""
    lines: list[str] = []
    public = settings.public()
    nested = groups(Settings)
    for key, value in public.items():
        if key in nested:
            lines.append(f"{key}:")
            for name, inner in value.items():
                origin = settings.origins.get(f"{key}.{name}", "default")
                lines.append(_line(f"  {name}: {_flow(inner)}", origin))
        elif key == "register" and isinstance(value, list):
            lines.append(_line("register:", settings.origins.get(key, "default")))
            lines.extend(f"  - {_flow(entry)}" for entry in value)
        else:
            lines.append(_line(f"{key}: {_flow(value)}", settings.origins.get(key, "default")))
    return "\n".join(lines) + "\n"


def _line(text: str, origin: str) -> str:
    return f"{text:<{_ORIGIN_COLUMN}}  # {origin}"


def _flow(value: object) -> str:
    """A value in YAML's flow style; JSON's strings, numbers and lists are valid YAML."""
    if isinstance(value, dict):
        inner = ", ".join(f"{json.dumps(key)}: {_flow(item)}" for key, item in value.items())
        return f"{{{inner}}}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(_flow(item) for item in value)}]"
    if isinstance(value, float):
        return f"{value:.9f}".rstrip("0").rstrip(".")
    return json.dumps(value, ensure_ascii=False)

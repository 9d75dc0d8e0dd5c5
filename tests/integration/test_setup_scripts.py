"""bin/_setup.sh in a made-up checkout, with stand-ins for python3, apt-get and id.

The stand-ins write what they are asked to do into a log; everything else (bash, flock, sha256sum)
is real.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TOOLS = (
    "basename bash cat chmod cp dirname env flock grep mkdir "
    "mktemp mv readlink rm sha256sum sleep tail touch"
)

#: Behaves like python3 as far as the set-up goes; `pip-breaks` in the checkout makes pip fail.
PYTHON = """#!/usr/bin/env bash
root=ROOT
case "$*" in
    "--version") echo "Python VERSION"; exit ;;
    "-c import sys;"*) [ VERSION != 3.9.2 ]; exit ;;
    "-c import ensurepip") [ -e "$root/tools/ensurepip" ]; exit ;;
    "-m pip --version") exit ;;
    "-m venv --clear "*) echo "venv" >>"$root/log"; rm -rf "$4"; mkdir -p "$4/bin"
        cp "$0" "$4/bin/python"; exit ;;
    "-m compileall "*) echo "compile" >>"$root/log"; exit 1 ;;
    "-m pip install"*) echo "pip ${@: -1}" >>"$root/log"; sleep 0.2
        [ ! -e "$root/pip-breaks" ] || { echo "no space left"; exit 1; }; exit ;;
esac
echo "unexpected: $*" >>"$root/log"
exit 9
"""

#: Knows packages only after `update`, as on a fresh machine.
APT = """#!/usr/bin/env bash
root=ROOT
echo "apt-get ${*: -3}" >>"$root/log"
case "$*" in
    *update*) touch "$root/lists" ;;
    *install*) [ -e "$root/lists" ] || { echo "Unable to locate package"; exit 100; }
        for name in chromium chromedriver nginx initdb ensurepip; do
            cp "$root/tools/id" "$root/tools/$name"
        done ;;
esac
"""


@dataclass(frozen=True, slots=True)
class Checkout:
    """A made-up checkout whose PATH holds the stand-ins and a few real tools only."""

    root: Path

    def script(self, name: str, text: str) -> None:
        """Write an executable into the PATH."""
        path = self.root / "tools" / name
        path.write_text(text.replace("ROOT", str(self.root)), encoding="utf-8")
        path.chmod(0o755)

    def command(self, kind: str = "runtime") -> list[str]:
        return ["bash", "-c", f'. "{self.root}/bin/_setup.sh"; setup {kind}; echo ready']

    def start(self, kind: str = "runtime") -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self.command(kind), env=self.env(), cwd="/", capture_output=True, text=True, timeout=60
        )

    def env(self) -> dict[str, str]:
        return {"PATH": str(self.root / "tools"), "TMPDIR": str(self.root)}

    def log(self) -> list[str]:
        """What the stand-ins were asked since the last call."""
        path = self.root / "log"
        lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
        path.write_text("", encoding="utf-8")
        return lines


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    """A checkout on a machine that has everything, started by root."""
    made = Checkout(tmp_path.resolve())
    for folder in ("bin", "tools"):
        (made.root / folder).mkdir()
    shutil.copy(ROOT / "bin" / "_setup.sh", made.root / "bin")
    for name in ("pyproject.toml", "requirements.lock", "requirements-dev.lock"):
        (made.root / name).write_text(name, encoding="utf-8")
    for tool in TOOLS.split():
        os.symlink(str(shutil.which(tool)), made.root / "tools" / tool)
    made.script("python3", PYTHON.replace("VERSION", "3.11.2"))
    made.script("apt-get", APT)
    made.script("id", "#!/usr/bin/env bash\necho 0\n")
    made.script("fc-list", "#!/usr/bin/env bash\necho Noto Sans CJK SC\n")
    for name in ("chromium", "chromedriver", "nginx", "initdb", "ensurepip"):
        made.script(name, "#!/usr/bin/env bash\n")
    return made


def test_first_start_installs_and_the_second_does_nothing(checkout: Checkout) -> None:
    first = checkout.start()
    assert (first.returncode, first.stdout) == (0, "ready\n")
    assert checkout.log() == [
        "venv",
        f"pip {checkout.root}/requirements.lock",
        f"pip {checkout.root}",
        "compile",
    ]
    start = time.perf_counter()
    second = checkout.start()
    assert time.perf_counter() - start < 2
    assert (second.stdout, second.stderr, checkout.log()) == ("ready\n", "", [])


def test_dev_serves_runtime_but_not_the_other_way_round(checkout: Checkout) -> None:
    checkout.start("runtime")
    checkout.log()
    checkout.start("dev")
    lock = f"{checkout.root}/requirements-dev.lock"
    assert checkout.log() == [f"pip {lock}", f"pip {checkout.root}", "compile"]
    assert checkout.start("runtime").stderr == ""
    assert checkout.start("dev").stderr == ""
    assert checkout.log() == []


@pytest.mark.parametrize("name", ["requirements.lock", "pyproject.toml"])
def test_a_changed_lock_is_installed_into_the_same_environment(
    checkout: Checkout, name: str
) -> None:
    checkout.start()
    checkout.log()
    (checkout.root / name).write_text("changed", encoding="utf-8")
    assert checkout.start().returncode == 0
    assert [line.split()[0] for line in checkout.log()] == ["pip", "pip", "compile"]


def test_a_moved_checkout_is_set_up_again(checkout: Checkout) -> None:
    checkout.start()
    moved = Checkout(checkout.root.with_name("moved"))
    shutil.copytree(checkout.root, moved.root, symlinks=True)
    moved.script("python3", PYTHON.replace("VERSION", "3.11.2"))
    moved.log()
    assert moved.start().returncode == 0
    assert [line.split()[0] for line in moved.log()] == ["venv", "pip", "pip", "compile"]


def test_an_interrupted_set_up_starts_the_environment_anew(checkout: Checkout) -> None:
    (checkout.root / "pip-breaks").touch()
    broken = checkout.start()
    assert broken.returncode == 4
    assert "no space left" in broken.stderr
    assert checkout.log() == ["venv", f"pip {checkout.root}/requirements.lock"]
    (checkout.root / "pip-breaks").unlink()
    assert checkout.start().returncode == 0
    assert [line.split()[0] for line in checkout.log()] == ["venv", "pip", "pip", "compile"]
    assert not (checkout.root / ".venv-unfinished").exists()
    assert checkout.start().stderr == ""


def test_two_starts_at_once_set_up_once(checkout: Checkout) -> None:
    starts = [
        subprocess.Popen(
            checkout.command(), env=checkout.env(), stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        for _ in range(2)
    ]
    outputs = [start.communicate(timeout=60) for start in starts]
    assert [start.returncode for start in starts] == [0, 0]
    assert [out for out, _ in outputs] == [b"ready\n", b"ready\n"]
    assert [line.split()[0] for line in checkout.log()] == ["venv", "pip", "pip", "compile"]


def test_root_on_a_fresh_machine_fetches_package_lists_when_needed(checkout: Checkout) -> None:
    for name in ("chromium", "chromedriver", "ensurepip"):
        (checkout.root / "tools" / name).unlink()
    started = checkout.start()
    assert (started.returncode, started.stdout) == (0, "ready\n")
    install = "apt-get python3-venv chromium chromium-driver"
    update = "apt-get -o APT::Install-Recommends=false update"
    assert checkout.log()[:3] == [install, update, install]


def test_others_are_told_in_one_sentence_what_to_install(checkout: Checkout) -> None:
    checkout.script("id", "#!/usr/bin/env bash\necho 1000\n")
    for name in ("chromium", "ensurepip"):
        (checkout.root / "tools" / name).unlink()
    started = checkout.start()
    assert started.returncode == 4
    assert started.stderr.splitlines()[1:] == [
        "Please install these packages (on Debian: apt-get install python3-venv chromium), "
        "then start again."
    ]
    assert checkout.log() == []
    assert not (checkout.root / ".venv").exists()


def test_an_old_python_is_named_in_one_sentence(checkout: Checkout) -> None:
    checkout.script("python3", PYTHON.replace("VERSION", "3.9.2"))
    started = checkout.start()
    assert started.returncode == 4
    assert started.stderr.splitlines()[1:] == [
        "Please install Python 3.11 or newer; this machine has Python 3.9.2."
    ]


def test_a_newer_python_beside_an_old_one_is_used(checkout: Checkout) -> None:
    checkout.script("python3", PYTHON.replace("VERSION", "3.9.2"))
    checkout.script("python3.12", PYTHON.replace("VERSION", "3.12.1"))
    assert checkout.start().returncode == 0
    assert "3.12.1" in (checkout.root / ".venv/bin/python").read_text(encoding="utf-8")


def pins(name: str) -> dict[str, str]:
    text = (ROOT / name).read_text(encoding="utf-8")
    return dict(re.findall(r"^([a-z0-9-]+)==(\S+)", text, re.MULTILINE))


def test_the_locks_agree_and_every_package_has_hashes() -> None:
    runtime, dev = pins("requirements.lock"), pins("requirements-dev.lock")
    assert runtime
    assert runtime.items() <= dev.items()
    for name in ("requirements.lock", "requirements-dev.lock"):
        text = (ROOT / name).read_text(encoding="utf-8")
        assert "://" not in text
        blocks = re.split(r"^(?=[a-z0-9-]+==)", text, flags=re.MULTILINE)[1:]
        assert all("--hash=sha256:" in block for block in blocks)

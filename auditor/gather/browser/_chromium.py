"""One Chromium with its driver: started in a process group of its own, ended with the group.

Three ropes hold the processes. The group is killed on every way out; the kernel kills the driver
when the thread that started it dies (`setpriv --pdeathsig`); and Chromium, whose debugging
channel is a pipe to the driver, leaves when the driver is gone. So even a killed auditor leaves
no browser behind.
"""

from __future__ import annotations

import contextlib
import os
import re
import select
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from stat import S_ISDIR
from time import monotonic, sleep, time
from typing import Any

from selenium import webdriver
from selenium.common.exceptions import WebDriverException
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.remote_connection import ChromeRemoteConnection
from selenium.webdriver.common.proxy import Proxy
from selenium.webdriver.remote.client_config import ClientConfig
from urllib3.exceptions import HTTPError

from auditor.gather.browser._binary import BrowserBinary
from auditor.model.artifact import Missed
from auditor.model.finding import Reason

WIDTH, HEIGHT = 1280, 900
START_S = 40.0
#: Chromium fails in odd ways on a full disk; below this it is not started.
MIN_FREE_BYTES = 150 * 2**20
_MAX_SCRATCH_CHARS = 50
_PREFIX = "govsite-auditor-"
_STALE_S = 24 * 3600
_PORT = re.compile(rb"started successfully on port (\d+)")
_FLAGS = (
    "--headless=new",
    "--remote-debugging-pipe",
    f"--window-size={WIDTH},{HEIGHT}",
    "--force-device-scale-factor=1",
    "--force-color-profile=srgb",
    "--font-render-hinting=none",
    "--hide-scrollbars",
    "--mute-audio",
    "--lang=zh-CN",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-extensions",
    "--disable-notifications",
    "--deny-permission-prompts",
    "--no-first-run",
    "--no-default-browser-check",
    "--password-store=basic",
    # Nothing of the browser's own goes out, and nothing goes out beside the proxy.
    "--disable-background-networking",
    "--disable-breakpad",
    "--disable-client-side-phishing-detection",
    "--disable-component-update",
    "--disable-crash-reporter",
    "--disable-default-apps",
    "--disable-domain-reliability",
    "--disable-quic",
    "--disable-sync",
    "--metrics-recording-only",
    "--no-pings",
    "--no-service-autorun",
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
    "--proxy-bypass-list=<-loopback>",
    "--disable-features="
    "AutofillServerCommunication,CertificateTransparencyComponentUpdater,DialMediaRouteProvider,"
    "HttpsFirstBalancedModeAutoEnable,HttpsUpgrades,InterestFeedContentSuggestions,"
    "LocalNetworkAccessChecks,MediaRouter,NetworkTimeServiceQuerying,OptimizationHints,Translate",
)
_PREFERENCES = {
    "download_restrictions": 3,
    "intl.accept_languages": "zh-CN,zh,en",
    "profile.default_content_setting_values.popups": 2,
    "safebrowsing.enabled": False,
    "search.suggest_enabled": False,
    # The usual first tab would load a page of the browser's own, and wait for the network.
    "session.restore_on_startup": 4,
    "session.startup_urls": ["about:blank"],
}


class BrowserFailure(Exception):
    """The browser did not do what a page needs; `missed` is what the page's outcome becomes."""

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(detail)
        self.missed = Missed(reason, detail)


@dataclass(frozen=True, slots=True)
class Launch:
    """How a browser is to be started. `scratch`: where its profile goes (a short
    path), None for the default."""

    binary: BrowserBinary
    proxy_port: int
    user_agent: str
    page_timeout_s: float
    scratch: Path | None = None


class Chromium:
    """A browser of one launch. Every method but `signal` blocks."""

    driver: webdriver.Remote

    def __init__(self, launch: Launch) -> None:
        self.pages = 0
        self._launch = launch
        self._process: subprocess.Popen[bytes] | None = None
        self._profile: Path | None = None
        self._unwanted = False

    def start(self) -> None:
        """Start it; raises `BrowserFailure`, and leaves nothing behind then."""
        try:
            self._profile = _profile(self._launch.scratch or _scratch())
            self._process = self._spawn(self._profile)
            if self._unwanted:
                self.signal()
            self.driver = self._connect(self._read_port(self._process), self._profile)
        except (OSError, WebDriverException, HTTPError) as error:
            self.kill()
            raise BrowserFailure(Reason.BROWSER, f"not started: {one_line(error)}") from error
        except BaseException:
            self.kill()
            raise

    def cdp(self, command: str, **params: Any) -> dict[str, Any]:
        """Send a DevTools command to the top document."""
        answer = self.driver.execute("executeCdpCommand", {"cmd": command, "params": params})
        value = answer["value"]
        return value if isinstance(value, dict) else {}

    def memory_bytes(self) -> int:
        """Proportional set size of the whole group (Linux; 0 elsewhere)."""
        return sum(map(_pss, self.members()))

    def members(self) -> tuple[int, ...]:
        """Ids of the group's living processes."""
        if self._process is None:
            return ()
        return tuple(pid for pid, group in _groups() if group == self._process.pid)

    def signal(self) -> None:
        """Kill the whole group, without waiting; may be called from any thread, and before the
        start is through."""
        self._unwanted = True
        process = self._process
        # As long as it was not waited for, its number cannot belong to anybody else.
        if process is not None and process.returncode is None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)

    def kill(self) -> None:
        """Kill the whole group, wait for its end and remove the profile. Blocks for moments."""
        process = self._process
        if process is not None:
            self.signal()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(5)
            if process.stdout is not None:
                process.stdout.close()
            _wait_until(lambda: not self.members(), 3.0)
        if self._profile is not None:
            _remove(self._profile)

    # --- starting -----------------------------------------------------------------------------

    def _spawn(self, profile: Path) -> subprocess.Popen[bytes]:
        guard = shutil.which("setpriv")
        prefix = [guard, "--pdeathsig", "KILL", "--"] if guard else []
        return subprocess.Popen(
            [*prefix, self._launch.binary.driver, "--port=0"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            env=_environment(profile),
        )

    def _read_port(self, process: subprocess.Popen[bytes]) -> int:
        assert process.stdout is not None
        text, until = b"", monotonic() + START_S
        while monotonic() < until:
            if not select.select([process.stdout], [], [], 0.5)[0]:
                continue
            chunk = os.read(process.stdout.fileno(), 4096)
            text += chunk
            match = _PORT.search(text)
            if match:
                return int(match.group(1))
            if not chunk:
                break
        raise BrowserFailure(Reason.BROWSER, f"chromedriver did not start: {one_line(text)}")

    def _connect(self, port: int, profile: Path) -> webdriver.Remote:
        url = f"http://127.0.0.1:{port}"
        config = ClientConfig(url, timeout=int(START_S), proxy=Proxy({"proxyType": "direct"}))
        driver = webdriver.Remote(
            command_executor=ChromeRemoteConnection(url, client_config=config),
            options=self._options(profile),
        )
        # The watchdog acts at the page's deadline; this is only for a driver that hangs itself.
        config.timeout = int(self._launch.page_timeout_s) + 30
        driver.set_script_timeout(self._launch.page_timeout_s)
        return driver

    def _options(self, profile: Path) -> Options:
        options = Options()
        options.binary_location = self._launch.binary.path
        options.page_load_strategy = "none"  # see Visit._go
        options.unhandled_prompt_behavior = "dismiss"
        options.accept_insecure_certs = True  # TLS is judged by a probe of its own
        options.add_experimental_option("excludeSwitches", ["disable-popup-blocking"])
        options.add_experimental_option("prefs", _PREFERENCES)
        for flag in _FLAGS:
            options.add_argument(flag)
        options.add_argument(f"--proxy-server=http://127.0.0.1:{self._launch.proxy_port}")
        options.add_argument(f"--user-data-dir={profile / 'profile'}")
        options.add_argument(f"--user-agent={self._launch.user_agent}")
        if os.geteuid() == 0:
            options.add_argument("--no-sandbox")  # Chromium refuses to sandbox itself as root
        return options


def _environment(home: Path) -> dict[str, str]:
    """A bare environment: no proxies, keys or folders of the user's."""
    kept = {key: os.environ[key] for key in ("PATH", "LD_LIBRARY_PATH") if key in os.environ}
    own = dict.fromkeys(("HOME", "TMPDIR", "XDG_CONFIG_HOME", "XDG_CACHE_HOME"), str(home))
    return kept | own | {"LANG": "C.UTF-8", "TZ": "Asia/Shanghai"}


def _profile(scratch: Path) -> Path:
    """A fresh folder; raises `BrowserFailure` when the disk is nearly full."""
    free = shutil.disk_usage(scratch).free
    if free < MIN_FREE_BYTES:
        raise BrowserFailure(
            Reason.BROWSER, f"only {free >> 20} MB free in {scratch} for the browser"
        )
    _sweep(scratch)
    return Path(tempfile.mkdtemp(prefix=_PREFIX, dir=scratch))


def _sweep(scratch: Path) -> None:
    """Remove our own profiles that an auditor left behind when it was killed. A day must have
    passed: another auditor, perhaps in another container, may still use younger ones."""
    horizon = time() - _STALE_S
    for folder in scratch.glob(f"{_PREFIX}*"):
        with contextlib.suppress(OSError):
            stat = folder.lstat()
            if S_ISDIR(stat.st_mode) and stat.st_uid == os.geteuid() and stat.st_mtime < horizon:
                shutil.rmtree(folder, ignore_errors=True)


def _scratch() -> Path:
    """Where profiles go. Chromium makes a socket there, whose path may have 107 characters."""
    folder = tempfile.gettempdir()
    return Path(folder if len(folder) <= _MAX_SCRATCH_CHARS else "/tmp")


def one_line(error: object) -> str:
    """The first line of an error's text, short enough for a table."""
    text = error.decode("utf-8", "replace") if isinstance(error, bytes) else str(error)
    text = text.removeprefix("Message: ").strip() or type(error).__name__
    return text.splitlines()[0][:200]


def _groups() -> list[tuple[int, int]]:
    """(process, its group) of everything alive, from /proc."""
    found = []
    for entry in os.scandir("/proc") if os.path.isdir("/proc") else ():
        if entry.name.isdigit():
            with contextlib.suppress(OSError, ValueError, IndexError):
                stat = Path(entry.path, "stat").read_text("utf-8", "replace")
                state, _, group = stat.rsplit(")", 1)[1].split()[:3]
                if state not in {"Z", "X"}:
                    found.append((int(entry.name), int(group)))
    return found


def _pss(pid: int) -> int:
    try:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text("ascii", "replace")
    except OSError:
        return 0
    match = re.search(r"^Pss:\s+(\d+) kB", text, re.M)
    return int(match.group(1)) * 1024 if match else 0


def _wait_until(done: Callable[[], bool], seconds: float) -> None:
    until = monotonic() + seconds
    while not done() and monotonic() < until:
        sleep(0.02)


def _remove(folder: Path) -> None:
    """Remove a profile; a dying process may still write into it, so more than once."""
    for _ in range(3):
        shutil.rmtree(folder, ignore_errors=True)
        if not folder.exists():
            return
        sleep(0.1)

# Set-up shared by bin/audit and bin/test; sourced, never run.
#
# `setup runtime` or `setup dev` leaves a virtual environment in .venv that holds the locked
# packages and this checkout, and Debian's browser, driver and fonts (dev: test servers as well).
# .venv/setup-stamp remembers what was installed, so that the next start does nothing. The marker
# .venv-unfinished tells a set-up that was interrupted: the environment is then made anew, because
# pip takes half a package for a whole one.

set -euo pipefail
unset PYTHONHOME PYTHONPATH

ROOT=$(cd -- "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")/.." && pwd -P)
VENV=$ROOT/.venv
STAMP=$VENV/setup-stamp
UNFINISHED=$ROOT/.venv-unfinished
MIN_PYTHON="3.11"

say() { printf '%s\n' "$*" >&2; }

# Exit code 4: the environment lacks something.
give_up() {
    say "$*"
    exit 4
}

setup() {
    local kind=$1
    is_done "$kind" && return
    lock_checkout
    # Another start may have finished the work while this one waited.
    if ! is_done "$kind"; then
        say "Setting up govsite-auditor ($kind). This takes a few minutes and happens once."
        refuse_old_python
        install_system "$kind"
        install_python "$kind"
    fi
    exec 9<&-
}

lock_file() {
    if [ "$1" = dev ]; then echo "$ROOT/requirements-dev.lock"; else echo "$ROOT/requirements.lock"; fi
}

# What an installation depends on; the path as well, because a moved checkout is set up again.
fingerprint() {
    { cat -- "$(lock_file "$1")" "$ROOT/pyproject.toml" && printf '%s' "$ROOT"; } | sha256sum
}

is_done() {
    [ -x "$VENV/bin/python" ] && [ -f "$STAMP" ] && [ ! -e "$UNFINISHED" ] || return 1
    grep -qxF -- "$1 $(fingerprint "$1")" "$STAMP"
}

# One set-up at a time per checkout. The directory itself is the lock, so nothing is left behind.
lock_checkout() {
    command -v flock >/dev/null || give_up "Please install the package util-linux (for flock)."
    exec 9<"$ROOT"
    flock -n 9 && return
    say "Another start is setting up; waiting for it."
    flock 9
}

# --- Debian packages -----------------------------------------------------------------------------

install_system() {
    local missing
    missing=$(missing_packages "$1")
    [ -n "$missing" ] || return 0
    if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
        give_up "Please install these packages (on Debian: apt-get install $missing), then start again."
    fi
    say "  Debian packages: $missing"
    # shellcheck disable=SC2086  # a list of package names
    apt_install $missing
    case " $missing " in *" nginx-light "*) stop_service nginx ;; esac
    case " $missing " in *" postgresql "*) stop_service postgresql ;; esac
}

# Packages for what is missing. Programs count, wherever they come from.
missing_packages() {
    local found=()
    command -v python3 >/dev/null || found+=(python3)
    "$(python_command)" -c 'import ensurepip' 2>/dev/null || found+=(python3-venv)
    has_program chromium chromium-browser google-chrome || found+=(chromium)
    has_program chromedriver || found+=(chromium-driver)
    has_chinese_font || found+=(fonts-noto-cjk)
    if [ "$1" = dev ]; then
        has_program nginx || found+=(nginx-light)
        has_postgresql || found+=(postgresql)
    fi
    echo "${found[*]}"
}

has_program() {
    local name
    for name in "$@"; do
        PATH=$PATH:/usr/sbin:/sbin command -v "$name" >/dev/null && return
    done
    return 1
}

# Debian keeps the programs of each version apart, and out of PATH.
has_postgresql() {
    compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || has_program initdb
}

has_chinese_font() {
    compgen -G '/usr/share/fonts/opentype/noto/NotoSansCJK*' >/dev/null && return
    command -v fc-list >/dev/null && [ -n "$(fc-list :lang=zh-cn family 2>/dev/null)" ]
}

# Package lists may be absent (a fresh machine) or old: they are fetched when the first try fails.
apt_install() {
    local log
    log=$(mktemp)
    if ! apt_get install "$@" >"$log" 2>&1; then
        if ! { apt_get update && apt_get install "$@"; } >"$log" 2>&1; then
            tail -n 15 -- "$log" >&2
            rm -f -- "$log"
            give_up "apt-get could not install: $*"
        fi
    fi
    rm -f -- "$log"
}

apt_get() {
    DEBIAN_FRONTEND=noninteractive apt-get -y -q -o DPkg::Lock::Timeout=300 \
        -o APT::Install-Recommends=false "$@" </dev/null 9<&-
}

# The tests start servers of their own; Debian's packages start one on the usual port.
stop_service() {
    [ -d /run/systemd/system ] || return 0
    systemctl disable --now "$1" >/dev/null 2>&1 || true
}

# --- Python --------------------------------------------------------------------------------------

# The first Python that is new enough, or else plain python3.
python_command() {
    local name
    for name in python3 python3.11 python3.12 python3.13 python3.14; do
        if is_new_enough "$name"; then
            command -v "$name"
            return
        fi
    done
    echo python3
}

is_new_enough() {
    "$1" -c "import sys; sys.exit(sys.version_info < (${MIN_PYTHON/./, }))" 2>/dev/null
}

# A missing Python is installed with the packages; an old one is the user's business.
refuse_old_python() {
    command -v python3 >/dev/null || return 0
    is_new_enough "$(python_command)" ||
        give_up "Please install Python $MIN_PYTHON or newer; this machine has $(python3 --version 2>&1)."
}

install_python() {
    [ -w "$ROOT" ] || give_up "Please make the folder $ROOT writable; the virtual environment goes there."
    if ! is_usable; then
        say "  Virtual environment: $VENV"
        : >"$UNFINISHED"
        run_quietly "$(python_command)" -m venv --clear "$VENV"
    fi
    : >"$UNFINISHED"
    say "  Python packages: $(basename -- "$(lock_file "$1")")"
    pip_install --require-hashes -r "$(lock_file "$1")"
    pip_install --no-deps --no-build-isolation -e "$ROOT"
    compile_python
    write_stamp "$1"
    rm -f -- "$UNFINISHED"
}

# Scripts in a virtual environment name the folder it was made in, so a moved checkout needs a new
# one. An environment that somebody made by hand has no stamp and is taken as it is.
is_usable() {
    [ ! -e "$UNFINISHED" ] || return 1
    [ ! -f "$STAMP" ] || grep -qxF -- "root $ROOT" "$STAMP" || return 1
    is_new_enough "$VENV/bin/python" &&
        "$VENV/bin/python" -m pip --version >/dev/null 2>&1
}

pip_install() {
    run_quietly "$VENV/bin/python" -m pip install --quiet --no-input --disable-pip-version-check \
        --no-warn-script-location --root-user-action=ignore "$@"
}

# Byte code saves 2.5 s of CPU time at every start. Python writes it by itself, but not where
# PYTHONDONTWRITEBYTECODE is set or the starting user may not write here. Packages may hold sources
# for other versions of Python, so a failure says nothing.
compile_python() {
    "$VENV/bin/python" -m compileall -q -j 0 "$VENV/lib" "$ROOT/auditor" "$ROOT/checks" \
        "$ROOT/reports" >/dev/null 2>&1 </dev/null 9<&- || true
}

# Runs a command without its output; shows the end of it when the command fails.
run_quietly() {
    local log
    log=$(mktemp)
    if ! "$@" >"$log" 2>&1 </dev/null 9<&-; then
        tail -n 15 -- "$log" >&2
        rm -f -- "$log"
        give_up "The set-up failed at: $(basename -- "$1") ${*:2:3}"
    fi
    rm -f -- "$log"
}

# The development lock holds everything of the runtime lock, in the same versions.
write_stamp() {
    {
        echo "root $ROOT"
        echo "runtime $(fingerprint runtime)"
        if [ "$1" = dev ]; then echo "dev $(fingerprint dev)"; fi
    } >"$STAMP.new"
    mv -f -- "$STAMP.new" "$STAMP"
}

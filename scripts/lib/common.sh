# shellcheck shell=bash
# What every script here starts from: strict mode, the folders it works in, and a way to get a missing tool.
# Source it first. It leaves the caller in the repository's root, so relative paths hold wherever it was called from.

set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/../.."

# All that is worth keeping between runs is under one folder, outside the repository, that may be deleted at any time.
MEDIMAX_CACHE=${MEDIMAX_CACHE:-${XDG_CACHE_HOME:-${HOME:?is not set: set MEDIMAX_CACHE}/.cache}/medimax}
mkdir -p "$MEDIMAX_CACHE"
MEDIMAX_CACHE=$(cd "$MEDIMAX_CACHE" && pwd)
export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$MEDIMAX_CACHE/target}

# A CI machine starts from nothing and builds once: what incremental builds write would never be read.
if [[ ${CI:-} == true ]]; then export CARGO_INCREMENTAL=0; fi

# An ordinary user's PATH on Debian lacks the folder that servers are installed in.
PATH=$PATH:/usr/local/sbin:/usr/sbin

die() {
  printf '%s: %s\n' "${0##*/}" "$*" >&2
  exit 1
}

has() { command -v "$1" >/dev/null; }

# on_exit FUNCTION: calls it however the script ends: done, a failed step, Ctrl-C, or a kill.
on_exit() {
  # shellcheck disable=SC2064 # the name is meant to be expanded now
  trap "$1" EXIT
  trap 'exit 129' HUP
  trap 'exit 130' INT
  trap 'exit 143' TERM
}

# debian_install WHAT PACKAGE...: gets what is missing from the distribution's packages, or says how to.
debian_install() {
  local what=$1
  shift
  has apt-get || die "$what is missing: please install it (Debian's packages: $*)"
  ((EUID == 0)) || die "$what is missing, and only root may install it: sudo apt-get install --no-install-recommends $*"
  printf 'installing %s: %s\n' "$what" "$*"
  # Package lists may be absent or stale; fetching them takes a while, so only when the first try fails.
  apt_get install "$@" || { apt_get update && apt_get install "$@"; } || die "$what could not be installed"
}

apt_get() {
  DEBIAN_FRONTEND=noninteractive apt-get -qq -y --no-install-recommends \
    -o Acquire::Retries=3 -o DPkg::Lock::Timeout=300 "$@" </dev/null
}

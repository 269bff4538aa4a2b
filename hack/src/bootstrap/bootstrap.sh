# Sourced by the scripts of hack/: makes sure that the workspace is installed and that `node` is the Node of
# package.json (24), whatever the machine's own is. Prints to stderr only. Sets `root`, the checkout.
root=$(CDPATH='' cd -P -- "$(dirname -- "${BASH_SOURCE[0]}")/../../.." >/dev/null && pwd)
export PATH="$root/node_modules/.bin:$PATH"

bootstrap_fail() {
  echo "${0##*/}: $1" >&2
  exit 1
}

# The newest Node that is not ours: ours may be the wrong one for this machine, or half installed.
bootstrap_install() {
  local system_path=${PATH#"$root/node_modules/.bin:"} major
  PATH=$system_path command -v node >/dev/null || bootstrap_fail "Node.js is not installed; install Node.js 20 or newer."
  PATH=$system_path command -v npm >/dev/null || bootstrap_fail "npm is not installed; install npm, it comes with Node.js."
  major=$(PATH=$system_path node -p 'process.versions.node.split(".")[0]')
  [ "$major" -ge 20 ] || bootstrap_fail "Node.js $major is too old; install Node.js 20 or newer."

  if ! PATH=$system_path node "$root/hack/src/bootstrap/is-installed.mjs" "$root"; then
    echo "installing npm packages" >&2
    (cd "$root" && PATH=$system_path npm ci --no-audit --no-fund --loglevel=error >&2) ||
      bootstrap_fail "npm ci failed; see above (a full disk and an unreachable registry are the usual reasons)."
  fi
  # Install scripts are held back by .npmrc; this one brings the binary.
  if ! bootstrap_has_node; then
    (cd "$root" && PATH=$system_path npm rebuild node --ignore-scripts=false --loglevel=error >&2) || true
    bootstrap_has_node || bootstrap_fail "the npm package \"node\" did not bring a Node.js 24 for this machine; npm rebuild node --ignore-scripts=false says why."
  fi
}

bootstrap_has_node() {
  local version
  version=$("$root/node_modules/.bin/node" --version 2>/dev/null) || return 1
  case $version in v24.*) return 0 ;; *) return 1 ;; esac
}

bootstrap_install

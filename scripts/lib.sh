# Shared by the scripts: where things are, the right Node, installed packages. Sourced with `root` set; POSIX sh.

# Prints to standard error, so that what a command prints stays clean.
say() { printf '%s\n' "$*" >&2; }
die() { say "$*"; exit 1; }

# Whether file $1 exists and is newer than every other argument.
newer_than() {
  target=$1; shift
  [ -f "$target" ] || return 1
  for source in "$@"; do
    [ "$source" -nt "$target" ] && return 1
  done
  return 0
}

# Installs the locked packages unless they are there already.
install_packages() {
  newer_than "$root/node_modules/.meseta-installed" "$root/package.json" "$root/package-lock.json" && return 0
  command -v npm >/dev/null 2>&1 || die 'Cannot install packages: npm is not on the PATH; install Node.js with npm (any release since 20), then try again'
  say 'Installing packages (npm install) ...'
  # Not `npm ci`: it refuses a lock file made where a registry lacks the optional packages of other platforms.
  (cd "$root" && npm install --no-save --no-audit --no-fund --loglevel=error) >&2 ||
    die 'Cannot install packages: npm install failed, its messages stand above'
  find_node
  touch "$root/node_modules/.meseta-installed"
}

# Sets `node` to a Node.js of release 24 or later: the one among the packages, else the machine's.
find_node() {
  node="$root/node_modules/node/bin/node"
  [ -x "$node" ] && return 0
  node=$(command -v node 2>/dev/null) || node=
  if [ -n "$node" ]; then
    major=$("$node" -p 'process.versions.node.split(".")[0]')
    [ "$major" -ge 24 ] && return 0
    die "Cannot run Meseta: Node.js 24 is wanted, $node is release $major, and the npm package \"node\" has not been installed (are install scripts switched off?); install Node.js 24 or allow that package's script"
  fi
  die 'Cannot run Meseta: no Node.js was found; install release 24 or later'
}

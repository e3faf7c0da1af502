#!/usr/bin/env bash
# Print the path of a Python interpreter that really runs.
#
#   find_python.sh          the newest of 3.13 to 3.10, or else a python3 that is newer still
#   find_python.sh 3.11     that version, on PATH or installed by pyenv
#
# A name on PATH is not enough: a version manager's shim may exist and fail, and a system Python may lack
# what creates virtual environments. So each candidate is run, and says itself which version it is.
set -euo pipefail

# Prints the candidate's own path if it runs, has the version asked for (or, asked for none, 3.10 or newer) and can make environments.
works() {
    "$1" -I -c '
import sys
import venv, ensurepip
wanted, have = sys.argv[1], sys.version_info[:2]
sys.exit(1) if (wanted and wanted != "%d.%d" % have) or have < (3, 10) else print(sys.executable)
' "${2:-}" 2>/dev/null </dev/null
}

# Prints the first candidate for one version that passes.
find_version() {
    local candidate
    while read -r candidate; do
        works "$candidate" "$1" && return 0
    done < <(
        type -aP "python$1" python3 python || true
        compgen -G "${PYENV_ROOT:-$HOME/.pyenv}/versions/$1.*/bin/python" | sort -rV || true
    )
    return 1
}

if [[ $# -gt 0 ]]; then
    find_version "$1" && exit 0
    echo "Python $1 was not found on PATH, nor among the versions of pyenv." >&2
    exit 1
fi

for name in python3.13 python3.12 python3.11 python3.10 python3 python; do
    while read -r candidate; do
        works "$candidate" && exit 0
    done < <(type -aP "$name" || true)
done
cat >&2 <<'TEXT'
stepgraph needs Python 3.10 or newer with the venv and ensurepip modules, and none was found on PATH.
Install one (on Debian and Ubuntu with the package python3-venv), or name it: make PYTHON=/path/to/python3 …
TEXT
exit 1

#!/usr/bin/env bash
# Run the whole suite on each supported Python that is found, each in an environment of its own.
set -euo pipefail
cd "$(dirname "$0")/.."

versions=("$@")
[[ $# -gt 0 ]] || versions=(3.10 3.11 3.12 3.13)
summary=()
ran=0
failed=0

for version in "${versions[@]}"; do
    if ! python=$(scripts/find_python.sh "$version" 2>/dev/null); then
        summary+=("$version  not found")
        continue
    fi
    ran=$((ran + 1))
    echo "== Python $version ($python)"
    if make --no-print-directory test VENV=".venv-$version" PYTHON="$python"; then
        summary+=("$version  passed")
    else
        summary+=("$version  FAILED")
        failed=$((failed + 1))
    fi
done

echo
printf 'Python %s\n' "${summary[@]}"
if [[ $ran -eq 0 ]]; then
    echo "None of these versions was found, so nothing was tested." >&2
    exit 1
fi
[[ $failed -eq 0 ]]

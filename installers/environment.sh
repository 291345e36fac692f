# Sourced by run and check: makes .venv beside the project and puts the pinned packages into it.

python_of_machine() {
    local candidate
    for candidate in "${PYTHON:-}" python3.13 python3.12 python3.11 python3; do
        [ -n "$candidate" ] || continue
        if command -v "$candidate" >/dev/null && "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            echo "$candidate"
            return
        fi
    done
    echo "Foleyline needs Python 3.11 or newer; install it, or name it: PYTHON=/path/to/python3 ./run" >&2
    return 1
}

# make_environment [EXTRA]: quick when nothing has changed since the last time.
make_environment() {
    local extra="${1:-}" python stamp wanted
    stamp=".venv/.foleyline${extra:+-$extra}"
    wanted="$(cat pyproject.toml constraints.txt | cksum)"
    [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$wanted" ] && return
    python="$(python_of_machine)"
    [ -x .venv/bin/python ] || "$python" -m venv .venv
    echo "Setting up .venv (some minutes the first time) ..." >&2
    # The plain CPU build of torch first: a later release would bring gigabytes of CUDA along.
    .venv/bin/python -m pip install --quiet --disable-pip-version-check -c constraints.txt torch
    .venv/bin/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e ".${extra:+[$extra]}"
    echo "$wanted" > "$stamp"
}

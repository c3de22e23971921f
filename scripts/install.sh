#!/bin/sh
# Make the virtual environment $1 and install requirements file $2 into it; $3 marks success.
set -eu
venv=$1 requirements=$2 mark=$3

say() { echo "$@" >&2; }

"$PYTHON" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || {
    say "SupportDesk needs Python 3.11 or newer; name it with PYTHON=/path/to/python3."
    exit 1
}
if [ ! -x "$venv/bin/python" ]; then
    echo "Making $venv."
    "$PYTHON" -m venv "$venv" || {
        rm -rf "$venv"
        say "Python can't make virtual environments here; on Debian: apt-get install python3-venv."
        exit 1
    }
fi
echo "Installing $requirements (a minute or two, only this once)."
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check -r "$requirements" || {
    say "The packages could not be installed: see the lines above, then run the same command again."
    exit 1
}
touch "$mark"

"""Everything that can be said about the code without running it; the same list in CI.

Each check is one line of CHECKS. All of them run, also after one failed.
"""

import json
import os
import secrets
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
MANAGE = [sys.executable, "manage.py"]
SCHEMA = ROOT / "docs" / "openapi.json"


def say(text: str) -> None:
    """Print at once, in order with what the tools print."""
    print(text, flush=True)  # noqa: T201


def run(*command: str, **environment: str) -> int:
    """Run one command in the project's folder and return its exit code."""
    return subprocess.run(  # noqa: S603  our own tools
        command, cwd=ROOT, env=os.environ | environment, check=False
    ).returncode


def tool(name: str, *arguments: str) -> int:
    """Run a tool of requirements-dev.txt."""
    return run(str(BIN / name), *arguments)


def templates() -> int:
    files = [str(path) for path in sorted(ROOT.glob("**/templates/**/*.html"))]
    files = [name for name in files if "/.venv/" not in name]
    return tool("djade", "--check", "--target-version", "5.2", *files)


def deploy() -> int:
    """Django's own list for production, with the keys of a production desk."""
    with tempfile.TemporaryDirectory() as folder:
        production = {
            "DEBUG": "false",
            "DESK_DEVELOPMENT": "",
            "SECRET_KEY": secrets.token_urlsafe(48),
            "JWT_SECRET": secrets.token_urlsafe(48),
            "ALLOWED_HOSTS": "help.example.com",
            "SITE_URL": "https://help.example.com",
            "TRUSTED_PROXY_COUNT": "1",
            "DATABASE_URL": f"sqlite:///{folder}/desk.sqlite3",
        }
        return run(*MANAGE, "check", "--deploy", "--fail-level", "WARNING", **production)


def schema() -> int:
    """Compare the committed OpenAPI document with what the code says now."""
    with tempfile.TemporaryDirectory() as folder:
        now = Path(folder) / "openapi.json"
        code = run(
            *MANAGE, "spectacular", "--format", "openapi-json", "--validate", "--file", str(now)
        )
        if code:
            return code
        if not SCHEMA.exists() or json.loads(SCHEMA.read_text()) != json.loads(now.read_text()):
            say(f"{SCHEMA.relative_to(ROOT)} is not what the code says: run `make schema`.")
            return 1
    return 0


def audit() -> int:
    """Ask for known vulnerabilities; a registry that doesn't answer is no failure, but is said."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "audit.json"
        where = ("--local", "--skip-editable", "--timeout", "15", "--progress-spinner", "off")
        done = subprocess.run(  # noqa: S603
            [str(BIN / "pip-audit"), *where, "--format", "json", "--output", str(report)],
            cwd=ROOT,
            check=False,
            capture_output=True,
            text=True,
        )
        found = json.loads(report.read_text()) if report.exists() and report.read_text() else None
    if found is None:
        reason = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        say(f"The registry did not answer, so nothing was audited: {reason[:200]}")
        return 0
    unknown = [package for package in found["dependencies"] if "skip_reason" in package]
    say(f"Audited {len(found['dependencies']) - len(unknown)} packages.")
    if unknown:
        say(f"The registry said nothing about {len(unknown)} others.")
    bad = [package for package in found["dependencies"] if package.get("vulns")]
    for package in bad:
        names = ", ".join(flaw["id"] for flaw in package["vulns"])
        say(f"{package['name']} {package['version']}: {names}")
    return 1 if bad else 0


CHECKS = {
    "lint": lambda: tool("ruff", "check", "."),
    "format": lambda: tool("ruff", "format", "--check", "."),
    "templates": templates,
    "import contracts": lambda: tool("lint-imports", "--no-cache"),
    "types": lambda: tool("mypy", "."),
    "settings": lambda: run(*MANAGE, "check", "--fail-level", "WARNING"),
    "migrations": lambda: run(*MANAGE, "makemigrations", "--check", "--dry-run"),
    "production settings": deploy,
    "OpenAPI document": schema,
    "known vulnerabilities": audit,
}


def main() -> int:
    """Run the checks named as arguments, or all; return 1 if one failed."""
    os.environ.setdefault("DESK_DEVELOPMENT", "1")
    failed = []
    for name, check in CHECKS.items():
        if sys.argv[1:] and name not in sys.argv[1:]:
            continue
        say(f"\n== {name}")
        if check():
            failed.append(name)
    say(f"\nFAILED: {', '.join(failed)}." if failed else "\nAll checks passed.")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

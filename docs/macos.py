"""Check that each locked package of `make run` has a wheel for macOS, and write the result into docs/environments.md.

python -m docs.macos path/to/uv     (`make lock` installs uv into .venv-lock/bin)

uv resolves the lock file for macOS without installing anything, and may use wheels only. A package for which it finds
none is taken out and named.
"""

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

PAGE = Path(__file__).with_name("environments.md")
REQUIREMENTS = Path(__file__).parents[1] / "requirements" / "run.txt"
START, END = "<!-- macOS: written by `python -m docs.macos` -->\n", "<!-- macOS: end -->\n"
PLATFORMS = {"Apple silicon": "aarch64-apple-darwin", "Intel": "x86_64-apple-darwin"}
PYTHONS = ("3.11", "3.13")
OLDEST_MACOS = ("13.0", "14.0")
_WITHOUT_WHEEL = re.compile(r"Because ([\w.-]+)==\S+ has no(?: usable)? wheels")


def packages(lines: list[str]) -> list[list[str]]:
    """Return the lines of each package of a lock file."""
    result: list[list[str]] = []
    for line in lines:
        if line.startswith(" "):
            result[-1].append(line)
        elif line.strip():
            result.append([line])
    return result


def without_wheel(uv: str, platform: str, python: str, macos: str) -> list[str]:
    """Return the locked packages that have no wheel for a platform."""
    locked = packages(REQUIREMENTS.read_text().splitlines(keepends=True))
    missing: list[str] = []
    environment = os.environ | {"MACOSX_DEPLOYMENT_TARGET": macos}
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "run.txt")
        while True:
            kept = [lines for lines in locked if lines[0].split("==")[0] not in missing]
            file.write_text("".join(line for lines in kept for line in lines))
            command = [uv, "pip", "install", "--dry-run", "--no-deps", "--only-binary", ":all:",
                       "--python-platform", platform, "--python-version", python,
                       "--target", folder, "-r", str(file)]  # fmt: skip
            done = subprocess.run(command, capture_output=True, text=True, env=environment)
            if done.returncode == 0:
                return missing
            if not (match := _WITHOUT_WHEEL.search(done.stderr.replace("\n", " "))):
                sys.exit(done.stderr)
            missing.append(match[1])


def text(uv: str) -> str:
    """Return the table of platforms."""
    total = len(packages(REQUIREMENTS.read_text().splitlines(keepends=True)))
    rows = [
        f"| {name} | {macos[:-2]} | {python} | {', '.join(missing) or 'none'} |"
        for name, platform in PLATFORMS.items()
        for macos in OLDEST_MACOS
        for python in PYTHONS
        for missing in [without_wheel(uv, platform, python, macos)]
    ]
    return "\n".join(
        [
            f"Of the {total} packages in `requirements/run.txt`, these have no wheel for a version of macOS:",
            "",
            "| processor | macOS | Python | without a wheel |",
            "|---|---|---|---|",
            *rows,
            "",
        ]
    )


def main() -> None:
    page = PAGE.read_text()
    before, _, rest = page.partition(START)
    _, _, after = rest.partition(END)
    PAGE.write_text(f"{before}{START}{text(sys.argv[1])}{END}{after}")


if __name__ == "__main__":
    main()

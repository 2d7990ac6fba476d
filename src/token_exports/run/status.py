"""Whether a report is still what its inputs would give, and if not, why.

Compares hashes only and imports nothing heavy: `make report` where nothing changed is this module.
"""

import json
import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from token_exports import paths
from token_exports.run import fingerprint

SETTINGS_VARIABLE = "TOKEN_EXPORTS_SET"
STATED = ".revision"
"""File of a copy without history that states the commit it was taken from, and its day."""
UNHASHED = ("run.json", "runs.html")
WHOLE = "report.html"
PAGE_CODE = ("reports/template/", "src/token_exports/pages/", "src/token_exports/whatif/")
WORDS = ("CITATION.cff", "docs/", "reports/reference/")


@dataclass(frozen=True)
class Request:
    """What was asked for: a scenario, settings beyond it, and perhaps the report in one file."""

    scenario: str
    settings: tuple[str, ...] = ()
    environment: str = ""
    single_file: bool = False

    @classmethod
    def of(cls, scenario: str, settings: tuple[str, ...], *, single_file: bool) -> "Request":
        """Request as typed, together with the settings of the environment."""
        return cls(scenario, settings, os.environ.get(SETTINGS_VARIABLE, ""), single_file)

    def as_dict(self) -> dict[str, Any]:
        """What decides on the pages."""
        return {
            "scenario": self.scenario,
            "settings": list(self.settings),
            "environment": self.environment,
        }


def state(request: Request) -> dict[str, Any]:
    """Hashes and versions of everything a report of this request is made from."""
    return {
        "request": request.as_dict(),
        "inputs": fingerprint.facts(request.scenario),
        "code": fingerprint.code(),
        "versions": {"Python": fingerprint.python(), **fingerprint.libraries()},
        "revision": revision(),
    }


def revision() -> str:
    """Commit of the repository, with a mark where an input differs from it; empty without git."""
    if stated := _stated():
        return stated["revision"]
    inputs = ["data", "notebooks", "src", "reports/template", "docs", "CITATION.cff"]
    inputs.append(":(exclude)data/sweeps")  # what is asked of reports, read by none
    lines = git("status", "--porcelain=v2", "--branch", "--", *inputs).splitlines()
    commit = next((line.split()[2] for line in lines if line.startswith("# branch.oid")), "")
    return commit + ("+" if any(not line.startswith("#") for line in lines) else "")


def day(commit: str) -> str:
    """Day of a commit, as 2026-02-26."""
    stated = _stated()
    return stated["day"] if stated else git("show", "--no-patch", "--format=%cs", commit).strip()


def _stated() -> dict[str, str]:
    path = paths.root() / STATED
    return dict(json.loads(path.read_text(encoding="utf-8"))) if path.is_file() else {}


def git(*arguments: str) -> str:
    """What git says of this repository, and of none further up; empty where it cannot."""
    root = paths.root().resolve()
    environment = os.environ | {"GIT_CEILING_DIRECTORIES": str(root.parent)}
    command = ["git", "-C", str(root), *arguments]
    try:
        answer = subprocess.run(
            command, capture_output=True, text=True, check=True, env=environment
        )
    except (OSError, subprocess.CalledProcessError):
        return ""  # a source archive has no history
    return answer.stdout


def manifest(folder: Path) -> dict[str, Any] | None:
    """Record of a finished report, or None where there is none that can be read."""
    try:
        return dict(json.loads((folder / "manifest.json").read_text(encoding="utf-8")))
    except (OSError, ValueError):
        return None


def reasons(folder: Path, request: Request) -> list[str]:
    """Why the report in ``folder`` has to be built anew; empty where it need not."""
    made = manifest(folder)
    if made is None:
        return ["no report is there yet"]
    if missing := {"request", "inputs", "code", "versions", "outputs"} - made.keys():
        return [f"its record does not say {', '.join(sorted(missing))}"]
    now = state(request)
    found = [line for _, line in _changes(made, now)]
    found += [f"{name} of the report is missing or altered" for name in damaged(folder, made)]
    if request.single_file and not (folder / WHOLE).is_file():
        found.append(f"{WHOLE} is asked for")
    return found


def _changes(made: Mapping[str, Any], now: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Name of each input that is not as it was, and a line about it."""
    found = []
    for key, value in now["request"].items():
        if made["request"].get(key) != value:
            line = f"{key}: {_shown(made['request'].get(key))} -> {_shown(value)}"
            found.append((f"request {key}", line))
    for group in ("inputs", "code"):
        found += [(line.split()[0], line) for line in fingerprint.changed(made[group], now[group])]
    before, after = made["versions"], now["versions"]
    for name in sorted(before.keys() | after.keys()):
        if before.get(name) != after.get(name):
            line = f"{name}: {before.get(name, 'absent')} -> {after.get(name, 'absent')}"
            found.append((f"version {name}", line))
    then, today = made.get("revision", ""), now["revision"]
    if then != today:
        found.append(("revision", f"commit: {_short(then)} -> {_short(today)}"))
    return found


def _shown(value: Any) -> str:
    return (" ".join(value) if isinstance(value, list) else str(value or "")) or "none"


def _short(revision: str) -> str:
    return revision[:9] + "+" * revision.endswith("+") or "none"


def damaged(folder: Path, made: Mapping[str, Any]) -> list[str]:
    """Files of a report that are missing or not as its record says."""
    hashes = {name: fingerprint.file_hash(folder / name) for name in made["outputs"]}
    wrong = [name for name, digest in made["outputs"].items() if hashes[name] != digest]
    return wrong + [name for name in UNHASHED if not (folder / name).is_file()]


def pages(folder: Path, request: Request) -> dict[str, list[str]]:
    """Each page to the inputs that are not as they were when it was made; empty if fresh."""
    made = manifest(folder)
    names = ["index", *_notebooks(), "claims", "data", "method", "runs"]
    if made is None or "request" not in made:
        return {name: ["no report is there yet"] for name in names}
    changes = _changes(made, state(request))
    harmed = [(name, f"{name} is missing or altered") for name in damaged(folder, made)]
    return {
        name: [line for what, line in changes if _concerns(name, what, made)]
        + [line for what, line in harmed if what.startswith(name)]
        for name in names
    }


def _notebooks() -> list[str]:
    return [path.stem for path in sorted(paths.notebooks().glob("*.ipynb"))]


def _concerns(page: str, changed: str, made: Mapping[str, Any]) -> bool:
    """Whether a page shows anything that a changed input decides on."""
    if changed.startswith(("request", "version", "revision", *PAGE_CODE)):
        return True
    if page == "data":
        return changed.startswith("data/")
    if page == "method":
        return changed.startswith("src/token_exports/")
    if page in made.get("reads", {}):
        return changed in {*made["reads"][page], f"notebooks/{page}.ipynb"}
    read = {name for names in made.get("reads", {}).values() for name in names}
    return changed in read or changed.startswith((*WORDS, "data/", "notebooks/"))


def words(pages: Mapping[str, list[str]], *, why: bool) -> str:
    """Each page as fresh or stale, a line each, and with ``why`` what has changed."""
    lines = []
    for name, changes in pages.items():
        lines.append(f"{name:24}{'stale' if changes else 'fresh'}")
        lines += [f"    {change}" for change in changes] if why else []
    return "\n".join(lines)


def as_json(pages: Mapping[str, list[str]]) -> str:
    """The same for a program."""
    return json.dumps(pages, indent=1)

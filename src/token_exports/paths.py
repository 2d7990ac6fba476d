"""The repository's folders; no other module knows where anything lies.

``TOKEN_EXPORTS_HOME`` names another repository root: tests point it at a copy.
"""

import os
from pathlib import Path

_CHECKOUT = Path(__file__).resolve().parents[2]


def root() -> Path:
    """Root of the repository whose data and notebooks are used."""
    home = os.environ.get("TOKEN_EXPORTS_HOME")
    return Path(home) if home else _CHECKOUT


def data() -> Path:
    """Committed tables, their descriptor and the scenarios."""
    return root() / "data"


def notebooks() -> Path:
    """Committed notebooks, without outputs."""
    return root() / "notebooks"


def reports() -> Path:
    """Generated reports, one folder per scenario, and the template."""
    return root() / "reports"


def cache() -> Path:
    """What can be deleted at any time and is made again."""
    return root() / ".cache"


def short(path: Path) -> str:
    """Path as one would type it here: relative where it lies below the current folder."""
    resolved = path.resolve()
    here = Path.cwd()
    return str(resolved.relative_to(here) if resolved.is_relative_to(here) else resolved)

"""Print the one file of a report with the Chromium of the machine."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from token_exports.pages import single

FILE = "report.pdf"
BROWSERS = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "chrome")
SECONDS = 300
SWITCHES = (
    "--headless",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--no-pdf-header-footer",  # the stylesheet numbers the pages
    "--generate-pdf-document-outline",
)


class PdfError(RuntimeError):
    """Nothing can be printed; the message says what is missing."""


def write(folder: Path) -> Path:
    """Print a finished report.

    Parameters
    ----------
    folder
        Of the report; its one file is written anew.

    Returns
    -------
    Path
        The PDF, inside the folder.

    Raises
    ------
    PdfError
        There is no Chromium, or it could not print.
    """
    program = browser()
    source, target = single.write(folder).resolve(), (folder / FILE).resolve()
    with tempfile.TemporaryDirectory(prefix="print-") as profile:
        own = [f"--user-data-dir={profile}", f"--print-to-pdf={target}", source.as_uri()]
        _run([program, *SWITCHES, *_as_root(), *own])
    if not target.is_file():
        raise PdfError(f"{program} ended without a PDF")
    return target


def browser() -> str:
    """Path of the Chromium that prints."""
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        raise PdfError(
            "printing needs Chromium, which is not installed; on Debian: apt-get install chromium"
        )
    return found


def _as_root() -> list[str]:
    """Chromium's sandbox refuses to start for root."""
    return ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []


def _run(command: list[str]) -> None:
    try:
        answer = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS)
    except subprocess.TimeoutExpired as error:
        raise PdfError(f"{command[0]} had not printed after {SECONDS} s") from error
    if answer.returncode:
        last = "\n".join(answer.stderr.splitlines()[-5:])
        raise PdfError(f"{command[0]} failed with status {answer.returncode}:\n{last}")

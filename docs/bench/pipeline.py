"""Time `token-exports report` beside papermill and nbconvert from the command line.

Both run the same notebooks on this machine, by turns, in a copy of the repository whose cache
belongs to this bench. Prints seconds, ratios and the floor: no schedule can be faster than the
slowest notebook, nor than all cells shared between the cores. Run by `make bench`.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

import psutil

from token_exports import paths

NAMES = ("data", "docs", "notebooks", "reports/template", "reports/reference")
FILES = ("CITATION.cff", "requirements.lock")
PROGRAMS, REPOSITORY = Path(sys.executable).parent, paths.root()
SAMPLE_S = 0.05


def copied(folder: Path) -> None:
    """Put a new copy of everything a report is made from, but the package, into a folder."""
    shutil.rmtree(folder, ignore_errors=True)
    for name in NAMES:
        shutil.copytree(REPOSITORY / name, folder / name)
    for name in FILES:
        shutil.copyfile(REPOSITORY / name, folder / name)


def timed(act: Callable[[], object]) -> float:
    """Seconds that something takes."""
    begun = time.monotonic()
    act()
    return time.monotonic() - begun


def called(*command: str) -> subprocess.CompletedProcess[str]:
    """Run a program to its end; what it says is shown only if it fails."""
    answer = subprocess.run(command, capture_output=True, text=True, check=False)
    if answer.returncode:
        sys.exit(f"{' '.join(command)} failed:\n{answer.stderr}")
    return answer


def report(*arguments: str) -> None:
    """The pipeline, as `make report` calls it."""
    called(str(PROGRAMS / "token-exports"), "report", "--quiet", *arguments)


def command_line(home: Path, output: Path) -> list[float]:
    """Papermill for each notebook, then nbconvert for each; seconds of cells by notebook."""
    shutil.rmtree(output, ignore_errors=True)
    output.mkdir()
    cells = []
    executed = [output / path.name for path in sorted((home / "notebooks").glob("*.ipynb"))]
    for path in executed:
        source = str(home / "notebooks" / path.name)
        called(str(PROGRAMS / "papermill"), "--no-progress-bar", source, str(path))
        notebook = json.loads(path.read_text(encoding="utf-8"))
        taken = [c["metadata"].get("papermill", {}).get("duration") for c in notebook["cells"]]
        cells.append(sum(filter(None, taken)))
    for path in executed:
        called(str(PROGRAMS / "jupyter"), "nbconvert", "--to", "html", str(path))
    return cells


def forget(home: Path) -> None:
    """Back to a new checkout: nothing kept, no report."""
    shutil.rmtree(home / ".cache", ignore_errors=True)
    shutil.rmtree(home / "reports" / "baseline", ignore_errors=True)


def append(path: Path, text: str) -> None:
    """Change a file by adding to it."""
    path.write_text(path.read_text(encoding="utf-8") + text, encoding="utf-8")


def drop_row(path: Path) -> None:
    """Change a table by taking its last row away."""
    path.write_text(path.read_text(encoding="utf-8").rsplit("\n", 2)[0] + "\n", encoding="utf-8")


def one_round(home: Path, times: dict[str, list[float]]) -> list[float]:
    """Time every case once; the seconds of the cells, by notebook, of the command line."""

    def case(name: str, act: Callable[[], object]) -> None:
        times.setdefault(name, []).append(timed(act))

    forget(home)
    cells: list[float] = []
    case("command line", lambda: cells.extend(command_line(home, home / "cli")))
    forget(home)
    case("cold", report)
    case("nothing changed", report)
    case("one parameter of 01", lambda: report("--set", "top_n=9"))
    case("that again", lambda: report())
    append(home / "reports" / "template" / "pages" / "style.css", "\n/* bench */\n")
    case("a style", report)
    drop_row(home / "data" / "bitcoin_mining_map.csv")
    case("a table of 03", report)
    return cells


def peak_mebibytes(home: Path) -> tuple[float, float]:
    """Most memory of all processes of a cold run at once: shared pages once, and each in full."""
    forget(home)
    running = subprocess.Popen(
        [str(PROGRAMS / "token-exports"), "report", "--quiet"], stdout=subprocess.DEVNULL
    )
    most, stop = [0.0, 0.0], threading.Event()

    def sample() -> None:
        root = psutil.Process(running.pid)
        while not stop.wait(SAMPLE_S):
            shared = resident = 0
            for process in _tree(root):
                try:
                    info = process.memory_full_info()
                except psutil.Error:
                    continue
                shared, resident = shared + info.pss, resident + info.rss
            most[:] = max(most[0], shared / 2**20), max(most[1], resident / 2**20)

    watching = threading.Thread(target=sample)
    watching.start()
    running.wait()
    stop.set()
    watching.join()
    return most[0], most[1]


def _tree(root: psutil.Process) -> list[psutil.Process]:
    try:
        return [root, *root.children(recursive=True)]
    except psutil.Error:
        return []


def main() -> None:
    """Run the rounds and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, help="how often every case is timed")
    rounds = parser.parse_args().rounds
    times: dict[str, list[float]] = {}
    floors: list[float] = []
    cores = len(os.sched_getaffinity(0))
    with tempfile.TemporaryDirectory(prefix="token-exports-bench-") as folder:
        home = Path(folder) / "copy"
        os.environ["TOKEN_EXPORTS_HOME"] = str(home)
        for number in range(rounds):
            copied(home)
            cells = one_round(home, times)
            floors.append(max(max(cells), sum(cells) / cores))
            print(f"round {number + 1}: load {os.getloadavg()[0]:.1f}", file=sys.stderr)
        shared, resident = peak_mebibytes(home)
    base = times["command line"]
    print(f"{cores} cores, {rounds} rounds, median seconds\n")
    for name, taken in times.items():
        ratio = median(b / t for b, t in zip(base, taken, strict=True))
        print(f"{name:22}{median(taken):9.2f} s   {ratio:7.1f} times as fast as the command line")
    over = median(t / f for t, f in zip(times["cold"], floors, strict=True))
    print(f"{'floor of the cells':22}{median(floors):9.2f} s   cold takes {over:.2f} of it")
    print(
        f"peak memory of the tree: {shared:.0f} MiB (shared once), {resident:.0f} MiB (sum of RSS)"
    )


if __name__ == "__main__":
    main()

"""The command ``token-exports sweep``; light to import, as every command line is."""

import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import click

from token_exports import paths

POINTS_STATUS = 3
NEEDED = ("dask", "distributed", "fsspec", "pyarrow")


@click.command()
@click.argument("file")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help="Folder of the results instead of reports/sweeps/FILE.",
)
@click.option("--dry-run", is_flag=True, help="Check and describe the sweep; run nothing.")
@click.option("--workers", type=click.IntRange(min=1), help="Workers here; default: every core.")
@click.option("--scheduler", default="", metavar="ADDRESS", help="A dask cluster: tcp://host:port.")
@click.option("--inputs", default="", metavar="URL", help="Store that brings a cluster its inputs.")
@click.option(
    "--wait",
    "wait_s",
    type=click.FloatRange(min=0),
    default=60.0,
    show_default=True,
    help="Longest time without any worker of a cluster, in seconds.",
)
@click.option("--fresh", is_flag=True, help="Delete what an earlier run has left.")
@click.option("--retry-failed", is_flag=True, help="Compute points again that failed.")
@click.option("--page", is_flag=True, help="Only write the page, of the points that there are.")
@click.option("--quiet", "style", flag_value="quiet", help="Show no progress.")
@click.option("--json", "style", flag_value="json", help="One event a line as JSON.")
def sweep(  # noqa: PLR0913 - one argument per option
    *, file: str, out: Path | None, dry_run: bool, page: bool, style: Any, **options: Any
) -> None:
    """Compute many scenarios, as FILE says; the last line is the page that shows them.

    FILE is a sweep file, or the name of one in data/sweeps. The same command again goes on with
    what an interrupted run has left.
    """
    _require_sweeps()
    from token_exports.run import display
    from token_exports.sweep import plan, run, words

    place = located(file)
    folder = out or paths.reports() / "sweeps" / place.stem
    if page:
        return print(paths.short(run.write_page(folder)))
    asked, chosen = plan.read(place), run.Options(**options)
    kept = 0 if chosen.fresh else run.kept(asked, folder)
    text = words.text(asked, folder, run.expected_s(asked, chosen), kept_points=kept)
    if dry_run:
        return print(text)
    if not style:
        print(text, file=sys.stderr)
    with display.progress(style or "auto") as progress:
        outcome = run.sweep(asked, folder, chosen, progress)
    if style != "json":
        print(paths.short(outcome.page))
    if outcome.n_failed:
        sys.exit(POINTS_STATUS)
    return None


def located(name: str) -> Path:
    """Path of a sweep file: as given, or by its name in ``data/sweeps``.

    Raises
    ------
    SweepError
        Neither is there.
    """
    from token_exports import data
    from token_exports.sweep.spec import SweepError

    known = {path.stem: path for path in (paths.data() / "sweeps").glob("*.yaml")}
    if Path(name).is_file():
        return Path(name)
    if name in known:
        return known[name]
    raise SweepError(f"no file {name!r}, nor a sweep of this name; {data.nearest(name, known)}")


def _require_sweeps() -> None:
    missing = [name for name in NEEDED if find_spec(name) is None]
    if missing:
        raise click.UsageError(
            f"a sweep needs {', '.join(missing)}: 'make sweep' installs what is missing, as does"
            " pip with the extra token-exports[sweep]"
        )

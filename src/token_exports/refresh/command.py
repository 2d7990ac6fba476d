"""The command ``token-exports refresh``; light to import, as every command line is."""

import datetime as dt
import sys
from typing import Any

import click

SOURCES_STATUS = 3


@click.command()
@click.argument("names", nargs=-1, metavar="[SOURCE]...")
@click.option(
    "--since",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="DAY",
    help="First day wanted; else where each table ends.",
)
@click.option("--apply", is_flag=True, help="Append the proposed rows to data/.")
@click.option("--offline", is_flag=True, help="Ask nobody: read what the last fetch has kept.")
@click.option("--no-report", is_flag=True, help="Do not build the report with the new rows.")
@click.option("--list", "listed", is_flag=True, help="List the sources and what they need.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def refresh(
    *, names: tuple[str, ...], since: dt.datetime | None, listed: bool, as_json: bool, **flags: Any
) -> None:
    """Ask live sources for newer facts and show what they would change; --apply appends them.

    SOURCE is a dataset such as openrouter/rankings, or a publisher such as openrouter; without any,
    all are asked whose key, if they need one, is set.
    """
    from token_exports.refresh import catalogue, words

    sources = catalogue.chosen(names)
    if listed:
        return print(words.listing(catalogue.SOURCES))
    if names and not flags["offline"]:
        _require(sources)
    from token_exports.refresh import run
    from token_exports.run import differences, display

    day = since.date() if since else None
    report = not flags.pop("no_report")
    options = run.Options(since=day, report=report, **flags)
    with display.progress() as progress:
        result = run.refresh(
            sources,
            options,
            tell=lambda found: None if as_json else print(words.outcome(found)),
            progress=progress,
        )
    if as_json:
        print(words.machine(result))
    else:
        if result.effects:
            differences.comparison(result.effects, everything=False, as_json=False)
        print(words.end(result, applied=options.apply))
    if result.failed:
        sys.exit(SOURCES_STATUS)
    return None


def _require(sources: list[Any]) -> None:
    """Refuse, before anything is asked, what was named but cannot be asked."""
    from token_exports.refresh import catalogue

    for source in sources:
        if not catalogue.available(source):
            raise catalogue.SourceError(f"{source.name} needs the package {source.package}")
        if source.key and not source.key.value:
            raise catalogue.SourceError(
                f"{source.name} needs a key in {source.key.variable}; {source.key.register}"
            )

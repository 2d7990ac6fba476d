"""Which sources there are, and what a user may call them."""

from collections.abc import Iterable
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version

from token_exports import data
from token_exports.fetch import (
    cbeci,
    coin_metrics,
    ecb,
    eia,
    inferencex,
    inferencex_tco,
    mlenergy,
    model_prices,
    openrouter_endpoints,
    openrouter_models,
    openrouter_providers,
    openrouter_rankings,
)
from token_exports.fetch.contract import Source

SOURCES: tuple[Source, ...] = (
    openrouter_rankings.SOURCE,
    openrouter_models.SOURCE,
    openrouter_providers.SOURCE,
    openrouter_endpoints.SOURCE,
    model_prices.SOURCE,
    coin_metrics.SOURCE,
    *cbeci.SOURCES,
    eia.SOURCE,
    *ecb.SOURCES,
    inferencex.SOURCE,
    inferencex_tco.SOURCE,
    mlenergy.SOURCE,
)
"""In the order in which they are asked: a later one sees the rows of an earlier one."""


class SourceError(ValueError):
    """No such source, or what it needs is missing."""


def chosen(names: Iterable[str]) -> list[Source]:
    """Sources by their names, or those of a publisher by its name; without any name all of them.

    Raises
    ------
    SourceError
        No such source; the message names the nearest.
    """
    wanted = list(names)
    if not wanted:
        return [s for s in SOURCES if available(s) and not s.alternative]
    found: dict[str, Source] = {}
    for name in wanted:
        same = [s for s in SOURCES if name == s.name or (name == s.provider and not s.alternative)]
        if not same:
            known = {source.name for source in SOURCES} | {source.provider for source in SOURCES}
            raise SourceError(f"no source {name!r}; {data.nearest(name, known)}")
        found |= {source.name: source for source in same}
    return list(found.values())


def available(source: Source) -> bool:
    """Whether the package that a source needs is installed."""
    if not source.package:
        return True
    with suppress(PackageNotFoundError):
        return bool(version(source.package))
    return False

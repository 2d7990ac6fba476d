"""Front page: the thesis and its verdict, three answers, what changed since, the other scenario."""

from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from token_exports import claims, data, formats, paths, results
from token_exports.compare import verdicts, words
from token_exports.compare.moves import Move, moves
from token_exports.compare.verdicts import Judged
from token_exports.pages import markup, notebook, partial, reading, reference
from token_exports.pages.reading import Read
from token_exports.pages.template import Site

THESIS = "tokens_are_electricity_exports"
SINCE = (
    (
        "Chinese models among the largest",
        "01_openrouter_share:cn_top_n_share",
        "01_openrouter_share:latest_cn_top_n_share",
    ),
    (
        "Chinese models in all tokens",
        "01_openrouter_share:cn_platform_share",
        "01_openrouter_share:latest_cn_platform_share",
    ),
    (
        "Opus over the MiniMax of its day",
        "02_token_cost:opus_m25_blend_price_ratio",
        "02_token_cost:opus_minimax_newest_blend_price_ratio",
    ),
    (
        "Power behind the Chinese tokens",
        "03_bitcoin_vs_tokens:token_average_power_mw",
        "03_bitcoin_vs_tokens:latest_token_average_power_mw",
    ),
)
"""What a reader of today asks first: label, result of the essay's days, result of the newest."""


def write(site: Site, reads: list[Read]) -> None:
    """Write ``index.html``.

    Parameters
    ----------
    site
        Report that is being written.
    reads
        Its notebooks.
    """
    recorded = site.shared["recorded"]
    own: dict[str, Any] = {
        "thesis": next((r for r in site.shared["ledger"] if r["claim_id"] == THESIS), None),
        "answers": {one.content["notebook"]: _answer(site, one) for one in reads},
        "since": _since(site),
        "developments": reference.records(data.load("developments")),
        "beside": _beside_baseline(site, recorded),
    }
    pictures = "".join(str(answer["picture"]) for answer in own["answers"].values())
    site.page("index.html", "index", own, scripts=reading.scripts(pictures))


def _answer(site: Site, one: Read) -> dict[str, Any]:
    figures = [] if one.unfinished else one.content["figures"]
    words = reading.words(site, one, "index")
    return {
        "text": Markup(words.numbers.linked(markup.markdown(one.content["answer"]))),
        "figure": figures[0] if figures else None,
        "picture": Markup(words.picture(figures[0])) if figures else "",
        "page": site.shared["standing"][figures[0]["stem"]] if figures else "",
    }


def _since(site: Site) -> list[dict[str, Any]]:
    """Pairs of results of which both ends are known, each with label and link.

    What a notebook lacks that did not finish is known to be not computed.
    """
    rows = {
        f"{c['notebook']}:{row['name']}": row
        for c in site.shared["recorded"]
        for row in c["quantities"]
    }
    pairs = [
        {"label": label, "then": _end(site, then, rows), "now": _end(site, now, rows)}
        for label, then, now in SINCE
    ]
    return [pair for pair in pairs if pair["then"] and pair["now"]]


def _end(site: Site, result: str, rows: Mapping[str, dict[str, Any]]) -> dict[str, str] | None:
    page, _, name = result.partition(":")
    if left := site.shared["unfinished"].get(page):
        return {"shown": partial.NOT_COMPUTED, "label": "", "href": left.page}
    if result not in rows:
        return None
    row = rows[result]
    shown = formats.interval(results.Recorded(**row).interval, row["unit"])
    href = f"{notebook.companion(page, notebook.RESULTS)}#{name}"
    return {"shown": shown, "label": row["label"], "href": href}


def _beside_baseline(site: Site, recorded: list[dict[str, Any]]) -> dict[str, Any] | None:
    """What this run moved against the committed baseline; nothing for the baseline itself."""
    settings = site.shared["settings"]
    kept = sorted((paths.reports() / "reference").glob("0*.json"))
    if not kept or (settings.scenario.name == "baseline" and not site.shared["changed"]):
        return None
    then = [results.load(path) for path in kept]
    moved = {move.result: move for move in moves(then, recorded) if move.pair}
    headlines = [f"{c['notebook']}:{name}" for c in recorded for name in c["headlines"]]
    return {
        "headlines": [_beside(moved[name]) for name in headlines if name in moved],
        "verdicts": _verdicts(then, recorded, site.shared["ledger"]),
    }


def _beside(move: Move) -> dict[str, str]:
    then, now = words.value(move.before), words.value(move.after)
    return {"label": move.row.label, "then": then, "now": now}


def _verdicts(
    then: list[dict[str, Any]], recorded: list[dict[str, Any]], judged: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    """Claims whose verdict is another than in the baseline, as far as they were computed."""
    before, after = (
        Judged(claims.ledger(results.intervals(content))) for content in (then, recorded)
    )
    left = {row["claim_id"] for row in judged if row["verdict"] == partial.NOT_COMPUTED}
    return [
        {**turn.row, "then": turn.verdicts[0]}
        for turn in verdicts.turns(before, after)
        if turn.changed and turn.row["claim_id"] not in left
    ]

"""Front page: the thesis and its verdict, three answers, what changed since, the other scenario."""

from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from token_exports import claims, data, formats, paths, results
from token_exports.pages import markup, notebook, reading, reference
from token_exports.pages.reading import Read
from token_exports.pages.template import Site
from token_exports.uncertainty import Interval
from token_exports.units import unit_of

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
        "since": _since(recorded),
        "developments": reference.records(data.load("developments")),
        "beside": _beside_baseline(site, recorded),
    }
    pictures = "".join(str(answer["picture"]) for answer in own["answers"].values())
    site.page("index.html", "index", own, scripts=reading.scripts(pictures))


def _answer(site: Site, one: Read) -> dict[str, Any]:
    figures = one.content["figures"]
    words = reading.words(site, one, "index")
    return {
        "text": Markup(words.numbers.linked(markup.markdown(one.content["answer"]))),
        "figure": figures[0] if figures else None,
        "picture": Markup(words.picture(figures[0])) if figures else "",
        "page": site.shared["standing"][figures[0]["stem"]] if figures else "",
    }


def _since(recorded: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Pairs of results of which both ends were recorded, each with label and link."""
    rows = {f"{c['notebook']}:{row['name']}": row for c in recorded for row in c["quantities"]}
    return [
        {"label": label, "then": _end(then, rows), "now": _end(now, rows)}
        for label, then, now in SINCE
        if then in rows and now in rows
    ]


def _end(result: str, rows: Mapping[str, dict[str, Any]]) -> dict[str, str]:
    row = rows[result]
    page, _, name = result.partition(":")
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
    before, after = results.intervals(then), results.intervals(recorded)
    headlines = [f"{c['notebook']}:{name}" for c in recorded for name in c["headlines"]]
    labels = {f"{c['notebook']}:{r['name']}": r["label"] for c in recorded for r in c["quantities"]}
    return {
        "headlines": [
            {"label": labels[name], "then": _shown(name, before), "now": _shown(name, after)}
            for name in headlines
            if name in before and before[name] != after[name]
        ],
        "verdicts": _verdicts(before, after),
    }


def _shown(result: str, values: Mapping[str, Interval]) -> str:
    return formats.interval(values[result], unit_of(result) or "ratio")


def _verdicts(
    before: Mapping[str, Interval], after: Mapping[str, Interval]
) -> list[dict[str, Any]]:
    """Claims whose verdict is another than in the baseline."""
    old = claims.ledger(before).set_index("claim_id")["verdict"]
    new = claims.ledger(after)
    moved = new[new["verdict"].to_numpy() != old.loc[new["claim_id"]].to_numpy()]
    return [
        {**row, "then": str(old[row["claim_id"]])}
        for row in reference.records(moved[["claim_id", "statement", "verdict"]])
    ]

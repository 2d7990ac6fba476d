"""The real report: complete, in step with the reference and the README, alive in every scenario."""

import json

import pytest
import report_tools

from token_exports import claims, data, parameters, paths, results, scenarios, uncertainty
from token_exports.run import pipeline, readme
from token_exports.sweep.quantities.group import Evaluator, Group

REFERENCE = paths.reports() / "reference"
MOST_MEGABYTES = 10


def recorded(folder):
    files = sorted((folder / "results").glob("0*.json"))
    return [results.load(path) for path in files]


def values(folder):
    return {name: found.central for name, found in results.intervals(recorded(folder)).items()}


def test_every_basis_of_every_claim_is_computed(baseline):
    judged = claims.judge_bases(results.intervals(recorded(baseline)))
    missing = judged[judged["verdict"].isna()]
    assert missing["result"].tolist() == []


def test_only_opinions_and_context_remain_unchecked(baseline):
    ledger = claims.ledger(results.intervals(recorded(baseline)))
    unchecked = ledger[ledger["verdict"] == claims.Verdict.NOT_CHECKABLE]
    assert set(unchecked["test"]) == {"none"}


@pytest.mark.parametrize(
    ("name", "expected", "tolerance"),
    [  # the figures that the founding study printed, at their printed precision
        ("01_openrouter_share:top_n_tokens", 8.715e12, 0.0005e12),
        ("01_openrouter_share:cn_top_n_tokens", 5.285e12, 0.0005e12),
        ("01_openrouter_share:cn_top_n_share", 0.606, 0.0005),
        ("01_openrouter_share:m25_tokens", 2.453e12, 0.0005e12),
        ("01_openrouter_share:cn_in_top_three_count", 3, 0),
        ("01_openrouter_share:iso_week_cn_top_n_share", 0.590, 0.0005),
        ("02_token_cost:opus_m25_input_price_ratio", 16.7, 0.05),
        ("02_token_cost:opus_m25_output_price_ratio", 20.8, 0.05),
        ("02_token_cost:gpt4o_dsv3_promo_output_price_ratio", 35.7, 0.05),
        ("02_token_cost:gpt4o_dsv3_output_price_ratio", 9.1, 0.05),
        ("02_token_cost:r08_price_gap_share", 0.38, 0.005),
        ("02_token_cost:r01_price_gap_share", -0.08, 0.01),
        ("03_bitcoin_vs_tokens:cn_peak_hashrate_share", 0.755, 0.0005),
        ("03_bitcoin_vs_tokens:cn_return_hashrate_share", 0.1975, 0.0005),
    ],
)
def test_the_report_reproduces_a_known_figure(baseline, name, expected, tolerance):
    assert values(baseline)[name] == pytest.approx(expected, abs=tolerance)


def test_the_reference_is_this_baseline(baseline):
    for content in recorded(baseline):
        kept = results.load(REFERENCE / f"{content['notebook']}.json")
        assert kept.keys() == content.keys()
        assert kept["answer"] == content["answer"]
        for then, now in zip(kept["quantities"], content["quantities"], strict=True):
            assert then["name"] == now["name"]
            assert then["central"] == pytest.approx(now["central"], rel=1e-9)


def test_the_readme_shows_the_reference():
    text = (paths.root() / "README.md").read_text(encoding="utf-8")
    assert readme.filled(text, REFERENCE) == text
    assert "(no" not in text


def test_the_list_of_tables_is_up_to_date():
    assert (paths.data() / "README.md").read_text(encoding="utf-8") == readme.table_list()


def test_the_report_is_small(baseline):
    size = sum(path.stat().st_size for path in baseline.rglob("*") if path.is_file())
    assert size < MOST_MEGABYTES * 1e6


@pytest.mark.parametrize("notebook", parameters.NOTEBOOKS)
def test_a_page_shows_no_raw_output(baseline, notebook):
    text = (baseline / f"{notebook}.html").read_text(encoding="utf-8")
    assert '<pre class="stream">' not in text
    assert "Traceback" not in text


def test_every_figure_has_its_files(baseline):
    for content in recorded(baseline):
        assert len(content["figures"]) >= 3
        for figure in content["figures"]:
            for file in (f"figures/{figure['stem']}.svg", f"figures/{figure['stem']}.png"):
                assert (baseline / file).stat().st_size > 1000
            assert (baseline / "tables" / f"{figure['stem']}.csv").stat().st_size > 20


def stated(name):
    """What a scenario sets."""
    found = scenarios.load(name)
    return set(found.parameters.items()) | set(found.assumptions.items())


OTHERS = [name for name in scenarios.names() if name != "baseline"]
PARTS = [name for name in OTHERS if any(stated(name) < stated(other) for other in OTHERS)]
"""Scenarios all of whose settings another one has too: their notebooks do nothing of their own."""


@pytest.fixture(scope="module", params=[name for name in OTHERS if name not in PARTS])
def other(request, baseline, tmp_path_factory):
    folder = tmp_path_factory.mktemp("scenario") / request.param
    return request.param, report_tools.other(baseline, folder, request.param)


def assert_one_cost(found):
    """Two notebooks cost the same token."""
    share = found["02_token_cost:cn_electricity_cost_share"]
    again = found["03_bitcoin_vs_tokens:token_electricity_cost_share"]
    assert again == pytest.approx(share, rel=1e-9)


def test_a_scenario_gives_a_whole_report(other):
    name, folder = other
    manifest = json.loads((folder / "manifest.json").read_text())
    assert manifest["scenario"] == name
    assert all((folder / f"{notebook}.html").is_file() for notebook in parameters.NOTEBOOKS)
    judged = claims.judge_bases(results.intervals(recorded(folder)))
    assert judged["verdict"].notna().all()
    assert_one_cost(values(folder))


@pytest.mark.parametrize("name", PARTS)
def test_a_scenario_that_is_part_of_another_gives_every_verdict(baseline, name):
    """By its quantities alone, which are those of the notebooks (test_sweep_quantities.py)."""
    before = results.intervals(recorded(baseline))
    moved = {
        key: uncertainty.Interval(*(float(getattr(row, end)) for end in ("central", "low", "high")))
        for key, row in Evaluator(Group(name, (), ())).at({}).items()
    }
    judged = claims.judge_bases(before | moved)
    assert judged["verdict"].notna().all()
    found = {key: one.central for key, one in moved.items()}
    assert_one_cost(found)
    assert found["02_token_cost:cn_electricity_cost_share"] != pytest.approx(
        before["02_token_cost:cn_electricity_cost_share"].central
    )


def test_a_scenario_takes_from_the_baseline_only_what_it_would_repeat(other, baseline):
    name, folder = other
    settings, same = scenarios.resolve(name).notebooks, scenarios.resolve("baseline").notebooks
    for notebook in parameters.NOTEBOOKS:
        file = f"results/{notebook}.json"
        kept = (folder / file).read_bytes() == (baseline / file).read_bytes()
        assert kept == (settings[notebook] == same[notebook]), notebook


def test_the_report_of_the_essays_own_day_sees_nothing_later(tmp_path, baseline):
    folder = pipeline.report("baseline", ["as_of=2026-02-26"], folder=tmp_path / "then").parent
    assert "as_of = 2026-02-26" in (folder / "index.html").read_text()
    seen = values(folder)
    assert seen["01_openrouter_share:cn_top_n_share"] == pytest.approx(0.606, abs=0.0005)
    page = "01_openrouter_share.html"
    assert "Oct 2026" in (baseline / page).read_text()
    assert "Oct 2026" not in (folder / page).read_text()


def test_data_is_loaded_as_the_author_could_have(home):
    then = data.load("openrouter_tokens_daily", "2026-02-26")
    assert str(then["date"].max().date()) == "2026-02-23"

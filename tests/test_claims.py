"""The rule of the verdicts by hand, and the ledger of claims it is applied to."""

import pytest

from token_exports import claims, data
from token_exports.claims import Claim, Verdict, judge, judge_basis, judge_cited
from token_exports.parameters import NOTEBOOKS
from token_exports.uncertainty import Interval, bounds, exact
from token_exports.units import unit_of

FORTY_PERCENT = Claim("cheaper", 0.40, "equal", 0.10)  # 0.36 to 0.44
LEAST_HALF = Claim("majority", 0.5, "at_least", 0.0)
MOST_TENTH = Claim("small", 0.1, "at_most", 0.2)  # up to 0.12
LOSS = Claim("loss", -200.0, "equal", 0.05)  # -210 to -190
COUNT = Claim("three", 3.0, "equal", 0.0)
NOTHING = Claim("none", 0.0, "equal", 0.1)

SUPPORTED, WITHIN, CONTRADICTED = (
    Verdict.SUPPORTED,
    Verdict.WITHIN_UNCERTAINTY,
    Verdict.CONTRADICTED,
)


@pytest.mark.parametrize(
    ("claim", "central", "low", "high", "expected"),
    [
        (FORTY_PERCENT, 0.40, 0.30, 0.50, SUPPORTED),
        (FORTY_PERCENT, 0.36, 0.36, 0.36, SUPPORTED),  # at the bound
        (FORTY_PERCENT, 0.44, 0.30, 0.90, SUPPORTED),
        (FORTY_PERCENT, 0.45, 0.43, 0.47, WITHIN),  # only the low end reaches 0.44
        (FORTY_PERCENT, 0.30, 0.20, 0.37, WITHIN),
        (FORTY_PERCENT, 0.26, -0.10, 0.50, WITHIN),  # reaches over the whole band
        (FORTY_PERCENT, 0.45, 0.45, 0.45, CONTRADICTED),
        (FORTY_PERCENT, 0.30, 0.20, 0.35, CONTRADICTED),
        (FORTY_PERCENT, -0.40, -0.44, -0.36, CONTRADICTED),  # dearer, not cheaper
        (LEAST_HALF, 0.5, 0.5, 0.5, SUPPORTED),
        (LEAST_HALF, 40.0, 30.0, 50.0, SUPPORTED),
        (LEAST_HALF, 0.49, 0.40, 0.51, WITHIN),
        (LEAST_HALF, 0.49, 0.40, 0.499, CONTRADICTED),
        (MOST_TENTH, 0.12, 0.05, 0.90, SUPPORTED),
        (MOST_TENTH, -5.0, -9.0, -1.0, SUPPORTED),
        (MOST_TENTH, 0.13, 0.11, 0.15, WITHIN),
        (MOST_TENTH, 0.13, 0.125, 0.15, CONTRADICTED),
        (LOSS, -195.0, -195.0, -195.0, SUPPORTED),
        (LOSS, -210.0, -220.0, -200.0, SUPPORTED),
        (LOSS, -211.0, -230.0, -205.0, WITHIN),
        (LOSS, -189.0, -189.5, -180.0, CONTRADICTED),
        (LOSS, 200.0, 190.0, 210.0, CONTRADICTED),
        (COUNT, 3.0, 3.0, 3.0, SUPPORTED),
        (COUNT, 2.0, 2.0, 2.0, CONTRADICTED),
        (NOTHING, 0.0, 0.0, 0.0, SUPPORTED),
        (NOTHING, 0.01, 0.01, 0.01, CONTRADICTED),  # a tenth of nothing is nothing
    ],
)
def test_verdict_on_one_basis_by_hand(claim, central, low, high, expected):
    assert judge_basis(claim, Interval(central, low, high)) is expected


@pytest.mark.parametrize(
    ("claim", "central"),
    [
        (Claim("sum", 0.3, "equal", 0.0), 0.1 + 0.2),  # 0.30000000000000004
        (Claim("most", 0.3, "at_most", 0.0), 0.1 + 0.2),
        (Claim("least", 0.8, "at_least", 0.0), 0.1 * 8 - 1e-16),
        (Claim("band", 1.1, "equal", 0.1), 1.1 * 0.9),  # 0.9900000000000001 - or a digit below
        (Claim("loss", -0.3, "equal", 0.0), -(0.1 + 0.2)),
    ],
)
def test_the_last_digit_of_a_float_decides_nothing(claim, central):
    for noise in (1 - 2e-16, 1, 1 + 2e-16):
        assert judge_basis(claim, exact(central * noise)) is SUPPORTED


def test_a_difference_that_is_no_noise_decides():
    assert judge_basis(COUNT, exact(3.000_001)) is CONTRADICTED
    assert judge_basis(LEAST_HALF, exact(0.499_999)) is CONTRADICTED


HIT, NEAR, MISS = exact(0.40), Interval(0.45, 0.43, 0.47), exact(0.60)


@pytest.mark.parametrize(
    ("computed", "expected"),
    [
        ({}, Verdict.NOT_CHECKABLE),
        ({"industrial": HIT}, SUPPORTED),
        ({"industrial": NEAR}, WITHIN),
        ({"industrial": HIT, "household": HIT}, SUPPORTED),
        ({"industrial": MISS, "household": MISS}, CONTRADICTED),
        ({"industrial": HIT, "household": MISS}, Verdict.DEPENDS_ON_BASIS),
        ({"industrial": HIT, "household": NEAR}, Verdict.DEPENDS_ON_BASIS),
        ({"industrial": HIT, "household": NEAR, "hub": MISS}, Verdict.DEPENDS_ON_BASIS),
    ],
)
def test_verdict_over_all_bases(computed, expected):
    assert judge(FORTY_PERCENT, computed) is expected


@pytest.mark.parametrize(
    ("directions", "expected"),
    [
        (set(), Verdict.NOT_CHECKABLE),
        ({"context"}, Verdict.NOT_CHECKABLE),
        ({"for"}, Verdict.CITED_FOR),
        ({"for", "context"}, Verdict.CITED_FOR),
        ({"against"}, Verdict.CITED_AGAINST),
        ({"for", "against"}, Verdict.CITED_MIXED),
        ({"for", "against", "context"}, Verdict.CITED_MIXED),
    ],
)
def test_verdict_of_a_claim_without_a_number(directions, expected):
    assert judge_cited(directions) is expected


# ---- the ledger over results made up here

CLAIMS = data.load("claims").set_index("claim_id")
NUMERIC = CLAIMS[CLAIMS["test"] == "number"]
BASES = data.load("claim_bases").join(NUMERIC, on="claim_id")
SPEAKING = data.load("claim_evidence").query("direction in ('for', 'against')")
AGREEING = ["top_three_all_chinese", "share_61_top10", "china_tokens_5_3t"]


def as_stated(claim_ids):
    """Results that are exactly what the claims say, on every basis of them."""
    own = BASES[BASES["claim_id"].isin(claim_ids)]
    return {r: exact(v) for r, v in zip(own["result"], own["stated_value"], strict=True)}


def judged_bases(claim_id, results):
    table = claims.judge_bases(results)
    return table[table["claim_id"] == claim_id].set_index("result")


@pytest.mark.parametrize("claim_id", NUMERIC.index)
def test_a_claim_that_says_what_is_found_is_supported(claim_id):
    assert claims.verdict(claim_id, as_stated([claim_id])) is SUPPORTED


def test_without_results_no_number_is_checkable():
    ledger = claims.ledger({}).set_index("claim_id")
    assert (ledger.loc[NUMERIC.index, "verdict"] == "not-checkable").all()
    assert (ledger["basis_count"] == 0).all()
    assert claims.judge_bases({})["verdict"].isna().all()
    assert claims.judge_bases({})["central"].isna().all()


def test_the_ledger_keeps_the_order_of_the_essay_and_counts_the_bases():
    ledger = claims.ledger(as_stated(AGREEING)).set_index("claim_id")
    assert list(ledger.index) == list(CLAIMS.index)
    expected = BASES.groupby("claim_id").size()
    for claim_id in AGREEING:
        assert ledger.loc[claim_id, "verdict"] == "supported"
        assert ledger.loc[claim_id, "basis_count"] == expected[claim_id]


def test_one_basis_that_disagrees_makes_the_claim_depend_on_it():
    results = as_stated(["share_61_top10"])
    first, *rest = results
    assert rest
    results[first] = exact(0.01)
    assert claims.verdict("share_61_top10", results) is Verdict.DEPENDS_ON_BASIS
    judged = judged_bases("share_61_top10", results)["verdict"]
    assert judged[first] == "contradicted"
    assert set(judged[rest]) == {"supported"}


def test_a_basis_shows_its_result():
    results = as_stated(["share_61_top10"])
    name = next(iter(results))
    row = judged_bases("share_61_top10", {name: Interval(0.5, 0.4, 0.6)}).loc[name]
    assert (row["central"], row["low"], row["high"]) == (0.5, 0.4, 0.6)


def test_an_unknown_claim_gets_the_nearest_name():
    with pytest.raises(data.DataError, match="no claim 'share_61_top_10'.*'share_61_top10'"):
        claims.verdict("share_61_top_10", {})


# ---- the tables of claims


def test_there_are_86_claims():
    assert len(CLAIMS) == 86
    assert 10 <= CLAIMS["main"].sum() <= 15


def test_a_claim_with_a_number_states_how_it_is_judged():
    columns = ["stated_value", "unit", "relation", "tolerance_ratio", "tolerance_reason"]
    assert NUMERIC[NUMERIC[columns].isna().any(axis=1)].index.tolist() == []
    assert len(NUMERIC) > 40


def test_every_claim_with_a_number_has_a_basis_as_stated():
    assert sorted(set(NUMERIC.index) ^ set(BASES["claim_id"])) == []
    own = BASES[BASES["role"] == "as_stated"].groupby("claim_id").size()
    assert own.reindex(NUMERIC.index).eq(1).all()


def test_a_claim_is_judged_once_on_each_result():
    assert not BASES.duplicated(["claim_id", "result"]).any()
    assert not BASES.duplicated(["claim_id", "basis"]).any()


def test_a_basis_has_the_unit_of_its_claim():
    named = BASES["result"].str.partition(":")[2].map(unit_of)
    assert BASES.loc[named != BASES["unit"], ["claim_id", "result"]].values.tolist() == []


def test_a_basis_names_a_result_of_a_notebook():
    assert set(BASES["result"].str.partition(":")[0]) == set(NOTEBOOKS)
    assert set(CLAIMS["notebook"]) == {*NOTEBOOKS, "context"}


def test_a_cited_claim_has_evidence_that_speaks_and_an_opinion_has_none():
    ledger = claims.ledger({}).set_index("claim_id")
    cited, opinions = (CLAIMS.index[CLAIMS["test"] == test] for test in ("cited", "none"))
    assert sorted(set(cited) - set(SPEAKING["claim_id"])) == []
    assert sorted(set(opinions) & set(SPEAKING["claim_id"])) == []
    assert ledger.loc[cited, "verdict"].str.startswith("cited: ").all()
    assert (ledger.loc[opinions, "verdict"] == "not-checkable").all()


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (0.0, 1.0, Verdict.WITHIN_UNCERTAINTY),  # the middle would meet it, nothing shows it does
        (0.5, 0.9, Verdict.SUPPORTED),  # wherever the truth lies
        (0.4, 0.6, Verdict.WITHIN_UNCERTAINTY),
        (0.1, 0.49, Verdict.CONTRADICTED),
    ],
)
def test_the_middle_of_bounds_decides_nothing(low, high, expected):
    claim = Claim("half", 0.5, "at_least", 0.0)
    assert judge_basis(claim, bounds((low + high) / 2, low, high)) is expected

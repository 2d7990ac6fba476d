"""What would turn a verdict, by hand: moves to the edge that decides, sentences, tables."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from token_exports import claims, data, paths, results
from token_exports.claims import Basis, Claim, Move, condition, judge_basis
from token_exports.claims.flips import longest, shortest
from token_exports.claims.words import basis_text
from token_exports.figures import claim_table
from token_exports.results import Recorded
from token_exports.uncertainty import Interval, bounds, exact

CHEAPER = Claim("cheaper", 0.40, "equal", 0.10, "share")  # 36% to 44%
LEAST = Claim("majority", 0.5, "at_least", 0.0, "share")
MOST = Claim("small", 10.0, "at_most", 0.2, "w")  # up to 12 W
THREE = Claim("three", 3.0, "equal", 0.0, "count")
TIMES = Claim("times", 8.0, "equal", 0.25, "ratio")  # 6 to 10
REFERENCE = paths.reports() / "reference"


def basis(claim, found, label="one", own=False):
    return Basis(claim, label, own, found)


def ends(move):
    return None if move is None else (move.value, pytest.approx(move.edge), move.end)


@pytest.mark.parametrize(
    ("claim", "found", "inward", "leaving", "touching", "outward"),
    [
        # below the band: up to 36%; above it: down to 44%
        (CHEAPER, exact(0.30), (0.30, 0.36, ""), None, None, None),
        (CHEAPER, exact(0.50), (0.50, 0.44, ""), None, None, None),
        # in the band: by factor 0.42 is nearer to 0.44 (1.05) than to 0.36 (1.17)
        (CHEAPER, exact(0.42), None, (0.42, 0.44, ""), None, (0.42, 0.44, "")),
        (CHEAPER, exact(0.37), None, (0.37, 0.36, ""), None, (0.37, 0.36, "")),
        # one edge only
        (LEAST, exact(0.9), None, (0.9, 0.5, ""), None, (0.9, 0.5, "")),
        (LEAST, exact(0.1), (0.1, 0.5, ""), None, None, None),
        (MOST, exact(3.0), None, (3.0, 12.0, ""), None, (3.0, 12.0, "")),
        (MOST, exact(24.0), (24.0, 12.0, ""), None, None, None),
        # the centre supports and stops to; the far end has to leave before it contradicts
        (LEAST, Interval(0.6, 0.4, 0.8), None, (0.6, 0.5, ""), None, (0.8, 0.5, "upper")),
        # only an end reaches the band
        (LEAST, Interval(0.3, 0.1, 0.6), (0.3, 0.5, ""), None, None, (0.6, 0.5, "upper")),
        (MOST, Interval(20.0, 8.0, 30.0), (20.0, 12.0, ""), None, None, (8.0, 12.0, "lower")),
        # no end does: the nearer one would come first
        (LEAST, Interval(0.2, 0.1, 0.25), (0.2, 0.5, ""), None, (0.25, 0.5, "upper"), None),
        (MOST, Interval(20.0, 15.0, 30.0), (20.0, 12.0, ""), None, (15.0, 12.0, "lower"), None),
        # straddling the whole band: out below takes 0.9 to 0.36, out above takes 0.3 to 0.44
        (CHEAPER, Interval(0.5, 0.3, 0.9), (0.5, 0.44, ""), None, None, (0.3, 0.44, "lower")),
        # of bounds the farther end decides
        (LEAST, bounds(0.5, 0.0, 1.0), (0.0, 0.5, "lower"), None, None, (1.0, 0.5, "upper")),
        (LEAST, bounds(0.7, 0.6, 0.8), None, (0.6, 0.5, "lower"), None, (0.8, 0.5, "upper")),
        (MOST, bounds(16.0, 14.0, 18.0), (18.0, 12.0, "upper"), None, (14.0, 12.0, "lower"), None),
        # nothing but three is three
        (THREE, exact(3), None, (3, 3, ""), None, (3, 3, "")),
        (THREE, exact(1), (1, 3, ""), None, None, None),
    ],
)
def test_moves_by_hand(claim, found, inward, leaving, touching, outward):
    one = basis(claim, found)
    moves = (one.inward, one.leaving, one.touching, one.outward)
    assert tuple(ends(move) for move in moves) == (inward, leaving, touching, outward)


def test_a_move_has_a_factor_only_between_positive_values():
    assert Move(0.1, 0.5).ratio == pytest.approx(5)
    assert Move(-0.1, 0.5).ratio is None
    assert Move(0.0, 0.5).ratio is None
    assert Move(-0.1, 0.5).difference == pytest.approx(0.6)


def test_ways_are_compared_by_factor_and_by_difference_where_there_is_none():
    halve, add = Move(20, 10), Move(4, 6)  # factors 2 and 1.5, differences 10 and 2
    triple = Move(1, 3)  # factor 3, difference 2
    assert (shortest([halve, add, triple]), longest([halve, add, triple])) == (add, triple)
    nothing = Move(0, 5)
    assert (shortest([halve, None, nothing]), longest([halve, nothing])) == (nothing, halve)
    assert shortest([None]) is None


values = st.floats(-5, 5, allow_nan=False).map(lambda v: round(v, 6))
some_claims = st.builds(
    Claim,
    st.just("any"),
    st.floats(-3, 3).map(lambda v: round(v, 3)),
    st.sampled_from(["equal", "at_least", "at_most"]),
    st.sampled_from([0.0, 0.1, 0.5]),
)


@given(some_claims, st.lists(values, min_size=3, max_size=3).map(sorted), st.booleans())
def test_a_move_leads_where_it_says(claim, points, limits):
    low, central, high = points
    found = bounds(central, low, high) if limits else Interval(central, low, high)
    one = basis(claim, found)
    verdict = judge_basis(claim, found)
    assert (one.inward is None) == (verdict == "supported") == (one.leaving is not None)
    assert (one.outward is None) == (verdict == "contradicted")
    if one.inward and not limits:
        there = one.inward.edge
        assert judge_basis(claim, exact(there)) == "supported"
    low_edge, high_edge = claim.edges
    if one.outward and low_edge < high_edge:  # moved as a whole, and a little past the edge
        past = 1e-6 if one.outward.edge == high_edge else -1e-6
        shift = one.outward.difference + past
        moved = Interval(central + shift, low + shift, high + shift)
        assert judge_basis(claim, moved) == "contradicted"


@pytest.mark.parametrize(
    ("claim", "found", "expected"),
    [
        (LEAST, exact(0.0625), "supported at 50.0%, 8.00 times the 6.2% found"),
        (LEAST, exact(-0.1), "supported at 50.0%, 60.0 percentage points above the −10.0% found"),
        (LEAST, exact(0.9), "no longer supported below 50.0%, 0.556 times the 90.0% found"),
        (LEAST, exact(0.499), "supported at 50.0%, 0.100 percentage points above the 49.9% found"),
        (MOST, exact(480.0), "supported at 12.0 W, 1/40.0 of the 480 W found"),
        (THREE, exact(1), "supported at 3, 2 more than the 1 found"),
        (THREE, exact(3), "no longer supported other than the 3 found"),
        (LEAST, exact(0.5), "no longer supported below the 50.0% found"),
        (MOST, exact(12.0), "no longer supported above the 12.0 W found"),
        (
            LEAST,
            Interval(0.2, 0.1, 0.25),
            "supported at 50.0%, 2.50 times the 20.0% found"
            " (within-uncertainty with its upper end at 50.0%, 2.00 times the 25.0% found)",
        ),
        (
            LEAST,
            bounds(0.5, 0.0, 1.0),
            "supported with its lower end at 50.0%, 50.0 percentage points above the 0.0% found;"
            " contradicted with its upper end below 50.0%, 0.500 times the 100% found",
        ),
    ],
)
def test_words_of_one_basis(claim, found, expected):
    narrow = basis_text(basis(claim, found)).replace("\N{NARROW NO-BREAK SPACE}", " ")
    assert narrow == expected


def test_digits_are_added_until_value_and_edge_differ():
    close = Claim("close", 8.0, "at_least", 0.0, "ratio")
    said = basis_text(basis(close, exact(7.999)))
    assert said == "supported at 8.000×, 0.00100 more than the 7.999× found"


def test_a_claim_that_holds_names_the_basis_nearest_to_failing():
    # 7 -> 6 is a factor of 1.17, 8 -> 10 one of 1.25
    said = condition([basis(TIMES, exact(8), "far"), basis(TIMES, exact(7), "near", own=True)])
    assert said == (
        "Holds on both bases. No longer supported if the nearest to the edge,"
        " “near” (the essay's own), came below 6.00×, 0.857 times the 7.00× found."
    )


def test_a_contradicted_claim_names_own_nearest_and_farthest_basis():
    rows = [("middle", 3.0, True), ("farthest", 1.0, False), ("nearest", 5.0, False)]
    said = condition([basis(TIMES, exact(v), label, own) for label, v, own in rows])
    assert said == (
        "Supported if all 3 bases came to 6.00 to 10.0×:"
        " “middle” (the essay's own) at 6.00×, 2.00 times the 3.00× found;"
        " “nearest” (the nearest) at 6.00×, 1.20 times the 5.00× found;"
        " “farthest” (the farthest) at 6.00×, 6.00 times the 1.00× found."
    )


def test_a_doubtful_claim_can_turn_both_ways():
    rows = [Interval(4, 3, 7), Interval(5, 4, 9)]  # below 6, upper ends in the band
    said = condition([basis(TIMES, found, f"b{found.central}") for found in rows])
    assert said.endswith(  # 9 -> 6 is a factor of 1.5, 7 -> 6 one of 1.17
        "Contradicted if all left it: “b5” (the farthest) with its upper end below 6.00×,"
        " 0.667 times the 9.00× found."
    )


def test_a_claim_that_depends_names_the_bases_and_the_way_to_agreement():
    rows = [("yes", 8.0), ("no", 2.0), ("hardly", 5.0), ("over", 20.0)]
    said = condition([basis(TIMES, exact(v), label, label == "yes") for label, v in rows])
    assert said == (
        "Holds on “yes” (the essay's own). Fails on “no”; “hardly”; “over”."
        " Supported if all came to 6.00 to 10.0×: “no” (the farthest) at 6.00×,"
        " 3.00 times the 2.00× found."  # 5 needs 1.2, 20 needs 1/2
        " Contradicted if all left it: “yes” (the essay's own) above 10.0×,"
        " 1.25 times the 8.00× found."  # to 6 it would be a factor of 1.33
    )


def test_many_bases_of_one_kind_are_counted():
    rows = [basis(TIMES, exact(1 + k / 10), f"no {k}") for k in range(4)]
    said = condition([basis(TIMES, exact(8), "yes"), *rows])
    assert "Holds on “yes”. Fails on the other 4." in said
    both = condition([*(basis(TIMES, exact(8), f"yes {k}") for k in range(4)), *rows])
    assert "Holds on “yes 0”; “yes 1”; “yes 2”; “yes 3”. Fails on the other 4." in both


def test_a_brief_sentence_counts_what_the_long_one_names():
    rows = [basis(LEAST, exact(0.9), "yes"), basis(LEAST, Interval(0.2, 0.1, 0.25), "no")]
    said = condition(rows, brief=True)
    assert said == (
        "Holds on 1 of 2 bases. Supported if all came to 50.0% or more: “no” at 50.0%, 2.50 times"
        " the 20.0% found. Contradicted if all left it: “yes” below 50.0%, 0.556 times the 90.0%"
        " found."
    )
    assert "within-uncertainty" in condition([rows[1], rows[1]])
    assert "within-uncertainty" not in condition([rows[1], rows[1]], brief=True)


def test_a_claim_without_results_says_so():
    assert condition([], 2) == "Needs a result: no basis was computed in this run."
    assert condition([basis(TIMES, exact(8))], 2).endswith(" Not computed in this run: 2 more.")


# ---- the tables


@pytest.fixture(scope="module")
def recorded():
    return [results.load(path) for path in sorted(REFERENCE.glob("0*.json"))]


@pytest.fixture(scope="module")
def found(recorded):
    return results.intervals(recorded)


def test_every_claim_of_the_reference_says_what_would_turn_it(found):
    ledger = claims.ledger(found).set_index("claim_id")
    assert ledger["flip"].str.len().gt(20).all()
    numeric = ledger[ledger["test"] == "number"]["flip"]
    assert numeric.str.contains(r" found[.);]").all()
    assert not numeric.str.contains(r"\bnan\b|\binf\b|None|unknown|no limit").any()


def test_every_basis_of_the_reference_says_what_would_turn_it(found):
    judged = claims.judge_bases(found)
    assert judged["flip"].str.contains("supported").all()
    assert set(judged["flip_end"]) <= {"central", "lower", "upper"}
    positive = judged.dropna(subset=["flip_ratio"])
    assert len(positive) > 100
    moved = positive["flip_from"].astype(float) * positive["flip_ratio"].astype(float)
    assert moved.to_numpy() == pytest.approx(positive["flip_to"].astype(float).to_numpy())


def test_a_sentence_is_written_only_where_no_number_tests():
    table = data.load("claims").set_index("claim_id")
    written = table["flip"].notna()
    assert (written == (table["test"] != "number")).all()
    sentences = table.loc[written, "flip"]
    assert sentences.str.endswith(".").all()
    assert sentences.is_unique


def test_the_answer_of_the_lead_claim_is_the_arithmetic_of_its_share(found):
    share = found["02_token_cost:cn_electricity_cost_share"].central
    judged = (
        claims.judge_bases(found).set_index("result").loc["02_token_cost:cn_electricity_cost_share"]
    )
    assert judged["flip_ratio"] == pytest.approx(0.5 / share)
    assert judged["flip_end"] == "central"


def quantities(recorded, notebook):
    content = next(c for c in recorded if c["notebook"] == notebook)
    return {row["name"]: Recorded(**row) for row in content["quantities"]}


@pytest.mark.parametrize(
    "notebook", ["01_openrouter_share", "02_token_cost", "03_bitcoin_vs_tokens"]
)
def test_a_notebook_lists_its_claims_as_the_report_judges_them(recorded, found, notebook):
    own = claim_table.table(notebook, quantities(recorded, notebook)).set_index("claim_id")
    ledger = claims.ledger(found).set_index("claim_id")
    assert list(own.index) == list(ledger.index[ledger["notebook"] == notebook])
    here = own[~own["verdict"].str.startswith("see ")]
    assert (here["verdict"] == ledger.loc[here.index, "verdict"]).all()
    assert (here["flip"].str.len() <= ledger.loc[here.index, "flip"].str.len()).all()
    cited = here.index[ledger.loc[here.index, "test"] != "number"]
    assert (here.loc[cited, "flip"] == ledger.loc[cited, "flip"]).all()
    numbers = [int(n) for n in re.findall(r"\d+", claim_table.takeaway(own))]
    assert numbers[0] == len(own) == sum(numbers[1:])
    assert str(len(own)) in claim_table.caption(own)


def test_a_claim_judged_elsewhere_points_there(recorded):
    own = claim_table.table("02_token_cost", quantities(recorded, "02_token_cost"))
    row = own.set_index("claim_id").loc["dozen_companies"]
    assert set(row[["found", "verdict", "flip"]]) == {"see 01_openrouter_share"}


def test_without_quantities_the_table_stands_all_the_same():
    own = claim_table.table("03_bitcoin_vs_tokens", {}).set_index("claim_id")
    assert own.loc["btc_china_70", "flip"].startswith("Needs a result")
    assert not own.isna().any().any()

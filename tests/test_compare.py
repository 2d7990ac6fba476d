"""Two reports side by side: every kind of difference is found, and nothing else."""

import json

import compare_toys as toys
import pytest
from compare_toys import NOTEBOOK, VALUES
from hypothesis import given
from hypothesis import strategies as st

from token_exports import compare
from token_exports.compare import CompareError, machine, moves, words
from token_exports.compare.settings import Given, differing
from token_exports.results import Results
from token_exports.uncertainty import Interval, Kind, bounds, exact


@pytest.fixture
def pair(tmp_path):
    """Compare the toy with one that differs as said."""

    def compared(**other):
        first = compare.report(toys.write(tmp_path / "first"))
        return compare.compare(first, compare.report(toys.write(tmp_path / "second", **other)))

    return compared


def recorded(**values):
    found = Results(NOTEBOOK, "What does a token cost?")
    for name, value in values.items():
        found.add(name, value, f"Label of {name}")
    return [found.as_dict()]


def only(before, after, **options):
    (move,) = moves(recorded(cost_usd=before), recorded(cost_usd=after), **options)
    return move


def names(found):
    return [move.row.name for move in found]


# ---- quantities


def test_a_report_does_not_differ_from_itself(pair):
    same = pair()
    found = machine.plain(same)
    differences = ("settings", "quantities", "headlines", "answers", "claims", "inputs")
    assert {name: found[name] for name in differences} == {name: [] for name in differences}
    assert found["figures"]["same"] == ["02_cost", "02_parts"]
    assert found["quantity_count"] == len(VALUES)


def test_a_move_by_hand():
    move = only(Interval(2, 1, 3), Interval(5, 4, 6.5))
    assert move.difference == 3
    assert move.relative_share == 1.5  # 3 over 2
    assert move.interval_ratio == 3 / 2.5  # over the wider interval
    assert move.apart  # 3 < 4


@pytest.mark.parametrize(
    ("before", "after", "apart"),
    [
        (Interval(2, 1, 3), Interval(4, 3, 5), False),  # they share one value
        (Interval(2, 1, 3), Interval(4, 3.1, 5), True),
        (Interval(4, 3.1, 5), Interval(2, 1, 3), True),
        (exact(2), Interval(4, 3, 5), True),
        (exact(2), exact(3), False),  # there is no interval
    ],
)
def test_intervals_are_apart_when_they_share_no_value(before, after, apart):
    assert only(before, after).apart is apart


def test_a_move_from_zero_has_no_relative_size():
    move = only(exact(0), exact(3))
    assert move.relative_share is None
    assert words.relative(move) == "from zero"


def test_a_quantity_is_new_or_gone():
    found = moves(recorded(old_usd=1, both_usd=2), recorded(new_usd=1, both_usd=2))
    assert {move.row.name: words.difference(move) for move in found} == {
        "new_usd": "new",
        "old_usd": "gone",
    }
    assert all(move.difference is None and not move.apart for move in found)


def test_an_interval_may_move_without_its_centre():
    move = only(Interval(2, 1, 3), Interval(2, 1, 4))
    assert move.difference == 0
    assert words.difference(move) == "ends only"


def test_bounds_are_another_finding_than_an_interval_of_the_same_ends():
    assert only(bounds(2, 1, 3), Interval(2, 1, 3)).after.kind == Kind.INTERVAL


def test_moves_are_sorted_by_overlap_then_by_relative_size():
    before = recorded(
        small_usd=Interval(100, 1, 200),
        large_usd=Interval(1, 0, 50),
        apart_usd=Interval(10, 9.9, 10.1),
        gone_usd=1,
    )
    after = recorded(
        small_usd=Interval(101, 1, 200),
        large_usd=Interval(30, 0, 50),
        apart_usd=Interval(11, 10.9, 11.1),
    )
    assert names(moves(before, after)) == ["apart_usd", "large_usd", "small_usd", "gone_usd"]


def test_a_move_and_its_way_back_weigh_the_same():
    before, after = recorded(up_usd=1, down_usd=4), recorded(up_usd=2, down_usd=1)
    assert names(moves(before, after)) == ["down_usd", "up_usd"]  # 3 of 4, then 1 of 2
    assert names(moves(after, before)) == ["down_usd", "up_usd"]


@given(
    st.floats(1e-6, 1e6),
    st.floats(0.01, 0.99),
    st.floats(1.01, 100),
    st.floats(1e-12, 1e-3),
)
def test_the_tolerance_is_a_part_of_the_largest_end(central, low, high, tolerance):
    value = Interval(central, central * low, central * high)
    slack = tolerance * value.high

    def moved(by):
        up = Interval(value.central, value.low, value.high + by)
        return moves(recorded(cost_usd=value), recorded(cost_usd=up), tolerance_ratio=tolerance)

    assert not moved(0.5 * slack)
    assert moved(2 * slack)


def test_a_share_moves_by_points():
    assert (
        words.difference(moves(recorded(a_share=0.4), recorded(a_share=0.45))[0]) == "+5.0 points"
    )


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [(2, 3, "+50%"), (4, 3, "−25%"), (2, 50, "25.0×"), (-1, 1, "+200%"), (100, 100.5, "+0.50%")],
)
def test_a_relative_move_in_words(before, after, said):
    assert words.relative(only(exact(before), exact(after))) == said


# ---- settings


def given_(overrides=(), **own):
    return Given({NOTEBOOK: {**own, "overrides": dict(overrides)}}, {"seed": "command line"})


def test_a_setting_comes_with_its_origin(pair):
    made_from = {
        "parameters": {NOTEBOOK: {"seed": 1, "cn_electricity": "hub", "overrides": {}}},
        "origin": {"cn_electricity": "command line"},
    }
    found = {row.name: row for row in pair(made_from=made_from).settings}
    price = found["cn_electricity"]
    assert (price.before, price.before_origin) == ("national", "scenario baseline")
    assert (price.after, price.after_origin) == ("hub", "command line")
    assert price.notebooks == {NOTEBOOK}
    assert set(found) == {"cn_electricity", "top_n"}  # the other notebook is gone


def test_an_assumption_that_one_run_replaces_differs_from_the_table():
    (row,) = differing(given_(), given_({"pue_ratio": [1.1, 1.2, 1.4]}))
    assert (row.before, row.before_origin) == ("as in the table", "assumptions.csv")
    assert row.after == "1.1 to 1.2 to 1.4"
    assert differing(given_({"pue_ratio": 1.2}), given_({"pue_ratio": 1.2})) == []


def test_a_row_of_the_assumptions_counts_as_a_setting(pair):
    edited = toys.ASSUMPTIONS.replace("1.2,1.3", "1.2,1.5") + "life_years,,x,1,2,3\n"
    found = {r.name: (r.before, r.after) for r in pair(tables={"assumptions": edited}).settings}
    assert found == {
        "pue_ratio.cn": ("1.1 to 1.2 to 1.3", "1.1 to 1.2 to 1.5"),
        "life_years.x": ("no row", "1 to 2 to 3"),
    }


def test_a_move_names_what_may_have_caused_it(pair):
    inputs = {**toys.MADE_FROM["inputs"], "data/prices.csv": "c" * 64, "data/other.csv": "d" * 64}
    parameters = {
        "01_openrouter_share": {"top_n": 5, "overrides": {}},
        NOTEBOOK: {"seed": 2, "cn_electricity": "national", "overrides": {}},
    }
    made_from = {"inputs": inputs, "parameters": parameters}
    compared = pair(values={**VALUES, "models_count": exact(5)}, made_from=made_from)
    (move,) = compared.moves
    assert compared.because(move) == ["seed", "prices"]  # neither top_n nor the other table


# ---- headlines, verdicts


def test_headlines_are_the_moves_of_key_numbers(pair):
    moved = {**VALUES, "unit_cost_usd": Interval(9, 8, 10), "models_count": exact(5)}
    compared = pair(values=moved, answer="It is **nine** dollars.")
    assert names(compared.headlines) == ["unit_cost_usd"]
    assert set(names(compared.moves)) == {"unit_cost_usd", "models_count"}
    assert [(a["answer"][:11], b["answer"][:12]) for a, b in compared.answers] == [
        ("It is **two", "It is **nine")
    ]


def test_a_headline_that_is_gone_is_a_headline(pair):
    compared = pair(values={k: v for k, v in VALUES.items() if k != "unit_cost_usd"})
    assert names(compared.headlines) == ["unit_cost_usd"]


def test_a_changed_verdict_names_the_basis_that_flips(pair):
    compared = pair(values={**VALUES, "power_share": Interval(0.2, 0.1, 0.3)})
    (turn,) = compared.turns
    assert turn.verdicts == ("depends-on-basis", "contradicted")
    (flip,) = turn.flips
    assert flip.own
    said = words.flip(flip)
    assert "“Of the two parts”, the essay's own," in said
    assert "supported (60.0% (55.0% to 70.0%)) → contradicted (20.0% (10.0% to 30.0%))" in said
    assert words.reason(turn) == "1 of 2 bases flips."
    assert words.stated(turn.row) == ("at least 50.0%, tolerance 2.0%: supported by 49.0% or more")


def test_a_basis_may_flip_below_an_unchanged_verdict(pair):
    compared = pair(values={**VALUES, "power_of_all_share": Interval(0.45, 0.4, 0.5)})
    (turn,) = compared.turns
    assert turn.verdicts == ("depends-on-basis", "depends-on-basis")
    assert not turn.changed
    assert [flip.row["basis"] for flip in turn.flips] == ["Of all"]


def test_a_basis_without_a_result_is_not_computed(pair):
    compared = pair(values={k: v for k, v in VALUES.items() if k != "power_of_all_share"})
    (turn,) = compared.turns
    assert turn.verdicts == ("depends-on-basis", "supported")
    assert words.flip(turn.flips[0]).endswith("→ not computed")


def test_a_claim_that_is_stated_otherwise_says_so(pair):
    compared = pair(stated=0.2)
    (turn,) = compared.turns
    assert turn.restated
    assert "Stated otherwise: at least 50.0%" in words.reason(turn)
    assert "→ at least 20.0%" in words.reason(turn)


def test_a_claim_may_come_or_go(tmp_path):
    first, second = (toys.write(tmp_path / name) for name in ("first", "second"))
    table = second / "tables" / "claims.csv"
    header, numeric, _ = table.read_text().splitlines()
    table.write_text(f"{header}\n{numeric}\n")
    (gone,) = compare.compare(compare.report(first), compare.report(second)).turns
    (come,) = compare.compare(compare.report(second), compare.report(first)).turns
    assert (gone.verdicts, words.reason(gone)) == (("cited: for", ""), "The claim is gone.")
    assert (come.verdicts, words.reason(come)) == (("", "cited: for"), "The claim is new.")


def test_evidence_may_turn_a_claim_that_no_number_tests(tmp_path):
    first, second = (toys.write(tmp_path / name) for name in ("first", "second"))
    table = second / "tables" / "claims.csv"
    table.write_text(table.read_text().replace("cited: for", "cited: mixed"))
    (turn,) = compare.compare(compare.report(first), compare.report(second)).turns
    assert turn.verdicts == ("cited: for", "cited: mixed")
    assert words.reason(turn).startswith("No basis flips: the evidence")
    assert words.stated(turn.row) == ""


# ---- inputs, figures


def test_versions_libraries_notebooks_and_tables_differ_by_name(pair):
    inputs = {"data/prices.csv": "c" * 64, f"notebooks/{NOTEBOOK}.ipynb": "d" * 64}
    inputs["data/scenarios/b.yaml"] = "e" * 64  # its settings are told, so not the file
    made_from = {
        "commit": "fedcba9876543210",
        "uncommitted_changes": True,
        "libraries": {"numpy": "2.1.0", "pandas": "3.0.0"},
        "inputs": inputs,
    }
    compared = pair(made_from=made_from, tables={"prices": "place,usd\ncn,3\nus,2\nde,4\n"})
    found = {i.name: (i.kind, i.before, i.after, i.rows) for i in compared.inputs}
    commits = ("0123456789ab", "fedcba987654 with uncommitted changes")
    assert found == {
        "commit": ("version", *commits, ""),
        "numpy": ("library", "2.0.0", "2.1.0", ""),
        "pandas": ("library", "", "3.0.0", ""),
        "data/prices.csv": ("table", "a" * 12, "c" * 12, "+2 −1"),
        f"notebooks/{NOTEBOOK}.ipynb": ("notebook", "b" * 12, "d" * 12, ""),
    }


def test_figures_are_paired_by_name(pair):
    compared = pair(lines={"cost": 100, "parts": 60, "new": 1})
    found = machine.plain(compared)["figures"]
    assert found["same"] == ["02_cost"]
    assert found["differ"] == ["02_parts"]
    assert (found["only_before"], found["only_after"]) == ([], ["02_new"])


def test_a_figure_with_other_words_is_another_figure(tmp_path):
    first, second = (toys.write(tmp_path / name) for name in ("first", "second"))
    file = second / "results" / f"{NOTEBOOK}.json"
    file.write_text(file.read_text().replace("Line of parts", "Line of pieces"))
    compared = compare.compare(compare.report(first), compare.report(second))
    assert [pair.stem for pair in compared.pictures if not pair.same] == ["02_parts"]


# ---- machines


def test_the_comparison_is_plain_json(pair):
    values = {**VALUES, "power_share": Interval(0.2, 0.1, 0.3)}
    compared = pair(values=values, stated=0.4, lines={"cost": 1})
    found = json.loads(json.dumps(machine.plain(compared), allow_nan=False))
    (row,) = found["quantities"]
    assert row["result"] == f"{NOTEBOOK}:power_share"
    assert row["before"] == {"central": 0.6, "low": 0.55, "high": 0.7, "kind": "interval"}
    assert row["difference"] == pytest.approx(-0.4)
    (claim,) = found["claims"]
    assert (claim["before"], claim["after"]) == ("depends-on-basis", "depends-on-basis")
    assert claim["stated_value"] == 0.4
    assert {flip["basis_id"] for flip in claim["flips"]} == {"b01", "b02"}


# ---- reports that are not whole


@pytest.mark.parametrize(
    ("missing", "says"),
    [
        ("manifest.json", "holds no finished report: no manifest.json"),
        (f"results/{NOTEBOOK}.json", "holds no results"),
        ("tables/claims.csv", "is no whole report"),
    ],
)
def test_a_report_that_is_not_whole_is_refused(tmp_path, missing, says):
    folder = toys.write(tmp_path / "report")
    (folder / missing).unlink()
    with pytest.raises(CompareError, match=says):
        compare.report(folder)


@pytest.mark.parametrize(
    ("text", "says"), [("{", "is no manifest"), ('{"scenario": "x"}', "does not say: commit")]
)
def test_a_broken_manifest_is_refused(tmp_path, text, says):
    folder = toys.write(tmp_path / "report")
    (folder / "manifest.json").write_text(text)
    with pytest.raises(CompareError, match=says):
        compare.report(folder)

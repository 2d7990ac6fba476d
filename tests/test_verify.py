"""Verifying finds whatever moved against the committed results, and leaves nothing behind."""

import tempfile

import compare_toys as toys
import pytest
import toys as notebooks
from compare_toys import NOTEBOOK, VALUES

from token_exports import cli, compare, paths
from token_exports.compare.repeated import TOLERANCE_RATIO
from token_exports.run import compared, verify
from token_exports.uncertainty import Interval, exact


@pytest.fixture
def again(home, monkeypatch):
    """Committed toy results, and a new run that gives what a test says."""
    toys.keep(toys.write(home / "first"), home / "reports" / "reference")

    def gives(**other):
        made = compare.report(toys.write(home / "second", **other))
        monkeypatch.setattr(verify, "_rerun", lambda folder, progress: made)

    return gives


@pytest.fixture
def verified(monkeypatch, capsys):
    """Run the command; its exit status and what it printed."""

    def run():
        monkeypatch.setattr("sys.argv", ["token-exports", "verify"])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        answer = capsys.readouterr()
        return ended.value.code or 0, answer.out + answer.err

    return run


def scaled(factor):
    value = VALUES["unit_cost_usd"]
    moved = Interval(value.central * factor, value.low, value.high)
    return {**VALUES, "unit_cost_usd": moved}


def test_equal_results_are_reproduced(again, verified):
    again()
    status, said = verified()
    assert status == 0
    assert said.strip() == ("reproduces reports/reference: 4 quantities, 2 verdicts within 1e-9")


@pytest.mark.parametrize(("factor", "status"), [(1 + 1e-10, 0), (1 + 1e-8, 1)])
def test_the_tolerance_is_the_one_that_is_printed(again, verified, factor, status):
    assert TOLERANCE_RATIO == 1e-9
    again(values=scaled(factor))
    assert verified()[0] == status


def test_what_moved_is_printed_from_old_to_new_the_largest_first(again, verified):
    again(values={**scaled(1.0000001), "models_count": exact(8)})
    status, said = verified()
    assert status == 1
    lines = [line for line in said.splitlines() if line.startswith(NOTEBOOK)]
    assert [line.split()[0].partition(":")[2] for line in lines] == [
        "models_count",
        "unit_cost_usd",
    ]
    assert "2 (1 to 3)  2.0000002 (1 to 3)" in lines[1]  # all digits, or nothing would show
    assert "differs from reports/reference beyond 1e-9: 2 quantities, 0 claims, 0 answers" in said


@pytest.mark.parametrize(
    ("other", "says"),
    [
        ({"values": {**VALUES, "new_usd": exact(1)}}, "not recorded"),
        ({"values": {k: v for k, v in VALUES.items() if k != "models_count"}}, "gone"),
        ({"answer": "It is **three** dollars."}, "It is **three** dollars."),
        ({"stated": 0.2}, "depends-on-basis → supported"),
    ],
)
def test_names_answers_and_verdicts_have_to_be_the_same(again, verified, other, says):
    again(**other)
    status, said = verified()
    assert status == 1
    assert says in said


def test_without_committed_results_it_says_how_to_make_them(home, verified):
    status, said = verified()
    assert status == 2
    assert "nothing to verify against" in said
    assert "make reference writes it" in said


def test_settings_of_the_environment_are_refused(again, verified, monkeypatch):
    again()
    monkeypatch.setenv("TOKEN_EXPORTS_SET", "top_n=5")
    status, said = verified()
    assert status == 2
    assert "TOKEN_EXPORTS_SET is set" in said


@pytest.mark.slow
def test_scenarios_are_built_compared_and_verified(home, monkeypatch, tmp_path):
    notebooks.write(home / "notebooks")
    page, found = compared.compare("baseline", "us_power")
    assert page == paths.reports() / "compare-baseline-us_power" / "compare.html"
    origins = {row.name: (row.before_origin, row.after_origin) for row in found.settings}
    assert origins["cn_electricity"] == ("scenario baseline", "scenario us_power")
    assert found.moves == []
    toys.keep(paths.reports() / "baseline", paths.reports() / "reference")
    before = sorted(paths.reports().iterdir())
    own = tmp_path / "temporary"
    own.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(own))
    done = verify.verify()
    assert done.same
    assert done.quantity_count == 3
    assert sorted(paths.reports().iterdir()) == before
    assert [path for path in own.iterdir() if path.name.startswith("token-exports-")] == []

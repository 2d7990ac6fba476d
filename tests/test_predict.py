"""Predictions at the command line: both paths, intervals, and what is refused."""

import json

import pytest
from click.testing import CliRunner

from token_exports import cli, predict
from token_exports.parameters import ParameterError
from token_exports.predict import Question, answer
from token_exports.serving import ServingError

FEW = ["n_draws=200"]
ASKED = {
    "model": "minimax-m2.5",
    "accelerator": "h100-sxm",
    "input_tokens": 8192.0,
    "output_tokens": 1024.0,
    "interactivity_tok_per_s_per_user": 60.0,
    "serving": "together",
}


def found(settings=(), **changes):
    return answer(Question(**(ASKED | changes)), [*FEW, *settings])


@pytest.fixture(scope="module")
def plain():
    return found()


def test_every_class_has_rate_energy_and_cost_in_order(plain):
    assert set(plain["classes"]) == {"fresh_prompt", "cache_read", "output"}
    for row in plain["classes"].values():
        for unit in ("tok_per_s_per_gpu", "j_per_token", "usd_per_mtok"):
            assert 0 < row[unit]["low"] <= row[unit]["central"] <= row[unit]["high"]


def test_a_request_costs_its_tokens(plain):
    # 8,192 fresh prompt and 1,024 written tokens, none cached
    classes = plain["classes"]
    prompt, written = (classes[n]["usd_per_mtok"]["central"] for n in ("fresh_prompt", "output"))
    expected = (8192 * prompt + 1024 * written) / 1e6
    assert plain["whole"]["request_cost_usd"]["central"] == pytest.approx(expected)


def test_a_cached_prompt_makes_the_request_cheaper(plain):
    cached = found(cached_share=0.8)["whole"]["request_cost_usd"]["central"]
    assert cached < plain["whole"]["request_cost_usd"]["central"]


def test_both_paths_stand_side_by_side_with_their_rows(plain):
    measured = plain["measured"]
    assert measured["rows"]
    output = plain["whole"]["output_tok_per_s_per_gpu"]
    assert output["low"] < measured["output_tok_per_s_per_gpu"] < output["high"]
    assert plain["provenance"]["engine_class"] == "hopper/8/together/MiniMax-M2.5"


def test_a_point_that_nobody_measured_says_what_was():
    assert "measured: h100-sxm fp8 8192" in found(input_tokens=5000.0)["measured"]["reason"]
    assert not found(interactivity_tok_per_s_per_user=20.0)["measured"]["rows"]


def test_an_assumption_moves_the_cost_and_not_the_rate(plain):
    dear = found(["electricity_price_usd_per_kwh=1"])
    for name, row in dear["classes"].items():
        before = plain["classes"][name]
        assert row["usd_per_mtok"]["central"] > before["usd_per_mtok"]["central"]
        assert row["tok_per_s_per_gpu"] == before["tok_per_s_per_gpu"]


def test_benchmarks_that_were_not_public_are_not_used():
    early = found(["as_of=2026-02-20"])
    assert early["provenance"]["engine_benchmarks_count"] > 0
    assert "reason" in early["measured"]


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"model": "minimax-m25"}, "did you mean 'minimax-m2.5'"),
        ({"serving": "wild"}, "no serving 'wild'; did you mean 'wide'"),
        ({"region": "uk"}, "no region 'uk'"),
        ({"accelerator": "h20"}, "no row of gpu_price_usd for us"),
        ({"interactivity_tok_per_s_per_user": 1e4}, "one sequence alone would get"),
    ],
)
def test_what_cannot_be_is_refused_with_a_way_out(changes, fault):
    with pytest.raises(ServingError, match=fault):
        found(**changes)


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"input_tokens": 0.0}, "input-len = 0: must be above zero"),
        ({"output_tokens": float("nan")}, "output-len = nan"),
        ({"cached_share": 1.0}, "cached = 1: must lie"),
    ],
)
def test_impossible_numbers_are_refused(changes, fault):
    with pytest.raises(ParameterError, match=fault):
        found(**changes)


def options(**changes):
    given = {"model": "minimax-m2.5", "accelerator": "h100-sxm", "input-len": "8192"}
    given |= {"output-len": "1024", "serving": "together"} | changes
    return ["predict", "--set", FEW[0], *(w for k, v in given.items() for w in (f"--{k}", v))]


def test_the_command_prints_both_paths():
    shown = CliRunner().invoke(cli.app, options(interactivity="60"))
    assert shown.exit_code == 0
    for words in ("MiniMax-M2.5 on h100-sxm", "fresh prompt", "measured: ", "ixb_m25_h100"):
        assert words in shown.stdout


def test_the_command_prints_json_for_machines():
    shown = CliRunner().invoke(cli.app, [*options(), "--json"])
    assert json.loads(shown.stdout)["asked"]["model"] == "MiniMax-M2.5"


def test_an_unknown_name_ends_with_status_two(monkeypatch, capsys):
    monkeypatch.setattr("sys.argv", ["token-exports", *options(model="glm-55")])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == cli.USAGE_STATUS
    assert "did you mean 'glm-5'" in capsys.readouterr().err


def test_an_interval_without_width_prints_once():
    assert predict.shown({"central": 2.0, "low": 2.0, "high": 2.0}, "usd_per_mtok") == "2.00"

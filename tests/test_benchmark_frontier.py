"""Throughput read between published points."""

import numpy as np
import pandas as pd
import pytest

from token_exports import data
from token_exports.models import benchmark_frontier as frontier
from token_exports.models.benchmark_frontier import FrontierError


def rows(*values):
    """Points of user speed and total tokens, 8 prompt tokens for a written one."""
    table = pd.DataFrame(values, columns=["benchmark_id", frontier.SPEED, "throughput"])
    return table.rename(columns={"throughput": "throughput_tok_per_s_per_gpu"}).assign(
        model="m",
        accelerator="chip",
        precision="nvfp4",
        input_tokens=8_000.0,
        output_tokens=1_000.0,
        phase="mixed",
        accelerators_basis="all",
        tokens_basis="total",
    )


ASKED = {
    "model": "m",
    "accelerator": "chip",
    "precision": "fp4",
    "input_tokens": 8_000,
    "output_tokens": 1_000,
}
TABLE = rows(("a", 10.0, 9_000.0), ("b", 40.0, 2_250.0), ("beaten", 20.0, 1_000.0))
EDGE = frontier.frontier(frontier.select(TABLE, **ASKED))


def test_a_beaten_point_is_not_on_the_frontier():
    assert list(EDGE["benchmark_id"]) == ["a", "b"]


def test_between_two_points_by_hand():
    # written tokens 9,000 / 9 = 1,000 and 250; 20 is the geometric middle of 10 and 40, and so is
    # sqrt(1,000 x 250) = 500 of the rates
    found = frontier.at_speed(EDGE, 20.0)
    assert found.output_tok_per_s_per_gpu == pytest.approx(500)
    assert found.total_tok_per_s_per_gpu == pytest.approx(4_500)
    assert found.rows == ("a", "b")


def test_at_a_point_only_that_row_counts():
    found = frontier.at_speed(EDGE, 40.0)
    assert (found.output_tok_per_s_per_gpu, found.rows) == (pytest.approx(250), ("b",))


@pytest.mark.parametrize("speed", [9.99, 40.01])
def test_nothing_is_known_beyond_the_ends(speed):
    found = frontier.at_speed(EDGE, speed)
    assert np.isnan(found.output_tok_per_s_per_gpu)
    assert found.rows == ()
    assert (found.slowest_tok_per_s_per_user, found.fastest_tok_per_s_per_user) == (10, 40)


def test_rows_of_other_bases_are_left_out():
    decode = rows(("c", 5.0, 99_000.0)).assign(accelerators_basis="decode")
    known = frontier.points(pd.concat([TABLE, decode]))
    assert "c" not in set(known["benchmark_id"])


def test_written_tokens_are_taken_as_they_are():
    plain = rows(("d", 10.0, 700.0)).assign(tokens_basis="output")
    assert frontier.points(plain)["output"].tolist() == [700.0]


def test_what_was_not_measured_lists_what_was():
    with pytest.raises(FrontierError, match=r"no benchmark of m other .*measured: chip fp4"):
        frontier.select(TABLE, **(ASKED | {"accelerator": "other"}))


def test_m25_on_h100_between_two_published_points():
    asked = ASKED | {"model": "MiniMax-M2.5", "accelerator": "h100-sxm", "precision": "fp8"}
    asked |= {"input_tokens": 8_192, "output_tokens": 1_024}
    edge = frontier.frontier(frontier.select(data.load("serving_benchmarks"), **asked))
    # 1,707.6 / 9 = 189.733 at 49.70 and 1,193.7 / 9 = 132.633 at 69.09 tokens a second; at 50
    # ln(50/49.70) / ln(69.09/49.70) = 0.018267 of ln(132.633/189.733) = -0.358008
    # 189.733 x exp(-0.0065397) = 188.496
    found = frontier.at_speed(edge, 50.0)
    assert found.output_tok_per_s_per_gpu == pytest.approx(188.496, rel=1e-4)
    assert found.rows == ("ixb_m25_h100_fp8_c32", "ixb_m25_h100_fp8_c16")

"""Draws have the stated points, streams belong to their row, intervals hold their centre."""

from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from token_exports import uncertainty
from token_exports.uncertainty import Interval, Kind

POINTS = np.array([-uncertainty.Z_95, 0.0, uncertainty.Z_95])  # 5%, 50%, 95% of a normal


def test_the_quantile_is_that_of_the_normal_distribution():
    assert pytest.approx(NormalDist().inv_cdf(0.95), abs=1e-12) == uncertainty.Z_95


@pytest.mark.parametrize(
    ("shape", "low", "central", "high"),
    [
        (uncertainty.two_piece, -3, 1, 2),
        (uncertainty.lognormal, 20_000, 27_000, 38_000),
        (uncertainty.lognormal, 0.02, 0.05, 5),
        (uncertainty.lognormal, 3, 3, 4),  # no width below the centre
        (uncertainty.logit_normal, 0.05, 0.35, 0.9),
        (uncertainty.logit_normal, 0.97, 0.99, 0.995),
    ],
)
def test_draws_hit_the_three_stated_points(shape, low, central, high):
    assert shape(POINTS, low, central, high) == pytest.approx([low, central, high])


def test_the_shapes_widths_by_hand():
    # one more 95% step above the centre: x 4 / 2 again for the lognormal, + 1 for the plain shape
    z = np.array([2 * uncertainty.Z_95])
    assert uncertainty.lognormal(z, 1, 2, 4) == pytest.approx(8)
    assert uncertainty.two_piece(z, 0, 2, 3) == pytest.approx(4)
    # odds 1, then 3 at a share of 0.75, then 9: a share of 0.9
    assert uncertainty.logit_normal(z, 0.25, 0.5, 0.75) == pytest.approx(0.9)


ordered = st.lists(st.floats(0.01, 0.99), min_size=3, max_size=3).map(sorted)


@given(ordered, st.floats(-5, 5))
def test_a_share_stays_a_share_and_a_price_stays_positive(points, z):
    assert 0 < uncertainty.logit_normal(np.array([z]), *points)[0] < 1
    assert uncertainty.lognormal(np.array([z]), *points)[0] > 0


@given(ordered, st.floats(-5, 5), st.floats(0, 5))
def test_a_larger_normal_gives_no_smaller_value(points, z, step):
    for shape in (uncertainty.lognormal, uncertainty.logit_normal):
        lower, upper = shape(np.array([z, z + step]), *points)
        assert upper >= lower * (1 - 1e-12)


def test_a_stream_belongs_to_its_label():
    stream = uncertainty.standard_normals(20_000, 1, "pue_ratio/cn/")
    assert (stream == uncertainty.standard_normals(20_000, 1, "pue_ratio/cn/")).all()
    # two independent streams of 20,000 correlate by 1 / sqrt(20,000) = 0.007; five times that
    for other in (
        uncertainty.standard_normals(20_000, 1, "pue_ratio/us/"),
        uncertainty.standard_normals(20_000, 2, "pue_ratio/cn/"),
    ):
        assert abs(np.corrcoef(stream, other)[0, 1]) < 0.035


def test_more_draws_continue_the_stream():
    short, long = (uncertainty.standard_normals(n, 7, "a") for n in (100, 1_000))
    assert (long[:100] == short).all()


def test_interval_by_hand():
    # of 0, 1, ..., 100 the 5%, 50% and 95% points are 5, 50 and 95
    assert uncertainty.interval(np.arange(101.0)) == Interval(50, 5, 95)


@pytest.mark.parametrize(
    ("central", "low", "high"),
    [(60, 5, 95), (2, 2, 95), (99, 5, 99)],  # a centre outside the draws widens the end
)
def test_an_interval_is_widened_to_hold_the_centre(central, low, high):
    assert uncertainty.interval(np.arange(101.0), central) == Interval(central, low, high)


@given(
    st.lists(st.floats(-1e9, 1e9), min_size=1, max_size=40),
    st.none() | st.floats(-1e9, 1e9),
)
def test_an_interval_contains_its_centre(draws, central):
    found = uncertainty.interval(np.array(draws), central)
    assert found.low <= found.central <= found.high
    assert found.kind == Kind.INTERVAL
    assert central is None or found.central == central


def test_a_single_value_has_no_width():
    assert uncertainty.interval(3.0) == Interval(3, 3, 3, Kind.EXACT) == uncertainty.exact(3)


def test_bounds_are_marked_as_such():
    assert uncertainty.bounds(2, 1, 3) == Interval(2, 1, 3, Kind.BOUNDS)


@pytest.mark.parametrize(
    "points", [(1, 2, 3), (3, 1, 2), (1, 0, float("nan")), (float("nan"), 0, 1)]
)
def test_ends_out_of_order_are_refused(points):
    with pytest.raises(ValueError, match="not ordered"):
        Interval(*points)

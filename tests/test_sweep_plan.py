"""Sweep files: their forms, what is refused, the points, and what decides on their content."""

import os
import subprocess
import sys
import time

import numpy as np
import pytest
import yaml
from click.testing import CliRunner
from scipy import special

from token_exports import cli, data, paths, scenarios
from token_exports.run import fingerprint, status
from token_exports.sweep import plan, words
from token_exports.sweep.spec import SweepError

PRICE, SHARE = "electricity_price_usd_per_kwh.cn", "utilisation_share.cn"
COMMITTED = sorted((paths.data() / "sweeps").glob("*.yaml"))
GRID = {SHARE: [0.3, 0.5, 0.7], "cn_accelerator": ["h800-sxm", "h20"]}


@pytest.fixture(autouse=True)
def _no_settings_of_the_machine(monkeypatch):
    monkeypatch.delenv(scenarios.SETTINGS_VARIABLE, raising=False)


@pytest.fixture
def read(tmp_path):
    """Plan of a file with these keys."""

    def write_and_read(text=None, **keys):
        path = tmp_path / "mine.yaml"
        content = text or yaml.safe_dump({"title": "Mine", **keys}, sort_keys=False)
        path.write_text(content, encoding="utf-8")
        return plan.read(path)

    return write_and_read


def drawn(method="latin_hypercube", points=64, **more):
    return {"method": method, "points": points, **more}


def listed(*points):
    return {"sample": {"method": "list"}, "points": list(points)}


def rows(found):
    return list(found.points.itertuples(index=False, name=None))


# ---- points of a grid


def test_the_first_name_of_a_grid_is_the_slowest(read):
    found = read(vary=GRID)
    assert rows(found) == [
        (0.3, "h800-sxm"),
        (0.3, "h20"),
        (0.5, "h800-sxm"),
        (0.5, "h20"),
        (0.7, "h800-sxm"),
        (0.7, "h20"),
    ]
    assert found.points.index.name == "point"
    assert list(found.points.index) == list(range(6))
    assert [str(kind) for kind in found.points.dtypes] == ["float64", "object"]


@pytest.mark.parametrize(
    ("name", "stated", "values"),
    [
        (SHARE, {"from": 0.1, "to": 0.3, "steps": 3}, [0.1, 0.2, 0.3]),
        (PRICE, {"from": 0.02, "to": 2, "steps": 3, "scale": "log"}, [0.02, 0.2, 2.0]),
        (PRICE, {"from": "1e-2", "to": "1e-1", "steps": 2}, [0.01, 0.1]),  # text to YAML
        ("top_n", {"from": 5, "to": 20, "steps": 4}, [5, 10, 15, 20]),
        ("top_n", {"from": 1, "to": 4, "steps": 3}, [1, 2, 4]),  # 2.5 to the nearest even
        ("pue_ratio.cn", "assumed", [1.1, 1.25, 1.45]),
        ("served_in_china.minimax", [0, 0.5, 1], [0.0, 0.5, 1.0]),
        ("pue_ratio.cn", [[1.1, 1.2, 1.3], 1.2], ["1.1:1.2:1.3", "1.2"]),
        ("include_free", [True, "false"], [True, False]),
        ("as_of", [None, "2026-02-26"], ["none", "2026-02-26"]),
        ("top_n", ["9", 10.0], [9, 10]),
    ],
)
def test_the_values_of_an_axis(read, name, stated, values):
    found = list(read(vary={name: stated}).points[name])
    assert found == values
    assert [type(value) for value in found] == [type(value) for value in values]


def test_a_day_needs_no_quotes(read):
    found = read("title: A\nvary: {token_week_end: [2026-02-22, 2026-02-15]}")
    assert list(found.points["token_week_end"]) == ["2026-02-22", "2026-02-15"]
    assert found.settings(1) == ("token_week_end=2026-02-15",)


def test_colons_are_no_hours(read):
    found = read("title: A\nset: {gpu_lifetime_years.cn: 3:5:6}\nvary: {top_n: [5, 6]}")
    assert found.fixed == {"gpu_lifetime_years.cn": "3.0:5.0:6.0"}


# ---- points of a sample


def test_a_latin_hypercube_has_one_point_in_each_stratum(read):
    vary = {SHARE: {"from": 0.2, "to": 0.6}, PRICE: {"from": 0.01, "to": 1, "scale": "log"}}
    found = read(sample=drawn(points=200, seed=3), vary=vary).points
    shares = np.floor((found[SHARE] - 0.2) / 0.4 * 200)
    prices = np.floor(np.log10(found[PRICE] / 0.01) / 2 * 200)
    for strata in (shares, prices):
        assert sorted(strata) == list(range(200))


@pytest.mark.parametrize("method", ["latin_hypercube", "sobol"])
def test_a_sample_is_reproducible_by_its_seed(read, method):
    vary = {SHARE: "assumed", "cn_accelerator": ["h800-sxm", "h20"]}
    first, again, other = (read(sample=drawn(method, seed=s), vary=vary).points for s in (1, 1, 2))
    assert first.equals(again)
    assert not first[SHARE].isin(other[SHARE]).any()
    if method == "sobol":  # balanced in every half
        assert (first["cn_accelerator"] == "h20").sum() == 32


def test_assumed_hits_the_three_points_of_the_belief(read):
    found = read(
        sample=drawn(points=10_000), vary={"gpu_price_usd.cn": "assumed", SHARE: "assumed"}
    )
    expected = {"gpu_price_usd.cn": (22_000, 28_000, 38_000), SHARE: (0.25, 0.55, 0.85)}
    for name, points in expected.items():
        np.testing.assert_allclose(
            found.points[name].quantile([0.05, 0.5, 0.95]), points, rtol=2e-3
        )
        exact = found.axes[name].at(special.ndtr(special.ndtri([0.05, 0.5, 0.95])))
        np.testing.assert_allclose(exact, points, rtol=1e-12)
        ends = found.axes[name].at(np.array([0.0, 1.0]))
        assert np.isfinite(ends).all(), "the belief has no end"


def test_whole_numbers_of_a_sample_are_equally_likely(read):
    vary = {"top_n": {"from": 3, "to": 6}, SHARE: {"from": 0.1, "to": 0.9}}
    found = read(sample=drawn(points=400), vary=vary).points["top_n"]
    assert found.value_counts().to_dict() == {3: 100, 4: 100, 5: 100, 6: 100}
    assert type(found.iloc[0]) is int


# ---- which belief is meant


def test_assumed_follows_what_is_set(read):
    fixed = {"cn_accelerator": "h20"}
    found = read(set=fixed, vary={"gpu_price_usd.cn": "assumed"})
    assert list(found.points["gpu_price_usd.cn"]) == [14_000, 17_000, 20_000]
    found = read(set={"pue_ratio": [1.1, 1.2, 1.3]}, vary={"pue_ratio.cn": "assumed"})
    assert list(found.points["pue_ratio.cn"]) == [1.1, 1.2, 1.3]
    found = read(vary={"load_factor_share": "assumed"})  # one row for both regions
    assert list(found.points["load_factor_share"]) == [0.6, 0.75, 0.9]


def test_what_varies_may_not_choose_the_belief(read):
    chips = {"cn_accelerator": ["h800-sxm", "h20"]}
    with pytest.raises(SweepError, match=r"depends on cn_accelerator and .* fix them"):
        read(vary={"gpu_price_usd.cn": "assumed", **chips})
    found = read(vary={"pue_ratio.cn": "assumed", **chips})  # the same for both
    assert len(found.points) == 6


# ---- settings


def test_settings_read_back_equal(read):
    sample = drawn(points=8)
    found = read(set={"n_draws": 256}, sample=sample, vary={SHARE: "assumed", PRICE: "assumed"})
    for point in (0, 7):
        settings = found.settings(point)
        assert settings[0] == "n_draws=256"
        overrides = scenarios.resolve("baseline", settings).notebooks["02_token_cost"].overrides
        assert overrides == dict(found.points.loc[point])


def test_a_list_keeps_the_scenario_where_it_says_nothing(read):
    points = [{}, {"top_n": 9, "pue_ratio.cn": 1.1}, {"include_free": False}]
    found = read(scenario="us_power", **listed(*points))
    assert list(found.points) == ["top_n", "pue_ratio.cn", "include_free"]
    settings = [found.settings(point) for point in range(3)]
    assert settings == [(), ("top_n=9", "pue_ratio.cn=1.1"), ("include_free=false",)]


def test_a_range_is_a_value_of_a_list(read):
    found = read(**listed({"pue_ratio.cn": [1.1, 1.2, 1.3]}, {"pue_ratio.cn": 1.2}))
    assert [found.settings(point) for point in range(2)] == [
        ("pue_ratio.cn=1.1:1.2:1.3",),
        ("pue_ratio.cn=1.2",),
    ]


def test_a_region_and_both_regions_may_vary_together(read):
    found = read(vary={"pue_ratio": [1.2, 1.3], "pue_ratio.cn": [1.1, 1.4]})
    assert found.settings(3) == ("pue_ratio=1.3", "pue_ratio.cn=1.4")
    assert "pue_ratio.cn is set as well and wins there" in words.notes(found)


# ---- what is refused

RANGE = {"from": 0.1, "to": 0.9, "steps": 3}
REFUSED = {
    "unknown name": ({"vary": {"pue_ration.cn": [1.2]}}, ["'pue_ration.cn'", "'pue_ratio'"]),
    "unknown region": ({"vary": {"pue_ratio.eu": [1.2]}}, ["no assumption 'pue_ratio.eu'"]),
    "unknown in set": ({"set": {"top_m": 5}, "vary": GRID}, ["'top_m'", "'top_n'"]),
    "unknown lab": (
        {"vary": {"served_in_china.minimx": [0.5, 1]}},
        ["no lab 'minimx'", "did you mean 'minimax'", "served_in_china.minimx=0.5"],
    ),
    "whole mapping": ({"vary": {"served_in_china": [1]}}, ["served_in_china.minimax"]),
    "wrong type": ({"vary": {"top_n": ["many"]}}, ["top_n = 'many'", "integer"]),
    "switch": ({"vary": {"top_n": [True]}}, ["top_n = True", "whole number"]),
    "a text": ({"vary": {"pue_ratio": ["low"]}}, ["pue_ratio = 'low'", "low:central:high"]),
    "out of range": ({"vary": {"pue_ratio.cn": [1.2, 0.9]}}, ["pue_ratio.cn = 0.9", "1 to"]),
    "beyond a share": ({"vary": {SHARE: {**RANGE, "to": 1.5}}}, [f"{SHARE} = 1.5", "0 to 1"]),
    "not allowed": ({"vary": {"cn_accelerator": ["h20", "h21"]}}, ["'h21'", "'h20'", "'b200'"]),
    "set out of range": ({"set": {"top_n": 99}, "vary": GRID}, ["top_n = 99", "20"]),
    "list out of range": (listed({"top_n": 9}, {"top_n": 99}), ["point 1", "top_n = 99"]),
    "list of a wrong form": (listed({"pue_ratio": RANGE}), ["point 0", "pue_ratio", "one number"]),
    "set and varied": ({"set": {SHARE: 0.5}, "vary": GRID}, [f"{SHARE}: both set and varied"]),
    "range of words": ({"vary": {"traffic": RANGE}}, ["traffic has no range", "own | "]),
    "range of days": ({"vary": {"token_week_end": RANGE}}, ["has no range", "a date"]),
    "backwards": ({"vary": {SHARE: {**RANGE, "to": 0.1}}}, ["0.1 to 0.1", "below"]),
    "log of nothing": (
        {"vary": {SHARE: {**RANGE, "from": 0, "scale": "log"}}},
        [SHARE, "above 0"],
    ),
    "not finite": ({"vary": {SHARE: {**RANGE, "to": float("inf")}}}, [f"{SHARE}: to", "finite"]),
    "unknown scale": ({"vary": {SHARE: {**RANGE, "scale": "cubic"}}}, ["'cubic'", "'log'"]),
    "misspelt step": ({"vary": {SHARE: {**RANGE, "step": 3}}}, ["no key 'step'", "'steps'"]),
    "one step": ({"vary": {SHARE: {**RANGE, "steps": 1}}}, ["steps = 1", "2"]),
    "no end": ({"vary": {SHARE: {"from": 0.1, "steps": 3}}}, [SHARE, "to is missing"]),
    "no steps": ({"vary": {SHARE: {"from": 0.1, "to": 0.9}}}, [SHARE, "needs steps"]),
    "too close": ({"vary": {"top_n": {"from": 1, "to": 2, "steps": 4}}}, ["value 1 stands twice"]),
    "steps in a sample": (
        {"sample": drawn(), "vary": {SHARE: RANGE}},
        [SHARE, "steps = 3", "a sample has no steps"],
    ),
    "one value": ({"vary": {SHARE: 0.5}}, [f"{SHARE} = 0.5", "a list of values"]),
    "no value": ({"vary": {SHARE: []}}, [f"vary: {SHARE}", "at least 1"]),
    "value twice": ({"vary": {SHARE: [0.5, 0.50]}}, [SHARE, "0.5 stands twice"]),
    "nothing varied": ({}, ["nothing is varied"]),
    "no points": ({"sample": {"method": "list"}}, ["nothing is varied", "points"]),
    "empty points": (listed({}, {}), ["nothing is varied"]),
    "same points": (
        listed({"top_n": 9}, {"top_n": 8}, {"top_n": 9.0}),
        ["points 0 and 2 are the same, top_n=9", "leave one out"],
    ),
    "same empty points": (listed({"top_n": 9}, {}, {}), ["points 1 and 2 are the same"]),
    "same draws": (
        {"sample": drawn(), "vary": {"cn_accelerator": ["h20", "h200"]}},
        ["points ", "are the same, cn_accelerator=", "as a grid"],
    ),
    "points in a grid": ({"points": [{"top_n": 9}]}, ["points belong to method list"]),
    "vary in a list": (listed({"top_n": 9}) | {"vary": GRID}, ["takes points, not vary"]),
    "how many": ({"sample": {"method": "sobol"}, "vary": GRID}, ["sobol needs points"]),
    "seed of a grid": ({"sample": {"seed": 1}, "vary": GRID}, ["seed belong to a drawn sample"]),
    "unknown method": ({"sample": {"method": "sobl"}, "vary": GRID}, ["'sobl'", "'sobol'"]),
    "unknown key": ({"very": GRID}, ["no key 'very'", "'vary'"]),
    "unknown level": ({"level": "report", "vary": GRID}, ["level = 'report'", "'reports'"]),
    "unknown scenario": ({"scenario": "us_powr", "vary": GRID}, ["'us_powr'", "'us_power'"]),
    "no text": ({"description": 5, "vary": GRID}, ["description = 5: a text is needed"]),
    "no list": ({"keep": "*share", "vary": GRID}, ["keep = '*share': a list is needed"]),
    "no mapping": ({"sample": "sobol", "vary": GRID}, ["sample = 'sobol'", "name: value"]),
    "no title": ({"title": "", "vary": GRID}, ["title = ''"]),
    "retries": ({"retries": -1, "vary": GRID}, ["retries = -1"]),
    "too many": (
        {"vary": {SHARE: {**RANGE, "steps": 4000}, PRICE: {**RANGE, "steps": 4000}}},
        ["16,000,000 points", "10,000,000", "split it"],
    ),
    "too many draws": ({"sample": drawn(points=10**8), "vary": GRID}, ["100,000,000 points"]),
    "too many reports": (
        {"level": "reports", "vary": {SHARE: {**RANGE, "steps": 10_001}}},
        ["10,001 points", "reports", "10,000", "split it"],
    ),
    "belief in words": ({"vary": {"traffic": "assumed"}}, ["traffic is no assumption"]),
    "belief of a misspelt": ({"vary": {"pue_ration": "assumed"}}, ["'pue_ratio'"]),
    "belief of two": (
        {"vary": {"pue_ratio": "assumed"}},
        ["pue_ratio/us/, ", "pue_ratio.cn or pue_ratio.us"][1:] + ["more than one row"],
    ),
    "belief of none": ({"vary": {"energy_j_per_token.cn": "assumed"}}, ["no row", "from and to"]),
    "belief without a width": ({"vary": {"accepted_tokens": "assumed"}}, ["it is certain, 1"]),
    "belief that is set": (
        {"set": {"pue_ratio": 1.2}, "vary": {"pue_ratio.cn": "assumed"}},
        ["pue_ratio.cn = assumed: it is certain, 1.2"],
    ),
    "days without rows": (
        {"vary": {"top_n": [5], "window": ["2026-W08", "2020-W08"]}},
        ["point 1 (window=2020-W08)", "01_openrouter_share"],
    ),
    "week before the day of view": (
        {"vary": {"as_of": [None, "2026-01-05"]}},
        ["point 1 (as_of=2026-01-05)"],
    ),
    "set days without rows": ({"set": {"window": "2020-W08"}, "vary": GRID}, ["2020"]),
    "axis not varied": (
        {"vary": GRID, "show": {"across": [SHARE, "cn_acelerator"]}},
        ["'cn_acelerator' is not varied", "'cn_accelerator'"],
    ),
    "axis twice": ({"vary": GRID, "show": {"across": [SHARE, SHARE]}}, ["stands twice"]),
    "one axis": ({"vary": GRID, "show": {"across": [SHARE]}}, ["show: across"]),
    "unknown claim": (
        {"vary": GRID, "show": {"claims": ["token_are_electricity_exports"]}},
        ["'tokens_are_electricity_exports'"],
    ),
    "unknown notebook": (
        {"vary": GRID, "show": {"heat": "02_token_costs:x"}},
        ["no notebook '02_token_costs'", "'02_token_cost'"],
    ),
    "no notebook": ({"vary": GRID, "show": {"response": ["cost"]}}, ["notebook:name"]),
}


@pytest.mark.parametrize(("keys", "expected"), REFUSED.values(), ids=REFUSED)
def test_what_a_report_would_refuse_is_refused_before_anything_starts(read, keys, expected):
    with pytest.raises(SweepError) as fault:
        read(**keys)
    said = str(fault.value)
    assert "mine.yaml: " in said
    assert not [word for word in expected if word not in said], said
    assert "\n" not in said


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("title: [unclosed", "not valid YAML"),
        ("title: A\nvary: {pue_ratio.cn: [1.1], pue_ratio.cn: [1.2]}", "pue_ratio.cn set twice"),
        ("- a\n- list", "needs title, description"),
        ("vary: {top_n: [5]}", "title is missing"),
        ("title: A\nset:\nvary:\n", "nothing is varied: vary names nothing"),
    ],
)
def test_a_malformed_file_is_named(read, text, expected):
    with pytest.raises(SweepError, match=expected):
        read(text)


def test_a_file_that_cannot_be_read_is_named(tmp_path):
    with pytest.raises(SweepError, match=r"none\.yaml: cannot be read: No such file"):
        plan.read(tmp_path / "none.yaml")
    (tmp_path / "latin.yaml").write_bytes("title: é".encode("latin-1"))
    with pytest.raises(SweepError, match=r"latin\.yaml: is not UTF-8"):
        plan.read(tmp_path / "latin.yaml")


def test_settings_of_the_environment_are_refused(read, monkeypatch):
    monkeypatch.setenv(scenarios.SETTINGS_VARIABLE, "top_n=3")
    with pytest.raises(SweepError, match="TOKEN_EXPORTS_SET.*unset it"):
        read(vary=GRID)


# ---- the key


def test_the_key_is_of_the_content_alone(read):
    vary = {SHARE: [0.3, 0.5]}
    key = read(vary=vary).key
    assert read(vary=vary, title="Another", description="More", retries=4).key == key
    assert read(vary=vary, show={"claims": ["tokens_are_electricity_exports"]}).key == key
    others = [
        read(vary={SHARE: [0.3, 0.6]}),
        read(vary={SHARE: [0.5, 0.3]}),
        read(vary={"utilisation_share.us": [0.3, 0.5]}),
        read(vary=vary, set={"n_draws": 200}),
        read(vary=vary, scenario="us_power"),
        read(vary=vary, level="reports"),
        read(vary=vary, keep=["*share"]),
        read(sample=drawn(points=2), vary={SHARE: "assumed"}),
        read(sample=drawn(points=2, seed=1), vary={SHARE: "assumed"}),
        read(**listed({SHARE: 0.3}, {SHARE: 0.5})),
    ]
    assert len({key, *(other.key for other in others)}) == 1 + len(others)


@pytest.mark.parametrize("changed", ["assumptions.csv", "scenarios/baseline.yaml"])
def test_the_key_follows_the_data(read, home, changed):
    key = read(vary=GRID).key
    with (home / "data" / changed).open("a", encoding="utf-8") as file:
        file.write("# \n" if changed.endswith("yaml") else "")
    if changed.endswith("csv"):
        table = home / "data" / changed
        table.write_text(table.read_text(encoding="utf-8").replace("0.25,0.55", "0.25,0.56"))
    assert read(vary=GRID).key != key


def test_the_key_follows_code_and_libraries(read, monkeypatch):
    found = {"src/token_exports/units.py": "a", "docs/method.md": "b"}
    monkeypatch.setattr(fingerprint, "code", lambda: dict(found))
    key = read(vary=GRID).key
    found["docs/method.md"] = "c"
    assert read(vary=GRID).key == key, "no quantity is read from a document"
    found["src/token_exports/units.py"] = "d"
    assert read(vary=GRID).key != key
    key = read(vary=GRID).key
    monkeypatch.setattr(fingerprint, "libraries", lambda: {"numpy": "1.0"})
    assert read(vary=GRID).key != key


def test_the_key_is_the_same_in_every_process():
    path = paths.data() / "sweeps" / "half_electricity.yaml"
    script = "import sys; from token_exports.sweep import plan; print(plan.read(sys.argv[1]).key)"
    keys = {
        subprocess.run(
            [sys.executable, "-c", script, str(path)],
            env=os.environ | {"PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert keys == {plan.read(path).key + "\n"}


def test_a_sweep_file_makes_no_report_stale(home):
    def git(*words):
        who = ["-c", "user.name=a", "-c", "user.email=a@example.org"]
        subprocess.run(["git", "-C", str(home), *who, *words], check=True, capture_output=True)

    git("init", "-q")
    git("add", ".")
    git("commit", "-q", "-m", "data")
    request = status.Request.of("baseline", (), single_file=False)
    before = status.state(request)
    (home / "data" / "sweeps" / "mine.yaml").write_text("title: Mine\n", encoding="utf-8")
    (home / "data" / "sweeps" / COMMITTED[0].name).write_text("title: Other\n", encoding="utf-8")
    assert status.state(request) == before
    (home / "data" / "README.md").write_text("changed", encoding="utf-8")
    assert status.state(request) != before


# ---- size


def test_a_million_points_take_seconds(read):
    steps = {"steps": 1000}
    vary = {SHARE: {**RANGE, **steps}, PRICE: {**RANGE, **steps}}
    data.load("assumptions")
    started = time.process_time()
    found = read(vary=vary)
    assert len(found.points) == 1_000_000
    assert found.settings(999_999) == (f"{SHARE}=0.9", f"{PRICE}=0.9")
    mixed = {SHARE: "assumed", "top_n": {"from": 1, "to": 20}, "served_in_china.minimax": [0, 1]}
    found = read(sample=drawn("sobol", 2**20), vary=mixed)
    assert len(found.points) == 2**20
    assert len(found.key) == 64
    assert time.process_time() - started < 10


# ---- words


def test_the_words_before_a_start(read, tmp_path):
    found = read(
        description="Why it is asked, in a sentence that is longer than a line of the screen.",
        set={"n_draws": 256},
        sample=drawn("sobol", 100),
        vary={
            SHARE: {"from": 0.1, "to": 0.9},
            "cn_accelerator": ["h20", "h200"],
            "served_in_china.minimax": [0.5, 1],
            "pue_ratio.cn": "assumed",
        },
        keep=["02_token_cost:*_share", "02_token_costs:*"],
    )
    said = words.text(found, tmp_path / "sweeps" / "mine", 600.0, kept_points=50)
    assert max(map(len, said.splitlines())) <= 80 or str(tmp_path) in said
    for words_expected in [
        "Mine\n",
        "level     quantities, scenario baseline",
        "Sobol sequence, scrambled, seed 0",
        "100, 50 of them kept",
        "utilisation_share.cn     0.1 to 0.9 share",
        "cn_accelerator           h20, h200",
        "pue_ratio.cn             assumed: 1.1, 1.25, 1.45 ratio",
        "fixed     n_draws = 256",
        "keeps     02_token_cost:*_share",
        "time      about 3 to 8 min",
        "100 is no power of two",
        "64 or 128",
        "no quantity 02_token_costs:*",
    ]:
        assert words_expected in " ".join(said.split("\n" + " " * 10)), said
    assert "no quantity 02_token_cost:*_share" not in said


@pytest.mark.parametrize(
    ("seconds", "kept", "expected"),
    [
        (None, 0, "not known before the first points are done"),
        (0.1, 0, "about 1 s"),
        (60, 0, "about 40 to 90 s"),
        (3600, 0, "about 40 to 90 min"),
        (86_400 * 3, 0, "about 48 to 108 h"),
        (60, 6, "nothing is left to do"),
    ],
)
def test_the_expected_time_is_a_range(read, seconds, kept, expected):
    said = words.text(read(vary=GRID), paths.reports() / "sweeps" / "mine", seconds, kept)
    assert f"time      {expected}" in said.splitlines()
    assert "results   reports/sweeps/mine" in said.splitlines()


def test_points_of_a_list_in_words(read):
    found = read(**listed({"top_n": 9}, {"window": "2026-02-11/2026-02-17"}, {"top_n": 8}))
    lines = words.text(found, paths.reports(), None).splitlines()
    assert "  top_n   9, 8" in lines
    assert "  top_n       9  -                      8" in lines
    assert "  window      -  2026-02-11/2026-02-17  -" in lines


# ---- the committed files


@pytest.mark.parametrize("path", COMMITTED, ids=lambda path: path.stem)
def test_a_committed_sweep_is_whole(path):
    found = plan.read(path)
    assert found.spec.description
    assert words.notes(found) == []
    said = words.text(found, paths.reports() / "sweeps" / path.stem, None)
    assert max(map(len, said.splitlines())) <= 80


def test_check_looks_at_every_sweep(home):
    (home / "data" / "sweeps" / "mine.yaml").write_text("title: Mine\n", encoding="utf-8")
    with pytest.raises(SweepError, match=r"^data/sweeps/mine\.yaml: nothing is varied"):
        CliRunner().invoke(cli.app, ["check"], catch_exceptions=False)
    (home / "data" / "sweeps" / "mine.yaml").write_text("title: Mine\nvary: {top_n: [5, 6]}\n")
    said = CliRunner().invoke(cli.app, ["check"], catch_exceptions=False).output
    assert f"{1 + len(COMMITTED)} sweeps are as described" in said


def test_the_committed_sweeps_are_those_described():
    sizes = {path.stem: len(plan.read(path).points) for path in COMMITTED}
    assert sizes == {"beliefs": 4096, "half_electricity": 1681, "readings": 12}

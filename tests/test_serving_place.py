import datetime as dt

import matplotlib.pyplot as plt
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from token_exports import data
from token_exports.figures import serving_chart, serving_record, show, theme
from token_exports.models import claimed_values, origin_places, serving_place
from token_exports.models.claimed_values import Rows
from token_exports.models.host_places import HostTables, Version, declared, hosts_of, offers_of
from token_exports.models.serving_place import ANY_HOST, BY_SEAT, model_places, served_in_china
from token_exports.models.windows import Window, WindowError
from token_exports.results import Results
from token_exports.uncertainty import Kind
from token_exports.units import unit_of

pytestmark = pytest.mark.usefixtures("archived")

STUDY = Window(dt.date(2026, 2, 17), 7)

# Five labs: inside only, outside only, both, silent with a seat in China, no interface known.
AUTHORS = pd.DataFrame(
    {
        "author_slug": ["in", "out", "both", "mute", "none"],
        "company": ["Inland (Ltd)", "Outward", "Both", "Mute", "None"],
        "own_provider_slug": ["in", "out-api", "both", "mute", None],
    }
)
PROVIDERS = pd.DataFrame(
    {
        "provider_slug": ["in", "out-api", "both", "mute", "west", "far"],
        "hq_country": ["CN", "CN", "SG", "CN", "US", None],
        "datacenter_countries": ["CN", "US|SG", "SG|CN", None, "US", None],
        "public_since": pd.to_datetime(["2026-03-20"] * 6),
    }
)
HOSTS = pd.DataFrame(
    [
        ("out/a", "west", "provider_catalogue", "US", "no", "2026-03-15"),
        ("out/a", "west", "routed_example", "US", "no", "2026-03-01"),
        ("out/a", "out-api", "first_party_by_name", "US|SG", "yes", "2026-03-20"),
        ("mute/m", "mute", "first_party_by_name", None, "yes", "2026-03-20"),
        ("in/i", "in", "endpoint_listed", "CN", "yes", "2026-03-15"),
        ("both/b", "far", "provider_catalogue", None, "contested", "2026-03-15"),
    ],
    columns=[
        "model_slug",
        "provider_slug",
        "evidence",
        "datacenter_countries",
        "china_linked",
        "observed_on",
    ],
).astype({"observed_on": "datetime64[us]"})
TABLES = HostTables(AUTHORS, PROVIDERS, HOSTS)
MODELS = ["out/a", "mute/m", "both/b", "none/n", "in/i"]
BOARD = pd.DataFrame(
    {
        "model_permaslug": [*MODELS, "west/w"],
        "origin": ["cn"] * 5 + ["us"],
        "tokens": [40, 30, 15, 10, 5, 900],
    }
)
DEVELOPER = pd.Series({m: m.split("/")[0] for m in BOARD["model_permaslug"]})


@pytest.fixture
def places():
    return model_places(BOARD, DEVELOPER, TABLES).set_index("model_permaslug", drop=False)


@pytest.fixture(scope="module")
def rows():
    return Rows(*(data.load(name) for name in claimed_values.TABLES))


@pytest.fixture(scope="module")
def tables(rows):
    return HostTables(rows.authors, rows.providers, data.load("model_hosts"))


# ---- which rows speak of which version


@pytest.mark.parametrize(
    ("slug", "version"),
    [
        ("z-ai/glm-5-20260211", Version("z-ai/glm-5", "2026", "0211")),
        ("z-ai/glm-5.2-20260616", Version("z-ai/glm-5.2", "2026", "0616")),
        ("moonshotai/kimi-k2.5-0127", Version("moonshotai/kimi-k2.5", "", "0127")),
        ("qwen/qwen3.6-plus-04-02:free", Version("qwen/qwen3.6-plus", "", "0402")),
        ("tencent/hy3-preview:free", Version("tencent/hy3-preview")),
        ("x/y-4096", Version("x/y-4096")),  # no such day
        ("qwen/qwen3-coder-480b-a35b", Version("qwen/qwen3-coder-480b-a35b")),
    ],
)
def test_a_slug_names_a_version(slug, version):
    assert Version.of(slug) == version


def listed(model, *slugs, day="2026-07-02"):
    hosts = pd.DataFrame({"model_slug": slugs, "observed_on": pd.Timestamp(day)})
    return list(offers_of(model, hosts)["model_slug"])


def test_a_dated_host_row_speaks_of_that_version_only():
    both = ("d/v4-flash", "d/v4-flash-0731")
    assert listed("d/v4-flash-20260731", *both) == ["d/v4-flash-0731"]  # not out on 2 July
    assert listed("d/v4-flash-20260423", *both) == ["d/v4-flash"]
    assert listed("d/v4-flash", *both) == ["d/v4-flash"]
    assert listed("d/v4-flash-20250731", "d/v4-flash-20260731") == []


def test_neither_a_longer_name_nor_another_author_is_the_same_model():
    slugs = ("z/glm-5", "z/glm-5-turbo", "z/glm-5.1", "y/glm-5")
    assert listed("z/glm-5-20260211:free", *slugs) == ["z/glm-5"]
    assert listed("z/glm-5-0211", *slugs, day="2026-01-01") == ["z/glm-5"]  # year not known


def test_no_rows_at_all_are_no_hosts():
    hosts = hosts_of("out/a", "gone", HostTables(AUTHORS, PROVIDERS, HOSTS.head(0)))
    assert (hosts.own, hosts.others, hosts.own_declares) == ({}, None, "silent")


def test_every_host_counts_once_and_the_own_interface_not_among_the_others():
    hosts = hosts_of("out/a", "out-api", TABLES)
    assert list(hosts.others["provider_slug"]) == ["west"]
    assert hosts.declarations == ["only_outside"]
    assert hosts.unlinked == ["west"]
    assert not hosts.whole_list


def test_what_a_host_declares():
    said = ["CN", "SG|CN", "US", None, float("nan"), ""]
    kinds = ["only_china", "china_too", "only_outside", "silent", "silent", "silent"]
    assert [declared(countries) for countries in said] == kinds


# ---- limits


def test_limits_by_hand(places):
    # own route: in 5 certainly; mute 30, both 15 and none 10 perhaps; out 40 not; of 100
    own = served_in_china(places)
    assert (own.low, own.central, own.high) == pytest.approx((0.05, 0.325, 0.60))
    assert own.kind == Kind.BOUNDS
    # by seat: mute sits in China, so its 30 join the certain 5; both and none stay open
    seat = served_in_china(places, BY_SEAT)
    assert (seat.low, seat.high) == pytest.approx((0.35, 0.60))
    # any host: out's other host is outside too; those of mute and none are not known; in has none
    wide = served_in_china(places, ANY_HOST)
    assert (wide.low, wide.high) == pytest.approx((0.05, 0.60))


def test_another_host_widens_the_limits():
    more = HOSTS.iloc[[0]].assign(provider_slug="far", datacenter_countries=None)
    wider = HostTables(AUTHORS, PROVIDERS, pd.concat([HOSTS, more]))
    found = served_in_china(model_places(BOARD, DEVELOPER, wider), ANY_HOST)
    assert (found.low, found.high) == pytest.approx((0.05, 1.0))  # out's 40 are open as well


def test_a_stated_part_replaces_the_limits_in_every_reading():
    stated = {"mute": 0.5, "out": (0.1, 0.2, 0.4)}
    places = model_places(BOARD, DEVELOPER, TABLES, stated)
    own = served_in_china(places)
    # low 5 + 15 + 4 = 24; high 5 + 15 + 16 + both 15 + none 10 = 61
    # centre 5 + 15 + 8 + 7.5 + 5 = 40.5
    assert (own.low, own.central, own.high) == pytest.approx((0.24, 0.405, 0.61))
    assert served_in_china(places, ANY_HOST).low == pytest.approx(0.24)
    assert serving_place.stated_labs(places) == ["Outward", "Mute"]


def test_shares_stated_for_every_lab_leave_no_range():
    every = dict.fromkeys(AUTHORS["author_slug"], 0.25)
    own = served_in_china(model_places(BOARD, DEVELOPER, TABLES, every))
    assert own.kind == Kind.EXACT
    assert own.central == pytest.approx(0.25)


@pytest.mark.parametrize(
    ("stated", "words"),
    [
        ({"mutee": 0.5}, "no lab 'mutee'; did you mean 'mute'"),
        ({"zzz": 0.5}, "no lab 'zzz'; known: both, in, mute, none, out"),
        ({"mute": 1.2}, "served_in_china.mute = 1.2"),
        ({"mute": -0.1}, "between 0 and 1"),
        ({"mute": (0.5, 0.4, 0.6)}, "ascending"),
    ],
)
def test_what_is_stated_is_checked(stated, words):
    with pytest.raises(ValueError, match=words):
        model_places(BOARD, DEVELOPER, TABLES, stated)


def test_a_preview_has_no_interface_of_its_own():
    board = BOARD.replace({"model_permaslug": {"out/a": "stealth/fox"}})
    found = model_places(board, DEVELOPER.rename({"out/a": "stealth/fox"}), TABLES)
    # the lab declares places outside China, but the preview ran under nobody's name: 40 more open
    assert served_in_china(found).high == pytest.approx(1.0)
    assert origin_places.datacentre_shares(
        board, DEVELOPER.rename({"out/a": "stealth/fox"}), AUTHORS, PROVIDERS, "CN"
    ) == pytest.approx((0.20, 1.0))


def test_a_list_without_chinese_tokens_has_no_share():
    with pytest.raises(WindowError, match="no model of origin cn"):
        model_places(BOARD[BOARD["origin"] == "us"], DEVELOPER, TABLES)
    boards = {"one": BOARD, "two": BOARD[BOARD["origin"] == "us"]}
    table = serving_place.window_places(boards, DEVELOPER, TABLES)
    assert table["own_route_high_share"].tolist() == pytest.approx(
        [0.60, float("nan")], nan_ok=True
    )


def test_a_model_without_tokens_moves_nothing(places):
    more = pd.DataFrame({"model_permaslug": ["mute/z"], "origin": ["cn"], "tokens": [0]})
    developer = pd.concat([DEVELOPER, pd.Series({"mute/z": "mute"})])
    found = model_places(pd.concat([BOARD, more]), developer, TABLES)
    assert served_in_china(found) == served_in_china(places)


def test_what_half_would_need_by_hand(places):
    # at most 60 of 100; 80 would need 20 of the 40 placed outside; 60 and less need none
    assert serving_place.outside_needed_share(places, 0.8) == pytest.approx(0.5)
    assert serving_place.outside_needed_share(places, 0.6) == pytest.approx(0)
    assert serving_place.outside_needed_share(places, 1.0) == pytest.approx(1)
    all_open = places[places["own_route_high_share"] == 1]
    assert serving_place.outside_needed_share(all_open, 1.0) == 0


def test_models_sold_by_others_by_hand(places):
    # out (40) has a host of no Chinese parent; in's whole list (5) has none; the other 55 are open
    found = serving_place.foreign_host_share(places)
    assert (found.low, found.high) == pytest.approx((0.40, 0.95))
    assert places["other_host_count"].isna().tolist() == [False, True, False, True, False]
    assert places["unlinked_host_count"]["both/b"] == 0  # contested is not unlinked
    assert serving_place.host_names(places, "other_hosts") == {"west", "far"}


def test_labs_in_order_of_tokens(places):
    assert serving_place.open_labs(places) == ["Mute", "Both", "None"]
    assert serving_place.outside_labs(places) == ["Outward"]


def test_days_between_window_and_declarations(places):
    assert serving_place.days_after(places, dt.date(2026, 3, 10)) == 10
    assert serving_place.days_after(places, dt.date(2026, 3, 21)) == -1
    assert serving_place.days_after(places[places["lab"] == "None"], dt.date(2026, 3, 1)) is None


shares = st.floats(0, 1).flatmap(
    lambda a: st.floats(0, 1).map(lambda b: (min(a, b), (a + b) / 2, max(a, b)))
)


@given(
    tokens=st.lists(st.integers(1, 10**13), min_size=5, max_size=5),
    stated=st.dictionaries(st.sampled_from(list(AUTHORS["author_slug"])), shares),
)
def test_readings_nest_and_a_stated_part_stays_in_its_limits(tokens, stated):
    board = BOARD.assign(tokens=[*tokens, 1])
    places = model_places(board, DEVELOPER, TABLES, stated)
    own, seat, wide = (served_in_china(places, r) for r in serving_place.READINGS)
    slack = 1e-12
    assert wide.low - slack <= own.low <= seat.low + slack
    assert seat.high - slack <= own.high <= wide.high + slack
    free = served_in_china(model_places(board, DEVELOPER, TABLES))
    labs = set(AUTHORS["author_slug"])
    if set(stated) <= labs - {"in", "out"}:  # labs whose limits are nothing and everything
        assert free.low - slack <= own.low <= own.high <= free.high + slack


# ---- the committed tables


def test_the_essays_week(rows, tables):
    # MiniMax declares US, Moonshot and Z.ai SG; DeepSeek says nothing: 746.4 of 5,285.1 billion
    board = rows.board(STUDY, 10)
    places = model_places(board, rows.developers, tables)
    own = served_in_china(places)
    assert own.low == 0
    assert own.high == pytest.approx(0.7464131 / 5.2851, abs=1e-5)
    assert served_in_china(places, BY_SEAT).central == pytest.approx(own.high)
    # (0.5 - 0.14123) / (1 - 0.14123)
    assert serving_place.outside_needed_share(places, 0.5) == pytest.approx(0.41777, abs=1e-5)
    # rows of model_hosts without the developer: 12, 12, 11, 9; marked no: 9, 9, 8, 6
    assert places["other_host_count"].tolist() == [12, 12, 11, 9]
    assert places["unlinked_host_count"].tolist() == [9, 9, 8, 6]
    assert serving_place.foreign_host_share(places).low == pytest.approx(1)
    assert serving_place.days_after(places, STUDY.end) == 78  # 17 February to 6 May


def test_shares_of_declared_places_agree_with_the_limits(rows, tables):
    for window in (STUDY, Window(dt.date(2026, 4, 12), 7), Window(dt.date(2026, 8, 16), 7)):
        board = rows.board(window, 10)
        most = origin_places.datacentre_shares(
            board, rows.developers, rows.authors, rows.providers, "CN"
        )[1]
        places = model_places(board, rows.developers, tables)
        assert served_in_china(places).high == pytest.approx(most)


def test_an_own_provider_is_of_the_same_company_or_named_alike(rows):
    linked = rows.authors.dropna(subset=["own_provider_slug"])
    both = linked.merge(rows.providers, left_on="own_provider_slug", right_on="provider_slug")
    assert len(both) == len(linked)
    chinese = both[both["origin"] == "cn"]
    assert (chinese["china_linked"] == "yes").all()
    assert (both.loc[both["origin"] != "cn", "china_linked"] != "yes").all()
    slugs = rows.authors[rows.authors["author_slug"].isin(rows.providers["provider_slug"])]
    other = slugs[slugs["author_slug"] != slugs["own_provider_slug"]]
    assert set(other["author_slug"]) == {"stealth"}  # previews of any lab


def test_every_model_of_the_hosts_table_belongs_to_a_ranked_version(rows, tables):
    found = {slug for m in rows.models for slug in offers_of(m, tables.model_hosts)["model_slug"]}
    assert found == set(tables.model_hosts["model_slug"])


# ---- words and pictures


def test_recorded_names_end_in_their_unit_and_have_values(places):
    values = serving_record.quantities(places, 0.5)
    assert set(values) == set(serving_record.RECORDED)
    assert all(unit_of(name) for name in values)
    assert values["cn_list_other_host_count"] == 2
    blank = model_places(BOARD, DEVELOPER, HostTables(AUTHORS, PROVIDERS, HOSTS.head(0)))
    assert serving_record.quantities(blank, 0.5)["cn_list_other_host_count"] is None


def test_takeaway_says_limits_labs_and_what_half_needs(places):
    text = serving_chart.where_served_takeaway(places, Window(dt.date(2026, 3, 10), 7), 0.8)
    assert "between 5.0% and 60.0%" in text
    assert "Mute (no place declared), Both (China and other places), None (no interface" in text
    assert "For the 80.0%" in text
    assert "50.0% of the tokens placed elsewhere" in text
    assert "ten days after" in text
    near = serving_chart.where_served_takeaway(places, Window(dt.date(2026, 3, 21), 7), 0.04)
    assert "no less than the 4.0%" in near
    assert "one day before" in near


def test_takeaway_of_windows_counts_what_reaches_the_threshold():
    # upper limits 0.6 and 0.9, lower 0.05 and 0.5, by seat 0.35 and 0.7; a window without a value
    table = pd.DataFrame(
        {
            "own_route_low_share": [0.05, 0.5, None],
            "own_route_high_share": [0.6, 0.9, None],
            "by_seat_low_share": [0.35, 0.7, None],
        }
    )
    text = serving_chart.served_by_window_takeaway(table, 0.5)
    assert "In two of the two windows" in text
    assert "in one the lower one" in text
    assert text.endswith("reaches it in one.**")
    assert "In none of the two" in serving_chart.served_by_window_takeaway(table, 0.95)


def test_bars_have_the_length_of_the_tokens(places):
    fig, (ax,) = theme.canvas(2)
    serving_chart.bars(places, ax)
    drawn = {}
    for bar in ax.patches:
        key = round(bar.get_y() + bar.get_height() / 2)
        drawn[key] = drawn.get(key, 0) + bar.get_width()
    assert [drawn[i] * 1e12 for i in range(5)] == pytest.approx([40, 30, 15, 10, 5])
    assert [t.get_text() for t in fig.legends[0].get_texts()] == [
        "outside China",
        "may be in China",
        "in China",
    ]
    plt.close(fig)


def test_two_versions_of_one_name_keep_their_dates():
    places = pd.DataFrame(
        {
            "model_permaslug": ["d/v4-20260731", "d/v4-20260423", "d/v5-20260101", "stealth/fox"],
            "author_slug": ["d", "d", "d", "d"],
            "lab": ["D"] * 4,
        }
    )
    assert serving_record.names(places) == ["v4-20260731", "v4-20260423", "v5", "fox (D)"]


def test_figures_are_filed_with_their_numbers(places, monkeypatch):
    monkeypatch.setattr(show, "display", lambda *_, **__: None)
    found = Results("01_toy", "Toy")
    serving_chart.where_served(found, places, "2 Mar 2026", "toy")
    table = serving_place.window_places({"2 Mar 2026": BOARD}, DEVELOPER, TABLES)
    serving_chart.served_by_window(found, table, "2 Mar 2026", 0.5, "toy")
    first, second = found.figures
    assert "between 5.0% and 60.0%" in first["title"]
    assert "(20 Mar 2026)" in first["subtitle"]
    assert "at most 60.0% of" in second["title"]


def test_host_table_says_unknown_where_no_list_is_known(places):
    table = serving_record.host_table(places).set_index("model")
    assert table["own_interface"].to_dict() == {
        "a": "United States, Singapore",
        "m": "no place",
        "b": "Singapore, China",
        "n": "not on record",
        "i": "China",
    }
    assert table["china_host_count"].isna().tolist() == [False, True, False, True, False]


def test_buyers_turn_a_rank_into_a_limit():
    table = serving_record.buyers(data.load("platform_reports"))
    # China came fourth: four countries with at least as much hold at most everything, so 1/4
    assert table["value_text"].tolist() == ["50.0%", "4, so at most 25.0%", "5.0%"]

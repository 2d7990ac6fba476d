"""OpenRouter's catalogue, hosts and providers: what is read, refused, and which rows it gives."""

import contextlib
import datetime as dt
import json

import live_catalogue as live
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from token_exports import data
from token_exports.fetch import openrouter_endpoints, openrouter_models, openrouter_providers
from token_exports.fetch.contract import Asked, Reading, Request
from token_exports.fetch.shapes import ShapeError
from token_exports.models import same_weights
from token_exports.models.host_places import HostTables, hosts_of

pytestmark = pytest.mark.usefixtures("archived")

MODELS = openrouter_models.SOURCE
ENDPOINTS = openrouter_endpoints.SOURCE
PROVIDERS = openrouter_providers.SOURCE
BY_NAME = {source.name: source for source in (MODELS, ENDPOINTS, PROVIDERS)}
TODAY = dt.date(2026, 11, 29)
ASKED = Asked(None, TODAY, TODAY)
SOURCE_ID = "openrouter_endpoints"  # one that the sources have
NEEDED = (
    "list_prices",
    "model_authors",
    "openrouter_models",
    "openrouter_tokens_daily",
    "openrouter_tokens_weekly",
    "openrouter_token_mix",
    "model_hosts",
    "same_weights_prices",
    "providers",
)


@pytest.fixture(scope="module")
def tables():
    return {name: data.load(name) for name in NEEDED}


def reading(source, body, request=None, on=TODAY):
    return Reading(request or Request("r", "https://x"), source.read(body), on, SOURCE_ID)


def listed(entries, tables, on=TODAY):
    """Rows of both tables from a catalogue."""
    return MODELS.rows([reading(MODELS, live.catalogue(entries), on=on)], tables)


def offered(tables, slugs=tuple(live.OFFERS), offers=None, on=TODAY):
    """Rows of both tables from endpoint lists."""
    requests = {request.url: request for request in ENDPOINTS.plan(ASKED, tables)}
    readings = [
        reading(
            ENDPOINTS,
            live.endpoints(slug, offers),
            requests[f"https://openrouter.ai/api/v1/models/{slug}/endpoints"],
            on,
        )
        for slug in slugs
    ]
    return ENDPOINTS.rows(readings, tables)


def with_rows(tables, *found):
    """Tables as they are once rows are in them."""
    more = {
        rows.table: pd.concat([tables[rows.table], rows.frame], ignore_index=True) for rows in found
    }
    return tables | more


def written(rows):
    """Append rows to the table in the copied data, and validate it."""
    path, frame = data.table_path(rows.table), rows.frame.copy()
    for column in frame.select_dtypes("bool"):
        frame[column] = frame[column].map({True: "true", False: "false"})
    text = frame.to_csv(index=False, header=False, date_format="%Y-%m-%d", lineterminator="\n")
    path.write_text(path.read_text(encoding="utf-8") + text, encoding="utf-8")
    data.check([rows.table])


# ---- catalogue


def test_the_whole_catalogue_is_asked_for_once(tables):
    (request,) = MODELS.plan(ASKED, tables)
    assert request.url == "https://openrouter.ai/api/v1/models"
    assert dict(request.params) == {"output_modalities": "all"}
    assert MODELS.key is None


def test_a_next_page_is_asked_of_the_same_address():
    first, last = live.SAMPLES["openrouter/models"]
    (start,) = MODELS.plan(ASKED, {})
    page = MODELS.follow(start, first)
    assert (page.name, page.url) == ("models-2", start.url)
    assert dict(page.params) == {"offset": "4", "limit": "4", "output_modalities": "all"}
    assert MODELS.follow(page, last) is None


@pytest.mark.parametrize(
    ("link", "words"),
    [
        ("https://example.org/api/v1/models?offset=4", "leads away"),
        ("/api/v1/keys?offset=4", "leads away"),
        ("/api/v1/models?output_modalities=all", "does not come to an end"),
        ("https://[", "no address"),
    ],
)
def test_a_next_page_elsewhere_or_without_end_is_refused(link, words):
    with pytest.raises(ShapeError, match=words):
        MODELS.follow(MODELS.plan(ASKED, {})[0], live.catalogue(following=link))


@pytest.mark.parametrize(
    ("text", "usd_per_mtok"),
    [
        ("0.000000295", 0.295),
        ("0.0000000416667", 0.041667),  # six decimals, as the table
        ("6e-8", 0.06),
        ("0", 0.0),
        ("-1", None),
    ],
)
def test_a_price_is_read_as_usd_per_million_tokens(text, usd_per_mtok):
    entry = live.model("a/b", {"prompt": text, "completion": "0.000001"})
    (found,) = MODELS.read(live.catalogue([entry])).data
    assert found.pricing.prompt == usd_per_mtok


@pytest.mark.parametrize(
    "price",
    ["", "free", "-0.5", "-2", "0.0000003 USD", "3", "1" * 400, "1e400", "NaN", "٣", 3e-7, None],
)
def test_a_price_that_is_none_is_refused(price):
    entry = live.model("a/b", {"prompt": price, "completion": "0.000001"})
    with pytest.raises(ShapeError, match=r"data\.0\.pricing\.prompt"):
        MODELS.read(live.catalogue([entry]))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"id": "a/<b>"}, "data.0.id"),
        ({"id": "no-author"}, "data.0.id"),
        ({"created": 1e12}, "data.0.created"),
        ({"created": "1770771600"}, "data.0.created"),
        ({"created": 10**12}, "data.0.created"),
        ({"canonical_slug": None}, "data.0.canonical_slug"),
        ({"pricing": {"prompt": "0"}}, "completion: field is missing"),
        ({"hugging_face_id": "<script>"}, "data.0.hugging_face_id"),
    ],
)
def test_an_entry_unlike_the_documented_one_is_refused(change, words):
    with pytest.raises(ShapeError, match=words):
        MODELS.read(live.catalogue([live.model("a/b", live.pricing(1, 2)) | change]))


def test_a_catalogue_without_models_or_with_one_twice_is_refused():
    with pytest.raises(ShapeError, match="no models"):
        MODELS.read(live.catalogue([]))
    with pytest.raises(ShapeError, match="'a/b' is there twice"):
        MODELS.read(live.catalogue([live.model("a/b", live.pricing(1, 2))] * 2))


def test_only_a_changed_or_new_price_of_a_followed_model_is_a_row(tables):
    prices, _ = listed(live.CATALOGUE, tables)
    assert set(prices.frame["model"]) == {"anthropic/claude-opus-5.5", "z-ai/glm-5.1"}
    assert set(prices.frame["effective_date"]) == {pd.Timestamp(TODAY)}
    notes = "\n".join(prices.notes)
    assert "Prices of zero" in notes
    assert "deepseek/deepseek-v3.2" in notes
    assert "Followed models that the catalogue does not list" in notes


def test_the_prices_in_force_are_no_rows(tables):
    # every followed model as the newest committed row has it, divided by 1e6 and read again
    table = tables["list_prices"].query("channel == 'openrouter'").sort_values("effective_date")
    newest = table.drop_duplicates("model", keep="last").to_dict("records")
    entries = []
    for row in newest:
        cached = row["cache_read_usd_per_mtok"]
        ends = row["input_usd_per_mtok"], row["output_usd_per_mtok"]
        price = live.pricing(*ends, None if pd.isna(cached) else cached)
        entries.append(live.model(row["model"], price))
    prices, _ = listed(entries, tables)
    assert prices.frame.empty
    assert prices.notes == ()


def test_a_new_price_continues_the_rows_of_its_model(tables):
    # USD per token 0.000003, 0.000015 and 0.00000015, x 1e6
    prices, _ = listed(live.CATALOGUE, tables)
    row = prices.frame.set_index("model").loc["anthropic/claude-opus-5.5"]
    old = tables["list_prices"].query("model == 'anthropic/claude-opus-5.5'").iloc[-1]
    same = ["model_key", "author_slug", "origin", "open_weights", "provider", "channel"]
    assert row[same].to_list() == old[same].to_list()
    found = row[["input_usd_per_mtok", "output_usd_per_mtok", "cache_read_usd_per_mtok"]]
    assert found.to_list() == [3.0, 15.0, 0.15]
    assert row["long_context_tier"] == ">200k: in 8 cache 0.15 out 30"
    assert (row["price_tier"], row["effective_date_basis"]) == ("default_route", "first_observed")


def test_a_first_price_takes_its_facts_from_the_author_and_the_catalogue(tables):
    prices, _ = listed(live.CATALOGUE, tables)
    row = prices.frame.set_index("model").loc["z-ai/glm-5.1"]
    assert row[["model_key", "author_slug", "origin"]].to_list() == ["glm-5.1", "z-ai", "cn"]
    assert row["open_weights"]
    assert "at some hours" in row["note"]  # the night price is no price of long prompts
    assert pd.isna(row["long_context_tier"])


def test_an_answer_that_is_older_than_the_price_in_force_changes_nothing(tables):
    entry = live.model("anthropic/claude-opus-5.5", live.pricing(3, 15, 0.15))
    prices, _ = listed([entry], tables, on=dt.date(2026, 11, 9))  # day of the row in force
    assert prices.frame.empty


def test_a_price_that_is_applied_is_not_proposed_again(tables):
    found = listed(live.CATALOGUE, tables)
    again = listed(live.CATALOGUE, with_rows(tables, *found), on=TODAY + dt.timedelta(days=1))
    assert again[0].frame.empty


@pytest.mark.parametrize(
    ("price", "words"),
    [
        (live.pricing(900, 15), "plausible"),
        ({"prompt": "-1", "completion": "-1"}, "vary"),
        (live.pricing(0, 0), "zero"),
    ],
)
def test_a_price_the_table_cannot_hold_is_a_note(tables, price, words):
    prices, _ = listed([live.model("anthropic/claude-opus-5.5", price)], tables)
    assert prices.frame.empty
    assert any(words in note for note in prices.notes)


def test_prices_of_the_catalogue_fit_the_table(home, tables):
    written(listed(live.CATALOGUE, tables)[0])


def ranked(tables, *slugs):
    """Tables in whose rankings these slugs stand for the first time."""
    daily = tables["openrouter_tokens_daily"]
    more = pd.concat([daily] + [daily.iloc[:1].assign(model_permaslug=slug) for slug in slugs])
    return tables | {"openrouter_tokens_daily": more}


@pytest.mark.parametrize(
    ("slug", "listed_on", "launched_on", "basis"),
    [
        ("acme/one-20261120", "2026-11-21", "2026-11-20", "slug_date"),
        ("acme/one-2026-11-20:free", "2026-11-21", "2026-11-20", "slug_date"),
        ("acme/one-1230", "2026-01-02", "2025-12-30", "slug_date"),  # the year before
        ("acme/one-20230311", "2026-03-12", "2026-03-12", "published"),  # a slip in the slug
        ("acme/one-20260230", "2026-03-12", "2026-03-12", "published"),  # no such day
        ("acme/one-120b", "2026-03-12", "2026-03-12", "published"),
    ],
)
def test_the_launch_of_a_ranked_model(tables, slug, listed_on, launched_on, basis):
    created = int(pd.Timestamp(listed_on, tz="UTC").timestamp()) + 3600
    base = slug.split(":")[0]
    entry = live.model("acme/one", live.pricing(1, 2), base, created, hugging_face_id="acme/One")
    _, models = listed([entry], ranked(tables, slug))
    (row,) = models.frame.to_dict("records")
    assert row["model_slug"] == slug
    assert (row["launched_on"], row["launch_basis"]) == (pd.Timestamp(launched_on), basis)
    assert row["weights_origin"] == "unknown"
    assert "on Hugging Face as acme/One" in row["note"]
    assert row["free"] == slug.endswith(":free")


def test_a_ranked_model_outside_the_catalogue_is_a_note(tables):
    _, models = listed(live.CATALOGUE, ranked(tables, "acme/gone-20261120"))
    assert models.frame.empty
    assert any("acme/gone-20261120" in note for note in models.notes)


def test_every_ranked_model_has_a_row_already(tables):
    _, models = listed(live.CATALOGUE, tables)
    assert models.frame.empty
    assert models.notes == ()


def test_launches_fit_the_table(home, tables):
    entry = live.model("acme/one", live.pricing(1, 2), "acme/one-20261120", 1_795_219_200)
    _, models = listed([entry], ranked(tables, "acme/one-20261120", "stealth/x-alpha"))
    written(models)
    assert len(models.frame) == 1


# ---- hosts of single models


def test_every_hosted_model_is_asked_for_and_may_be_gone(tables):
    asked = ENDPOINTS.plan(ASKED, tables)
    slugs = {request.url.split("/models/")[1].removesuffix("/endpoints") for request in asked}
    assert set(tables["model_hosts"]["model_slug"]) <= slugs
    assert {"moonshotai/kimi-k2.6", "z-ai/glm-5.1", "minimax/minimax-m3"} <= slugs
    assert len(slugs) == len(asked) == len({request.name for request in asked})
    assert all(request.optional for request in asked)


def test_all_hosts_of_a_model_are_rows_with_the_countries_of_providers(tables):
    hosts, _ = offered(tables, ["moonshotai/kimi-k2.5"])
    found = hosts.frame.set_index("provider_slug")
    assert list(found.index) == ["deepinfra", "moonshotai", "siliconflow", "together"]
    row = found.loc["moonshotai"]
    assert row[["hq_country", "datacenter_countries", "china_linked"]].to_list() == [
        "SG",
        "SG",
        "yes",
    ]
    assert set(found["evidence"]) == {"endpoint_listed"}
    assert set(found["observed_on"]) == {pd.Timestamp(TODAY)}


def test_one_price_a_host_the_plain_endpoint_before_the_cheapest(tables):
    _, prices = offered(tables, ["moonshotai/kimi-k2.5"])
    found = prices.frame.set_index("host")
    # DeepInfra: 0.45 under its own tag although turbo asks 0.4; Together's price varies
    assert found["input_usd_per_mtok"].to_dict() == {
        "deepinfra": 0.45,
        "moonshotai": 0.6,
        "siliconflow": 0.55,
    }
    assert found.loc["deepinfra", "note"] == "fp8; discount of 25% taken off"
    assert found.loc["siliconflow", "note"] == "fp8; operator linked to China"
    assert found.loc["siliconflow", "source_locator"] == "siliconflow/fp8"


def test_the_developer_has_its_own_country_as_in_the_committed_rows(tables):
    _, prices = offered(tables, ["moonshotai/kimi-k2.5"])
    now = prices.frame.set_index("host").loc["moonshotai"]
    old = tables["same_weights_prices"].query("open_weights_model == 'Kimi-K2.5'")
    columns = ["host_country", "first_party", "input_usd_per_mtok", "output_usd_per_mtok"]
    assert now[columns].to_list() == old.set_index("host").loc["moonshotai", columns].to_list()


def test_a_model_whose_weights_are_not_compared_gives_hosts_but_no_prices(tables):
    hosts, prices = offered(tables, ["deepseek/deepseek-v3.2"])
    assert set(hosts.frame["provider_slug"]) == {"deepseek", "novita"}
    assert prices.frame.empty


def test_a_list_that_has_not_changed_is_no_row(tables):
    found = offered(tables)
    later = with_rows(tables, *found)
    assert [rows.frame.empty for rows in offered(later, on=dt.date(2026, 12, 5))] == [True, True]
    dropped = live.OFFERS["moonshotai/kimi-k2.5"][:3]
    again = offered(later, ["moonshotai/kimi-k2.5"], dropped, dt.date(2026, 12, 5))
    assert [len(rows.frame) for rows in again] == [2, 2]  # the whole list, without those who left


def test_an_old_answer_adds_nothing_to_a_younger_list(tables):
    later = with_rows(tables, *offered(tables))
    dropped = live.OFFERS["moonshotai/kimi-k2.5"][:1]
    again = offered(later, ["moonshotai/kimi-k2.5"], dropped, TODAY)
    assert [rows.frame.empty for rows in again] == [True, True]


def test_a_list_waits_for_a_host_that_providers_lacks(tables):
    hosts, prices = offered(tables, ["z-ai/glm-5", "stepfun/step-3.5-flash"])
    assert hosts.frame.empty
    assert prices.frame.empty
    assert "Hosts that providers lacks, so that a list of hosts waits: 1 (brand-new-host)." in (
        hosts.notes
    )
    assert "Models without a host: 1 (stepfun/step-3.5-flash)." in hosts.notes


def test_an_answer_for_another_model_is_a_note(tables):
    request = ENDPOINTS.plan(ASKED, tables)[0]
    body = live.endpoints("moonshotai/kimi-k2.5")
    hosts, _ = ENDPOINTS.rows([reading(ENDPOINTS, body, request)], tables)
    assert hosts.frame.empty
    assert "answered under another name" in hosts.notes[0]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"tag": "<b>"}, "tag"),
        ({"tag": None}, "tag"),
        ({"pricing": {"prompt": 1, "completion": "0"}}, "prompt"),
        ({"pricing": live.pricing(1, 2, discount=25)}, "discount"),
        ({"quantization": 8}, "quantization"),
    ],
)
def test_an_endpoint_unlike_the_documented_one_is_refused(change, words):
    offers = [live.endpoint("deepinfra", live.pricing(1, 2)) | change]
    with pytest.raises(ShapeError, match=words):
        ENDPOINTS.read(live.endpoints("a/b", offers))


def test_hosts_and_prices_fit_their_tables(home, tables):
    for rows in offered(tables):
        assert len(rows.frame) > 2
        written(rows)


def test_live_rows_leave_the_comparison_of_own_lists_as_it_was(tables):
    now = with_rows(tables, *offered(tables))["same_weights_prices"]
    before, after = (same_weights.own_lists(t) for t in (tables["same_weights_prices"], now))
    pd.testing.assert_frame_equal(before, after)
    assert len(before) == len(tables["same_weights_prices"])
    assert "channel" not in before


def test_own_lists_compare_one_day_of_a_model(tables):
    table = tables["same_weights_prices"]
    later = table[table["open_weights_model"] == "GLM-5"].iloc[:2]
    later = later.assign(observed_on=pd.Timestamp("2026-12-01"))
    found = same_weights.own_lists(pd.concat([table, later]))
    counts = found["open_weights_model"].value_counts()
    assert (counts["GLM-5"], counts["GLM-5.1"]) == (2, 3)
    assert same_weights.own_lists(table[:0]).empty


def test_a_host_that_is_seen_again_counts_once(tables):
    later = with_rows(tables, offered(tables, ["moonshotai/kimi-k2.5"])[0])
    known = HostTables(later["model_authors"], later["providers"], later["model_hosts"])
    found = hosts_of("moonshotai/kimi-k2.5", "moonshotai", known)
    assert found.others["provider_slug"].is_unique
    seen = found.others.set_index("provider_slug")["observed_on"]
    assert seen["together"] == pd.Timestamp(TODAY)
    assert found.whole_list


# ---- providers


def declared(tables, entries=None):
    (rows,) = PROVIDERS.rows([reading(PROVIDERS, live.providers(entries))], tables)
    return rows


def test_a_known_host_keeps_its_class_its_note_and_the_order_of_its_countries(tables):
    columns = ["provider_name", "hq_country", "datacenter_countries", "datacenters_state"]
    columns += ["china_linked", "note"]
    now = declared(tables).frame.set_index("provider_slug")[columns]
    old = tables["providers"].set_index("provider_slug")[columns]
    same = ["alibaba", "baidu", "deepseek", "minimax"]
    pd.testing.assert_frame_equal(now.loc[same], old.loc[same])


def test_a_changed_declaration_is_the_row_of_the_day(tables):
    row = declared(tables).frame.set_index("provider_slug").loc["siliconflow"]
    assert (row["datacenter_countries"], row["datacenters_state"]) == ("SG|JP", "stated")
    assert (row["china_linked"], row["note"]) == ("yes", "Beijing parent, general knowledge")
    assert row["public_since"] == pd.Timestamp(TODAY)


def test_a_new_host_is_not_classified_and_the_test_entry_is_none(tables):
    rows = declared(tables)
    found = rows.frame.set_index("provider_slug")
    assert "fake-provider" not in found.index
    assert found.loc["brand-new-host", "china_linked"] == "unknown"
    assert found.loc["brand-new-host", "datacenters_state"] == "null_value"
    assert "Hosts whose link to China is not classified: 1 (brand-new-host)." in rows.notes
    assert any("does not list" in note for note in rows.notes)


def test_the_newest_edition_of_a_host_gives_class_and_note(tables):
    edition = tables["providers"].query("provider_slug == 'novita'")
    edition = edition.assign(china_linked="yes", public_since=pd.Timestamp("2026-10-01"))
    more = tables | {"providers": pd.concat([edition, tables["providers"]])}
    rows = declared(more, [live.provider("novita", "Novita", "US", None)])
    assert rows.frame["china_linked"].to_list() == ["yes"]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"slug": "Mega Host"}, "data.0.slug"),
        ({"slug": None}, "data.0.slug"),
        ({"name": "<b>Host</b>"}, "data.0.name"),
        ({"headquarters": "China"}, "data.0.headquarters"),
        ({"datacenters": ["cn"]}, "data.0.datacenters.0"),
        ({"datacenters": "CN"}, "data.0.datacenters"),
    ],
)
def test_a_provider_unlike_the_documented_one_is_refused(change, words):
    with pytest.raises(ShapeError, match=words):
        PROVIDERS.read(live.providers([live.provider("a", "A", "US", None) | change]))


def test_no_provider_or_one_twice_is_refused():
    with pytest.raises(ShapeError, match="no hosts"):
        PROVIDERS.read(live.providers(live.PROVIDERS[5:6]))  # the test entry alone
    with pytest.raises(ShapeError, match="'baidu' is there twice"):
        PROVIDERS.read(live.providers([live.PROVIDERS[1]] * 2))


def test_providers_fit_the_table(home, tables):
    rows = declared(tables)
    path = data.table_path("providers")
    kept = [
        line
        for line in path.read_text(encoding="utf-8").splitlines(keepends=True)
        if line.split(",")[0] not in set(rows.frame["provider_slug"])
    ]
    path.write_text("".join(kept), encoding="utf-8")
    written(rows)


# ---- any bytes


SAMPLES = [(name, body) for name, bodies in live.SAMPLES.items() for body in bodies]
NASTY = [None, -1, 0, 1e308, 10**400, "", "9" * 400, "NaN", "<b>", [], {}, True, "0001-01-01"]


@given(sample=st.sampled_from(SAMPLES), draw=st.data())
def test_reading_changed_bytes_raises_nothing_but_a_shape_error(sample, draw):
    name, body = sample
    start = draw.draw(st.integers(0, len(body) - 1))
    length = draw.draw(st.integers(0, 8))
    changed = body[:start] + draw.draw(st.binary(max_size=8)) + body[start + length :]
    with contextlib.suppress(ShapeError):
        BY_NAME[name].read(changed)


@given(sample=st.sampled_from(SAMPLES), value=st.sampled_from(NASTY), draw=st.data())
def test_reading_changed_values_raises_nothing_but_a_shape_error(sample, value, draw):
    name, body = sample
    place = changed = json.loads(body)
    while True:
        keys = list(place) if isinstance(place, dict) else list(range(len(place)))
        if not keys:
            break
        key = draw.draw(st.sampled_from(keys))
        if isinstance(place[key], dict | list) and place[key] and draw.draw(st.booleans()):
            place = place[key]
            continue
        place[key] = value
        break
    with contextlib.suppress(ShapeError):
        BY_NAME[name].read(json.dumps(changed).encode())

"""OpenRouter's catalogue, hosts of single models and providers, as documented; real values."""

import json

HOST = "openrouter.ai"
API = "/api/v1"
NEXT = f"{API}/models?offset=4&limit=4&output_modalities=all"


def usd_per_token(usd_per_mtok):
    """Price as the publisher writes it: USD per token, as text."""
    return f"{usd_per_mtok / 1e6:.12f}".rstrip("0").rstrip(".")


def pricing(prompt, completion, cached=None, **others):
    """Price object from USD per million tokens."""
    found = {"prompt": usd_per_token(prompt), "completion": usd_per_token(completion)}
    if cached is not None:
        found["input_cache_read"] = usd_per_token(cached)
    return found | {"request": "0", "image": "0"} | others


def model(slug, price, canonical="", created=1_770_771_600, **others):
    """Entry of the catalogue."""
    return {
        "id": slug,
        "canonical_slug": canonical or slug.split(":")[0],
        "name": slug,
        "created": created,
        "hugging_face_id": "",
        "context_length": 200_000,
        "architecture": {"modality": "text->text", "input_modalities": ["text"]},
        "pricing": price,
        "top_provider": {"is_moderated": False},
        "per_request_limits": None,
        "supported_parameters": ["temperature"],
    } | others


LONG = {"min_prompt_tokens": 200_000, "prompt": "0.000008", "completion": "0.000030"}
NIGHT = {"utc_start": "16:30", "utc_end": "00:30", "prompt": "0.00000007"}

CATALOGUE = [
    model("minimax/minimax-m2.5", pricing(0.295, 1.2, 0.06)),  # as the table has it
    model("anthropic/claude-opus-5.5", pricing(3, 15, 0.15, overrides=[LONG])),
    model("openrouter/auto", {"prompt": "-1", "completion": "-1"}),
    model("stepfun/step-3.5-flash:free", pricing(0, 0)),
    model(
        "z-ai/glm-5.1",
        pricing(1.4, 4.4, 0.26, overrides=[NIGHT]),
        "z-ai/glm-5.1-20260406",
        1_775_534_400,
        hugging_face_id="zai-org/GLM-5.1",
    ),
    model("deepseek/deepseek-v3.2", pricing(0, 0), "deepseek/deepseek-v3.2-20251201"),
    model("openai/gpt-5.2", pricing(1.75, 14, 0.175), "openai/gpt-5.2-20251211"),
    model("~openai/gpt-latest", pricing(2, 10), alias_target="openai/gpt-5.2"),
]


def catalogue(entries=None, following=None):
    """Answer of GET /models."""
    entries = CATALOGUE if entries is None else entries
    found = {"data": entries, "links": {"next": following}, "total_count": len(entries)}
    return json.dumps(found).encode()


def endpoint(tag, price, **others):
    """One offer of a model."""
    return {
        "name": tag,
        "provider_name": tag,
        "tag": tag,
        "quantization": "fp8",
        "context_length": 131_072,
        "pricing": price,
        "status": 0,
        "uptime_last_30m": 99.9,
        "latency_last_30m": None,
        "throughput_last_30m": None,
        "supported_parameters": [],
    } | others


OFFERS = {
    "moonshotai/kimi-k2.5": [
        endpoint("moonshotai", pricing(0.6, 3, 0.1), quantization="int4"),
        endpoint("deepinfra/turbo", pricing(0.4, 2)),
        endpoint("deepinfra", pricing(0.45, 2.25, discount=0.25)),
        endpoint("siliconflow/fp8", pricing(0.55, 3)),
        endpoint("together", {"prompt": "-1", "completion": "-1"}),
    ],
    "deepseek/deepseek-v3.2": [
        endpoint("deepseek", pricing(0.28, 0.42, 0.028), quantization="unknown"),
        endpoint("novita/fp8", pricing(0.27, 0.41)),
    ],
    "z-ai/glm-5": [endpoint("brand-new-host", pricing(1, 3.2))],
    "stepfun/step-3.5-flash": [],
}


def endpoints(slug, offers=None):
    """Answer of GET /models/{author}/{slug}/endpoints."""
    found = {
        "id": slug,
        "name": slug,
        "created": 1_769_472_000,
        "description": "",
        "architecture": {},
        "endpoints": OFFERS[slug] if offers is None else offers,
    }
    return json.dumps({"data": found}).encode()


def provider(slug, name, headquarters, datacenters):
    """One host."""
    return {
        "name": name,
        "slug": slug,
        "privacy_policy_url": None,
        "terms_of_service_url": None,
        "status_page_url": None,
        "headquarters": headquarters,
        "datacenters": datacenters,
    }


PROVIDERS = [
    provider("alibaba", "Alibaba", "SG", ["CN", "SG"]),  # the table has SG first
    provider("baidu", "Baidu", "CN", []),
    provider("deepseek", "DeepSeek", "CN", None),
    provider("minimax", "Minimax", "SG", ["US"]),
    provider("siliconflow", "SiliconFlow", "SG", ["SG", "JP"]),
    provider("fake-provider", "FakeProvider", None, []),
    provider("brand-new-host", "Brand New Host", None, None),
]


def providers(entries=None):
    """Answer of GET /providers."""
    return json.dumps({"data": PROVIDERS if entries is None else entries}).encode()


SAMPLES = {
    "openrouter/models": [catalogue(CATALOGUE[:4], NEXT), catalogue(CATALOGUE[4:])],
    "openrouter/endpoints": [endpoints(slug) for slug in OFFERS],
    "openrouter/providers": [providers()],
}


def answer(host, path, query):
    """What OpenRouter would answer; None if this is not OpenRouter, or 404."""
    if host != HOST:
        return None
    if path == f"{API}/models":
        return SAMPLES["openrouter/models"][1 if "offset" in query else 0]
    if path == f"{API}/providers":
        return SAMPLES["openrouter/providers"][0]
    slug = path.removeprefix(f"{API}/models/").removesuffix("/endpoints")
    return endpoints(slug) if slug in OFFERS else None

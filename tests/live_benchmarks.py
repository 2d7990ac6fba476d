"""Answers of InferenceX and ML.ENERGY as they are documented, with values published there."""

import json

from token_exports.fetch import inferencex, mlenergy

RUN = "https://github.com/SemiAnalysisAI/InferenceX/actions/runs/{}/attempts/1"
CONFIGURATION = {
    "framework": "vllm",
    "model": "dsv4",
    "hardware": "b200",
    "precision": "fp4",
    "spec_method": "none",
    "disagg": False,
    "is_multinode": False,
    "prefill_tp": 8,
    "prefill_ep": 8,
    "prefill_dp_attention": True,
    "prefill_num_workers": 0,
    "decode_tp": 8,
    "decode_ep": 8,
    "decode_dp_attention": True,
    "decode_num_workers": 0,
    "num_prefill_gpu": 64,
    "num_decode_gpu": 64,
    "benchmark_type": "single_turn",
    "offload_mode": "off",
    "isl": 8192,
    "osl": 1024,
    "image": "vllm/vllm-openai:nightly",
    "workers": None,
    "date": "2026-09-03",
    "run_url": RUN.format(33554397154),
    "curve_date": "2026-09-03",
}
APART = {"disagg": True, "is_multinode": True, "num_prefill_gpu": 8, "num_decode_gpu": 8}
AUGUST = {"date": "2026-08-26", "run_url": RUN.format(33012183714), "framework": "dynamo-vllm"}
SEPTEMBER = {
    "date": "2026-09-01",
    "run_url": RUN.format(33447526958),
    "framework": "dynamo-sglang",
}


def point(number, conc, measured, **changes):
    """One operating point; ``measured`` is throughput, written, user speed, watts and joules."""
    names = ("tput_per_gpu", "output_tput_per_gpu", "median_intvty", "avg_power_w")
    metrics = dict(zip((*names, "joules_per_output_token"), measured, strict=False))
    metrics |= {"median_itl": 0.0278, "p99.9_itl": 0.524}
    if len(measured) == 5:
        metrics |= {"power_valid": 1, "power_metric_schema_version": 2}
    return CONFIGURATION | {"id": str(number), "conc": conc, "metrics": metrics} | changes


def deepseek_v4():
    """Points of DeepSeek-V4-Pro on B200 as published on 2026-09-04, and one replayed session."""
    tensor = {"prefill_ep": 1, "num_prefill_gpu": 8, "num_decode_gpu": 8}
    first = (1449.6198691145855, 160.82267313299127, 20.05353172202492, 645.911, 4.016292)
    drafts = (6855.640379309642, 1523.3663578530918, 63.666537848984596, 899.754, 1.18127)
    wide = (9733.977429980174, 4325.504791222374, 22.70194948851954, 901.2, 0.833382)
    many = (927.7047890722557, 128.65093742472422, 83.06977643360067, 554.132, 5.384066)
    plain = (6402.4668615280025, 1422.7589287, 36.86753201638179, 860.401, 1.209483)
    top = (5836.436039981646, 648.6259166719586, 5.105372502619345, 834.602, 1.286724)
    one = (110.3, 12.3, 104.0, 389.949, 31.658597)
    agents = {"isl": None, "osl": None, "benchmark_type": "agentic_traces"}
    return [
        point(440994, 64, first),
        point(440980, 1024, top),
        point(440982, 1, one, **tensor),
        point(440437, 512, drafts, spec_method="mtp", **APART, **AUGUST),
        point(440853, 512, plain, **APART, **SEPTEMBER),
        point(440855, 64, many, **APART | {"num_decode_gpu": 32}, **SEPTEMBER),
        point(
            440856, 8192, wide, **APART | {"num_prefill_gpu": 48, "num_decode_gpu": 16}, **SEPTEMBER
        ),
        point(440900, 16, (255834.5, 1158.1, 75.5), **agents),
    ]


def other_model(key):
    """Two points of any other model: the faster one serves fewer tokens."""
    tensor = {"prefill_ep": 1, "num_prefill_gpu": 8, "num_decode_gpu": 8, "model": key}
    return [
        point(500001, 4, (476.5, 52.9, 110.93), hardware="h100", **tensor),
        point(500002, 64, (2317.0, 257.4, 33.0), hardware="h100", **tensor),
    ]


def benchmarks(points):
    """Body of an answer of InferenceX."""
    return json.dumps(points).encode()


def configuration(name, gpu, energy, **changes):
    """One configuration of a model in a file of ML.ENERGY; ``energy`` is joules per token."""
    return {
        "activated_params_billions": 22.0,
        "architecture": "MoE",
        "avg_output_len": 9296.89898989899,
        "avg_power_watts": 3918.0969655339563,
        "data_parallel": 1,
        "energy_per_request_joules": 12872.757667985596,
        "energy_per_token_joules": energy,
        "expert_parallel": 8,
        "gpu_model": gpu,
        "max_num_batched_tokens": None,
        "max_num_seqs": 128,
        "median_itl_ms": 45.91882973909378,
        "model_id": f"Qwen/{name.replace(' ', '-')}",
        "nickname": name,
        "num_gpus": 8,
        "output_throughput_tokens_per_sec": 2829.7084945357406,
        "p90_itl_ms": 49.58171360194683,
        "tensor_parallel": 1,
        "total_params_billions": 235.0,
        "weight_precision": "fp8",
    } | changes


DENSE = {
    "activated_params_billions": 14.0,
    "total_params_billions": 14.0,
    "avg_output_len": 6710.813131313132,
    "avg_power_watts": 600.0061181329069,
    "expert_parallel": 1,
    "max_num_seqs": 64,
    "median_itl_ms": 28.065836057066917,
    "num_gpus": 1,
    "output_throughput_tokens_per_sec": 2146.2357896680815,
    "weight_precision": "bfloat16",
}
LESS_BUSY = {"max_num_seqs": 32, "median_itl_ms": 32.201, "avg_power_watts": 3799.1}
CHAT = {
    "avg_output_len": 624.564453125,
    "avg_power_watts": 644.6719210104968,
    "max_num_seqs": 256,
    "median_itl_ms": 38.40287588536739,
    "output_throughput_tokens_per_sec": 5760.271365304712,
}


def task(name, configurations):
    """Body of a file of one task."""
    shown = {"task": name, "task_display_name": name.upper(), "configurations": configurations}
    return json.dumps(shown).encode()


def index(day="2026-02-13"):
    """Body of the file that says when the data changed last."""
    tasks = ["gpqa", "image-chat", "lm-arena-chat", "sourcegraph-fim", "text-to-image"]
    return json.dumps(
        {"architectures": {}, "last_updated": day, "models": {}, "tasks": tasks}
    ).encode()


def tasks():
    """Files of all tasks: values of H100 as published, with another configuration each."""
    thinking, dense, coder = "Qwen 3 235B A22B Thinking FP8", "Qwen 3 14B", "Qwen 3 Coder 30B A3B"
    return {
        "gpqa": task(
            "gpqa",
            [
                configuration(thinking, "H100", 3.8447779951844017, **LESS_BUSY),
                configuration(thinking, "H100", 1.3846291846315368),
                configuration(dense, "H100", 0.279562069098521, **DENSE),
            ],
        ),
        "lm-arena-chat": task(
            "lm-arena-chat", [configuration(dense, "H100", 0.11191693587449492, **DENSE | CHAT)]
        ),
        "sourcegraph-fim": task(
            "sourcegraph-fim", [configuration(coder, "H100", 0.3423543326071806, **DENSE)]
        ),
    }


def feed(model="DeepSeek-V4-Pro", points=(("b200", "8192x1024", 50, 900.0),), **cells):
    """Throughput at fixed user speeds, as the feed for cost models gives it."""
    rows = [
        {
            "hardware": hardware,
            "workload": workload,
            "tier": tier,
            "output_tput_per_gpu": throughput,
            "boundary": "interpolated",
            "is_interpolated": True,
            "frontier_points": 3,
            "frontier_min_interactivity": 25,
            "frontier_max_interactivity": 100,
            "latest_date": "2026-09-05",
            "oldest_frontier_date": "2026-09-01",
        }
        | cells
        for hardware, workload, tier, throughput in points
    ]
    told = {"model": model, "db_model_keys": ["x"], "date": "2026-09-06", "rows": rows}
    return json.dumps(told | {"workloads": ["8192x1024"], "tiers": [50]}).encode()


SAMPLES: dict[str, list[bytes]] = {
    "inferencex/tco-feed": [feed()],
    "inferencex/benchmarks": [benchmarks(deepseek_v4()), benchmarks(other_model("minimaxm2.5"))],
    "ml-energy/leaderboard": [index(), *tasks().values()],
}


def answer(host: str, path: str, query: dict[str, str]) -> bytes | None:
    """What the publisher would answer; None if it is neither of the two, or has no such file."""
    if host == "inferencex.semianalysis.com" and path == "/api/v1/benchmarks":
        keys = [key for key, (asks, _) in inferencex.MODELS.items() if asks == query.get("model")]
        if not keys:
            return None
        return benchmarks(deepseek_v4() if keys == ["dsv4"] else other_model(keys[0]))
    if host == "inferencex.semianalysis.com" and path == "/api/v1/tco-feed":
        return feed(query["model"])
    if host == "raw.githubusercontent.com":
        folder = mlenergy.FILES.partition(host)[2]
        files = {f"{folder}/tasks/{name}.json": body for name, body in tasks().items()}
        return (files | {f"{folder}/index.json": index()}).get(path)
    return None

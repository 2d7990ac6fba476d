"""Which points of InferenceX become rows of ``serving_benchmarks``.

Works on rows as the table has them; see `inferencex` for the rule and its reasons.
"""

import pandas as pd

from token_exports.fetch.contract import Tables

TABLE = "serving_benchmarks"
SPEED, THROUGHPUT = "interactivity_tok_per_s_per_user", "throughput_tok_per_s_per_gpu"
MODELS = {
    "dsr1": ("DeepSeek-R1-0528", "DeepSeek-R1-0528"),
    "dsv4": ("DeepSeek-V4-Pro", "DeepSeek-V4-Pro"),
    "glm5": ("GLM-5", "GLM-5"),
    "glm5.1": ("GLM-5", "GLM-5.1"),
    "gptoss120b": ("gpt-oss-120b", "gpt-oss-120b"),
    "kimik2.5": ("Kimi-K2.5", "Kimi-K2.5"),
    "kimik3": ("Kimi-K3", "Kimi-K3"),
    "llama70b": ("Llama-3.3-70B-Instruct-FP8", "Llama-3.3-70B"),
    "minimaxm2.5": ("MiniMax-M2.5", "MiniMax-M2.5"),
    "minimaxm3": ("MiniMax-M3", "MiniMax-M3"),
    "qwen3.5": ("Qwen-3.5-397B-A17B", "Qwen3.5-397B-A17B"),
}
"""Publisher's key to the name that a request asks for and the name in our tables."""
ACCELERATORS = {"h100": "h100-sxm", "tpuv7": "tpu-v7"}
"""Publisher's key to ours where they differ."""
FOUR_BIT_FLOATS = dict.fromkeys(("nvfp4", "mxfp4"), "fp4")
KIND = ["model", "accelerator", "format", "input_tokens", "output_tokens"]
SAME_POINT = [*KIND, "concurrency_count", "date", THROUGHPUT]


def sizes(tables: Tables) -> dict[str, tuple[float, float]]:
    """Parameters of a model, all and active, as earlier rows or else its architecture say."""
    columns = ["model", "total_params_b", "active_params_b"]
    known = pd.concat([tables[name][columns] for name in ("model_architectures", TABLE)]).dropna()
    return {name: (total, active) for name, total, active in known.itertuples(index=False)}


def with_lengths(table: pd.DataFrame) -> pd.DataFrame:
    """Rows with their lengths as the publisher writes them, prompt x answer."""
    known = table.dropna(subset=["input_tokens", "output_tokens"])
    lengths = [f"{a:.0f}x{b:.0f}" for a, b in known[["input_tokens", "output_tokens"]].to_numpy()]
    return known.assign(lengths=lengths)


def frontiers(frame: pd.DataFrame) -> pd.DataFrame:
    """Rows that no other of their kind beats at throughput and user speed.

    Kinds are compared among all rows and, again, among those with measured energy.
    """
    ranked = _with_format(frame).sort_values(
        [SPEED, THROUGHPUT, "benchmark_id"], ascending=[False, False, True], ignore_index=True
    )
    ranked = ranked.drop_duplicates("benchmark_id")
    measured = ranked[ranked["energy_j_per_token"].notna()]
    kept = _unbeaten(ranked).union(_unbeaten(measured))
    return ranked.loc[kept, frame.columns]


def new(frame: pd.DataFrame, table: pd.DataFrame) -> pd.DataFrame:
    """Rows as new as the newest of their kind in the table, and not there by another name."""
    there, found = _with_format(table), _with_format(frame)
    newest = there.groupby(KIND)["date"].max().rename("newest").reset_index()
    found = found.merge(newest, how="left", on=KIND)
    found = found[~(found["date"] < found["newest"])]
    named_otherwise = there[~there["benchmark_id"].isin(found["benchmark_id"])]
    known = set(named_otherwise[SAME_POINT].itertuples(index=False, name=None))
    points = found[SAME_POINT].itertuples(index=False, name=None)
    unknown = pd.Series([point not in known for point in points], found.index, dtype=bool)
    found = found[unknown].sort_values([*KIND, "date", "benchmark_id"], ignore_index=True)
    return found[table.columns].astype(table.dtypes.to_dict())


def _unbeaten(ranked: pd.DataFrame) -> pd.Index:
    """Index of rows with more throughput than every faster row; ranked from the fastest on."""
    best = ranked.groupby(KIND)[THROUGHPUT].cummax()
    before = best.groupby([ranked[name] for name in KIND]).shift(fill_value=0.0)
    return ranked.index[ranked[THROUGHPUT] > before]


def _with_format(frame: pd.DataFrame) -> pd.DataFrame:
    """Rows with the number format, four-bit floats alike, as frontiers are compared."""
    return frame.assign(format=frame["precision"].replace(FOUR_BIT_FLOATS))

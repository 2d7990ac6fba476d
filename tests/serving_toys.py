"""A model and a chip with round numbers, for tests of throughput."""

from token_exports.models.layout import tensor_parallel
from token_exports.models.roofline import Accelerator, Deployment, Efficiencies, Precision
from token_exports.models.transformer import Architecture

SHAPE = Architecture(
    name="toy",
    total_params_b=110.0,
    active_params_b=20.0,
    expert_params_b=100.0,
    embedding_params_b=0.0,
    n_layers=10.0,
    n_moe_layers=10.0,
    n_experts=10.0,
    n_active_experts=1.0,
    hidden_dim=1_000.0,
    kv_elements=10_000.0,
    kv_shards_count=2.0,
    prefill_attention_flops_count=0.0,
    decode_attention_flops_count=0.0,
)
CHIP = Accelerator(
    name="chip",
    peak_tflops={"fp8": 1_000.0, "bf16": 500.0},
    hbm_gb=100.0,
    hbm_tb_per_s=1.0,
    board_power_w=500.0,
    scale_up_gb_per_s=100.0,
    scale_out_gb_per_s=10.0,
    scale_up_count=8.0,
)
EIGHT_BIT = Precision(expert_bytes=1.0, rest_bytes=1.0, kv_bytes=1.0, arithmetic=("fp8", "bf16"))
IDEAL = Efficiencies(
    compute_efficiency_share=0.5,
    memory_efficiency_share=0.5,
    link_efficiency_share=0.5,
    usable_memory_share=1.0,
    layer_latency_s=1e-4,
    sequence_host_s=1e-5,
    engine_speed_ratio=1.0,
)
TOY = Deployment(
    shape=SHAPE,
    accelerator=CHIP,
    precision=EIGHT_BIT,
    layout=tensor_parallel(2.0),
    efficiencies=IDEAL,
)

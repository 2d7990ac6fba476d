"""Predictions by name: tables and assumptions turned into the inputs of the throughput model.

Two paths that are never mixed: *roofline*, arithmetic and bytes at the engine speed that the
benchmarks of the nearest class imply; *measured*, a published frontier of the same model, chip,
format and lengths. Each prediction says which rows it rests on.

Left out on purpose: which of the two to believe.
"""

from token_exports.serving.basis import (
    Asked,
    Basis,
    ServingError,
    basis,
    measured,
    named,
    narrowest,
)
from token_exports.serving.predict import (
    USER_SPEED,
    Prediction,
    feasible,
    in_hour,
    intervals,
    predict,
    predict_shape,
    speed_of,
    user_speed,
)

__all__ = [
    "USER_SPEED",
    "Asked",
    "Basis",
    "Prediction",
    "ServingError",
    "basis",
    "feasible",
    "in_hour",
    "intervals",
    "measured",
    "named",
    "narrowest",
    "predict",
    "predict_shape",
    "speed_of",
    "user_speed",
]

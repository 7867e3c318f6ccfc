"""Writes clip.json: what other libraries make of the same gradients, and numpy of sequences of norms.

    python make_clip.py

Needs numpy, torch, timm, jax, optax and keras (backend jax); their versions are written into the file.
Everything is float32, as in TensorFlow.js.
"""

import json
import math
import os
from pathlib import Path

os.environ["KERAS_BACKEND"] = "jax"

import jax  # noqa: E402
import jax.numpy as jnp  # noqa: E402
import keras  # noqa: E402
import numpy as np  # noqa: E402
import optax  # noqa: E402
import timm  # noqa: E402
import torch  # noqa: E402
from timm.utils.agc import adaptive_clip_grad  # noqa: E402

SEED = 20240521
rng = np.random.default_rng(SEED)
cases = []


def plain(array):
    """Numbers of a float32 array, exact in JSON; the others by name."""

    def number(value):
        value = float(value)
        if math.isnan(value):
            return "NaN"
        if math.isinf(value):
            return "Infinity" if value > 0 else "-Infinity"
        # The shortest decimal that names this float32.
        return float(str(np.float32(value)))

    return [number(value) for value in np.asarray(array, dtype=np.float32).reshape(-1)]


def packed(tensors):
    return {name: {"shape": list(np.shape(value)), "values": plain(value)} for name, value in tensors.items()}


def add(title, gradients, expected, **facts):
    cases.append({"title": title, **facts, "gradients": packed(gradients), "expected": packed(expected)})


def normal(*shapes, std=1.0):
    return {f"v{i}": (std * rng.standard_normal(shape)).astype(np.float32) for i, shape in enumerate(shapes)}


MIXED = [(5, 7), (7,), (3, 3, 2, 4), (), (6, 5, 4)]

# PyTorch -----------------------------------------------------------------------------------------


def torch_parameters(gradients, weights=None):
    parameters = []
    for name, gradient in gradients.items():
        value = gradient if weights is None else weights[name]
        parameter = torch.nn.Parameter(torch.tensor(value))
        parameter.grad = torch.tensor(gradient)
        parameters.append(parameter)
    return parameters


def after(gradients, parameters):
    return {name: parameter.grad.numpy() for name, parameter in zip(gradients, parameters)}


def torch_norm(title, gradients, max_norm, p):
    parameters = torch_parameters(gradients)
    norm = torch.nn.utils.clip_grad_norm_(parameters, max_norm, norm_type=p)
    add(
        title,
        gradients,
        after(gradients, parameters),
        authority="torch",
        function="clip_grad_norm_",
        limit=max_norm,
        p="Infinity" if p == math.inf else p,
        norm=plain(norm)[0],
    )


def torch_value(title, gradients, limit):
    parameters = torch_parameters(gradients)
    torch.nn.utils.clip_grad_value_(parameters, limit)
    add(title, gradients, after(gradients, parameters), authority="torch", function="clip_grad_value_", limit=limit)


for p in (1, 1.5, 2, 4, math.inf):
    gradients = normal(*MIXED, std=10)
    torch_norm(f"clip_grad_norm_ p={p} above", gradients, 3.0, p)
    torch_norm(f"clip_grad_norm_ p={p} below", gradients, 1e6, p)
torch_value("clip_grad_value_", normal(*MIXED), 0.7)

line = {"v0": np.array([3, 4], np.float32)}
torch_norm("clip_grad_norm_ at the limit", line, 5.0, 2)
torch_norm("clip_grad_norm_ tiny", {"v0": np.array([3e-6, 4e-6], np.float32)}, 1e-6, 2)
torch_norm("clip_grad_norm_ overflow", {"v0": np.array([3e20, 4e20], np.float32)}, 1.0, 2)
torch_norm("clip_grad_norm_ NaN", {"v0": np.array([1, np.nan], np.float32), "v1": np.array([2], np.float32)}, 1.0, 2)
torch_norm("clip_grad_norm_ Inf", {"v0": np.array([1, np.inf], np.float32), "v1": np.array([2], np.float32)}, 1.0, 2)
torch_norm("clip_grad_norm_ p=inf NaN", {"v0": np.array([1, np.nan], np.float32)}, 1.0, math.inf)
torch_norm("clip_grad_norm_ p=inf Inf", {"v0": np.array([1, np.inf], np.float32)}, 1.0, math.inf)
torch_value("clip_grad_value_ NaN", {"v0": np.array([-3, np.nan, np.inf], np.float32)}, 1.0)

# optax -------------------------------------------------------------------------------------------


def optax_case(title, function, transform, gradients, weights=None, **facts):
    values = {name: jnp.asarray(value) for name, value in gradients.items()}
    parameters = {name: jnp.asarray(value) for name, value in (weights or gradients).items()}
    expected, _ = transform.update(values, transform.init(parameters), parameters)
    if weights is not None:
        facts["weights"] = packed(weights)
    add(title, gradients, expected, authority="optax", function=function, **facts)


optax_case("clip", "clip", optax.clip(0.7), normal(*MIXED), limit=0.7)
for limit in (2.0, 1e6):
    title = f"clip_by_global_norm {limit}"
    optax_case(title, "clip_by_global_norm", optax.clip_by_global_norm(limit), normal(*MIXED), limit=limit)
for limit in (0.5, 1e6):
    title = f"clip_by_block_rms {limit}"
    optax_case(title, "clip_by_block_rms", optax.clip_by_block_rms(limit), normal(*MIXED), limit=limit)
optax_case(
    "clip_by_global_norm overflow",
    "clip_by_global_norm",
    optax.clip_by_global_norm(1.0),
    {"v0": np.array([3e20, 4e20], np.float32)},
    limit=1.0,
)
nans = {"v0": np.array([1, np.nan, -2], np.float32)}
optax_case("zero_nans", "zero_nans", optax.zero_nans(), nans)
infinite = {"v0": np.array([1, np.nan, np.inf], np.float32)}
optax_case("zero_nans Inf", "zero_nans", optax.zero_nans(), infinite)

# By rank, the axes over which optax takes the norm of a unit.
OPTAX_UNIT = {0: [], 1: [0], 2: [0], 3: [0], 4: [0, 1, 2]}
for limit in (0.01, 0.5):
    gradients, weights = normal(*MIXED, std=0.3), normal(*MIXED)
    weights["v1"] = np.zeros(7, np.float32)
    optax_case(
        f"adaptive_grad_clip {limit}",
        "adaptive_grad_clip",
        optax.adaptive_grad_clip(limit, eps=1e-3),
        gradients,
        weights,
        limit=limit,
        unitAxes={name: OPTAX_UNIT[np.ndim(value)] for name, value in gradients.items()},
    )
matrices = normal((5, 7), (7,), (3, 3, 2, 4))
optax_case(
    "centralize",
    "centralize",
    optax.centralize(),
    matrices,
    # optax averages over all axes but the first, which for kernels of [in, out] is the wrong way round.
    unitAxes={name: list(range(1, np.ndim(value))) for name, value in matrices.items()},
)

# Keras -------------------------------------------------------------------------------------------


def keras_case(title, gradients, limit, **option):
    optimizer = keras.optimizers.SGD(learning_rate=1.0, **option)
    expected = optimizer._clip_gradients([keras.ops.convert_to_tensor(value) for value in gradients.values()])
    add(
        title,
        gradients,
        dict(zip(gradients, (np.asarray(value) for value in expected))),
        authority="keras",
        function=next(iter(option)),
        limit=limit,
    )


keras_case("clipnorm", normal(*MIXED), 1.5, clipnorm=1.5)
keras_case("clipvalue", normal(*MIXED), 0.7, clipvalue=0.7)
keras_case("global_clipnorm", normal(*MIXED), 1.5, global_clipnorm=1.5)
keras_case("global_clipnorm Inf", {"v0": np.array([1, np.inf], np.float32)}, 1.5, global_clipnorm=1.5)

# timm --------------------------------------------------------------------------------------------

for limit in (0.01, 0.5):
    gradients, weights = normal((5, 7), (7,), (4, 2, 3, 3), std=0.3), normal((5, 7), (7,), (4, 2, 3, 3))
    weights["v0"][2] = 0
    parameters = torch_parameters(gradients, weights)
    adaptive_clip_grad(parameters, clip_factor=limit, eps=1e-3)
    add(
        f"adaptive_clip_grad {limit}",
        gradients,
        after(gradients, parameters),
        authority="timm",
        function="adaptive_clip_grad",
        limit=limit,
        weights=packed(weights),
        unitAxes={"v0": [1], "v1": [0], "v2": [1, 2, 3]},
    )

# Sequences of norms, in float64 by numpy ----------------------------------------------------------

sequences = []


def sequence(title, function, norms, clipped, **options):
    sequences.append(
        {"title": title, "function": function, "options": options, "norms": plain(norms), "clipped": plain(clipped)}
    )


def spiky(count):
    """Log-normal norms, later one in seven of them a spike; as float32, so that both sides see the same."""
    norms = np.exp(0.3 * rng.standard_normal(count))
    norms[14::7] *= 20
    return norms.astype(np.float32).astype(np.float64)


for percentile in (10, 50, 90):
    norms = spiky(40)
    # The last 25 norms, this one included, as AutoClip takes all of them.
    limits = [np.percentile(norms[max(0, i - 24) : i + 1], percentile) for i in range(len(norms))]
    clipped = np.minimum(norms, limits)
    sequence(f"autoClip {percentile}", "autoClip", norms, clipped, percentile=percentile, historyLength=25)

norms, clipped = spiky(60), []
for i, norm in enumerate(norms):
    window = norms[max(0, i - 20) : i]
    limit = window.mean() + 2 * window.std() if len(window) >= 10 else norm
    clipped.append(min(norm, limit))
sequence("windowClip", "windowClip", norms, clipped, sigmas=2, windowSize=20, warmUpSteps=10)

# ZClip's own order of operations: z by the averages so far, then the averages by the lowered norm, the variance from
# the new mean. Its 1e-6 beside the standard deviation is left out.
norms, clipped = spiky(60), []
mean = variance = None
for i, norm in enumerate(norms):
    if i < 10:
        clipped.append(norm)
        mean, variance = norms[: i + 1].mean(), norms[: i + 1].var()
        continue
    z = (norm - mean) / np.sqrt(variance)
    lowered = mean + 2.5**2 * np.sqrt(variance) / z if z > 2.5 else norm
    clipped.append(lowered)
    mean = 0.97 * mean + 0.03 * lowered
    variance = 0.97 * variance + 0.03 * (lowered - mean) ** 2
sequence("zClip", "zClip", norms, clipped, zThreshold=2.5, decay=0.97, warmUpSteps=10)

# SPAM limits by the average before the step, and lets the limited gradient into it; here with the correction that Adam makes.
values, clipped, average = spiky(60) * rng.choice([-1, 1], 60), [], 0.0
for i, value in enumerate(values):
    limit = math.sqrt(20 * average / (1 - 0.99**i)) if i >= 5 else math.inf
    clipped.append(np.clip(value, -limit, limit))
    average = 0.99 * average + 0.01 * clipped[-1] ** 2
sequence("spikeClip", "spikeClip", values, clipped, threshold=20, decay=0.99, warmUpSteps=5)

versions = {
    module.__name__: module.__version__ for module in (jax, keras, np, optax, timm, torch)
}
document = {"generator": "make_clip.py", "seed": SEED, "versions": versions, "cases": cases, "sequences": sequences}
path = Path(__file__).with_name("clip.json")
path.write_text(json.dumps(document, allow_nan=False) + "\n")
print(f"{len(cases)} cases, {len(sequences)} sequences", versions)

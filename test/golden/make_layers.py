"""Writes layers.json: what PyTorch and Keras compute for the layers of src/layers, forward and backward.

Run with Python 3.11 and numpy, jax, keras 3 (its jax backend) and torch; versions are printed into the file. All in
float64, at inputs that float32 holds exactly. Numbers that JSON lacks are written as strings.
"""

import json
import math
import os
import pathlib

os.environ["KERAS_BACKEND"] = "jax"

import jax
import keras
import numpy as np
import torch
import torch.nn.functional as F

jax.config.update("jax_enable_x64", True)
keras.config.set_floatx("float64")


def plain(values):
    def number(value):
        if math.isfinite(value):
            return float(f"{value:.9g}")
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"

    return [number(value) for value in np.asarray(values, np.float64).ravel().tolist()]


# Kinks of every function, their neighbours in float32, both tails, and what no training should meet.
BELOW, ABOVE = np.float32(-np.inf), np.float32(np.inf)
kinks = np.float32([-3, -1, -0.5, 0, 0.5, 1, 3])
xs = np.unique(
    np.concatenate(
        [
            kinks,
            np.nextafter(kinks, BELOW),
            np.nextafter(kinks, ABOVE),
            np.linspace(-6, 6, 25, dtype=np.float32),
            np.float32([-1e30, -1e4, -104, -20, -1e-4, 1e-4, 20, 104, 1e4, 1e30, np.inf, -np.inf]),
        ]
    )
)
# Neighbours of 0 are subnormal, which backends may flush.
xs = np.append(xs[(xs == 0) | (np.abs(xs) > 1e-30)], np.float32(np.nan)).astype(np.float64)

activations = [
    ("leakyRelu", {"slope": 0.3}, lambda x: F.leaky_relu(x, 0.3), lambda x: keras.activations.leaky_relu(x, 0.3)),
    ("leakyRelu", {"slope": 0.01}, lambda x: F.leaky_relu(x, 0.01), lambda x: keras.activations.leaky_relu(x, 0.01)),
    ("silu", {}, F.silu, keras.activations.silu),
    ("hardSwish", {}, F.hardswish, keras.activations.hard_silu),
    ("celu", {}, F.celu, keras.activations.celu),
    ("celu", {"alpha": 2}, lambda x: F.celu(x, 2.0), lambda x: keras.activations.celu(x, 2.0)),
    ("celu", {"alpha": 0.1}, lambda x: F.celu(x, 0.1), lambda x: keras.activations.celu(x, 0.1)),
    ("elu", {}, F.elu, keras.activations.elu),
    ("elu", {"alpha": 2}, lambda x: F.elu(x, 2.0), lambda x: keras.activations.elu(x, 2.0)),
    ("elu", {"alpha": 0.5}, lambda x: F.elu(x, 0.5), lambda x: keras.activations.elu(x, 0.5)),
    ("hardTanh", {}, F.hardtanh, keras.activations.hard_tanh),
    ("hardSigmoid", {}, F.hardsigmoid, keras.activations.hard_sigmoid),
    ("softshrink", {}, F.softshrink, keras.activations.soft_shrink),
    ("softshrink", {"lambda": 1}, lambda x: F.softshrink(x, 1.0), lambda x: keras.activations.soft_shrink(x, 1.0)),
]


def activation(name, options, of_torch, of_keras):
    x = torch.tensor(xs, requires_grad=True)
    value = of_torch(x)
    value.backward(torch.ones_like(value))
    return {
        "layer": name,
        "options": options,
        "value": plain(value.detach()),
        "slope": plain(x.grad),
        "keras": plain(of_keras(np.asarray(xs))),
    }


rng = np.random.default_rng(4)


def draw(shape, spread=1.0, middle=0.0):
    # Few digits, so that the file and float32 hold the same.
    return np.round(rng.normal(middle, spread, shape), 3)


def result(layer, options, peer, x, gamma, beta, dy, y, dx, dgamma, dbeta):
    arrays = dict(x=x, gamma=gamma, beta=beta, dy=dy, y=y, dx=dx, dgamma=dgamma, dbeta=dbeta)
    written = {key: plain(value) for key, value in arrays.items() if value is not None}
    return {"layer": layer, "options": options, "peer": peer, "shape": list(x.shape), **written}


def of_torch(layer, options, shape, channel_axis, run):
    """`run` takes x with its channels in axis 1, as torch has them, gamma and beta."""
    channels = shape[channel_axis] if layer != "rmsNorm" else [shape[axis] for axis in options["axis"]]
    x, dy = draw(shape, 2, 0.5), draw(shape)
    gamma = draw(channels, 0.5, 1)
    beta = draw(channels, 0.5) if layer != "rmsNorm" else None
    leaves = [torch.tensor(value, requires_grad=True) for value in (x, gamma, beta) if value is not None]
    moved = torch.movedim(leaves[0], channel_axis, 1) if layer != "rmsNorm" else leaves[0]
    y = run(moved, *leaves[1:])
    y = torch.movedim(y, 1, channel_axis) if layer != "rmsNorm" else y
    y.backward(torch.tensor(dy))
    grads = [leaf.grad.numpy() for leaf in leaves] + [None]
    return result(layer, options, "torch", x, gamma, beta, dy, y.detach().numpy(), *grads[:3])


def of_keras(layer, options, shape, made):
    made.build(shape)
    x, dy = draw(shape, 2, 0.5), draw(shape)
    weights = [draw(variable.shape, 0.5, 1 - index) for index, variable in enumerate(made.trainable_variables)]

    def run(x, weights):
        return made.stateless_call(weights, [], x)[0]

    y, back = jax.vjp(run, x, weights)
    dx, dweights = back(jax.numpy.asarray(dy))
    gamma, beta = (weights + [None])[:2]
    dgamma, dbeta = (list(dweights) + [None])[:2]
    return result(layer, options, "keras", x, gamma, beta, dy, y, dx, dgamma, dbeta)


K = keras.layers
normalizations = [
    of_torch("groupNorm", {"groups": 3}, (2, 3, 2, 6), -1, lambda x, g, b: F.group_norm(x, 3, g, b, 1e-3)),
    of_torch("groupNorm", {"groups": 2, "axis": 1}, (2, 6, 5), 1, lambda x, g, b: F.group_norm(x, 2, g, b, 1e-3)),
    of_torch("groupNorm", {"groups": 4, "epsilon": 0.1}, (3, 8), -1, lambda x, g, b: F.group_norm(x, 4, g, b, 0.1)),
    of_torch("instanceNorm", {}, (2, 4, 3), -1, lambda x, g, b: F.instance_norm(x, None, None, g, b, eps=1e-3)),
    of_torch("instanceNorm", {"axis": 1}, (2, 2, 3, 3), 1, lambda x, g, b: F.instance_norm(x, None, None, g, b, eps=1e-3)),
    of_torch("rmsNorm", {"axis": [1]}, (3, 5), None, lambda x, g: F.rms_norm(x, (5,), g, 1e-6)),
    of_torch("rmsNorm", {"axis": [-2, -1], "epsilon": 0.1}, (2, 3, 4), None, lambda x, g: F.rms_norm(x, (3, 4), g, 0.1)),
    of_keras("groupNorm", {"groups": 3}, (2, 3, 2, 6), K.GroupNormalization(groups=3)),
    of_keras("groupNorm", {"groups": 2, "axis": 2}, (2, 2, 4, 3), K.GroupNormalization(groups=2, axis=2)),
    of_keras("instanceNorm", {}, (2, 3, 2, 2), K.GroupNormalization(groups=-1)),
    of_keras("rmsNorm", {}, (2, 3, 4), K.RMSNormalization()),
]

# As Keras writes its layers into a file.
configs = [
    {"layer": "groupNorm", "className": type(layer).__name__, "config": layer.get_config()}
    for layer in (K.GroupNormalization(groups=2, epsilon=0.25), K.GroupNormalization(groups=-1, center=False))
] + [{"layer": "rmsNorm", "className": "RMSNormalization", "config": K.RMSNormalization(epsilon=0.25).get_config()}]

golden = {
    "generator": "make_layers.py",
    "versions": {
        "numpy": np.__version__,
        "jax": jax.__version__,
        "keras": keras.__version__,
        "torch": torch.__version__,
    },
    "x": plain(xs),
    "activations": [activation(*case) for case in activations],
    "normalizations": normalizations,
    "kerasConfigs": configs,
}

path = pathlib.Path(__file__).with_name("layers.json")
path.write_text(json.dumps(golden) + "\n")
print(path, golden["versions"])

"""Writes init.json: what Keras, JAX and PyTorch draw and count, for the tests of src/init and of src/layout/fans.ts.

Run with Python 3.11 and numpy, jax, keras 3 (its jax backend) and torch; versions are printed into the file.
"""

import json
import os
import pathlib

os.environ["KERAS_BACKEND"] = "jax"

import jax
import keras
import numpy as np
import torch
from keras.src.initializers.random_initializers import compute_fans

GRID = 512  # quantiles at 0/512 ... 512/512
SHAPE = (500, 800)  # [in, out]

torch.manual_seed(1)
key = jax.random.PRNGKey(2)


def of_torch(fill):
    # torch's Linear weights are [out, in].
    weight = torch.empty(SHAPE[1], SHAPE[0])
    fill(weight)
    return weight.numpy()


samples = {
    ("heNormal", "keras"): keras.initializers.HeNormal(seed=3)(SHAPE),
    ("heNormal", "jax"): jax.nn.initializers.he_normal()(key, SHAPE),
    ("heUniform", "keras"): keras.initializers.HeUniform(seed=3)(SHAPE),
    ("heUniform", "jax"): jax.nn.initializers.he_uniform()(key, SHAPE),
    ("heUniform", "torch"): of_torch(torch.nn.init.kaiming_uniform_),
    ("xavierNormal", "keras"): keras.initializers.GlorotNormal(seed=3)(SHAPE),
    ("xavierNormal", "jax"): jax.nn.initializers.glorot_normal()(key, SHAPE),
    ("xavierUniform", "keras"): keras.initializers.GlorotUniform(seed=3)(SHAPE),
    ("xavierUniform", "jax"): jax.nn.initializers.glorot_uniform()(key, SHAPE),
    ("xavierUniform", "torch"): of_torch(torch.nn.init.xavier_uniform_),
    ("lecunNormal", "keras"): keras.initializers.LecunNormal(seed=3)(SHAPE),
    ("lecunNormal", "jax"): jax.nn.initializers.lecun_normal()(key, SHAPE),
    ("lecunUniform", "keras"): keras.initializers.LecunUniform(seed=3)(SHAPE),
    ("lecunUniform", "jax"): jax.nn.initializers.lecun_uniform()(key, SHAPE),
}


def quantiles(sample):
    grid = np.linspace(0, 1, GRID + 1)
    return [float(f"{q:.7g}") for q in np.quantile(np.asarray(sample, np.float64).ravel(), grid)]


def torch_fans(weight):
    fan_in, fan_out = torch.nn.init._calculate_fan_in_and_fan_out(weight)
    return {"fanIn": fan_in, "fanOut": fan_out}


def keras_fans(shape, **axes):
    fan_in, fan_out = compute_fans(shape, **axes)
    return {"fanIn": float(fan_in), "fanOut": float(fan_out)}


# A transposed kernel and a fused one are kernels of ordinary layers in another layout: the peers count those.
fans = [
    {"kind": "dense", "shape": [7, 5], "peer": "keras", **keras_fans((7, 5))},
    {"kind": "conv", "shape": [4, 7, 5], "peer": "keras", **keras_fans((4, 7, 5))},
    {"kind": "conv", "shape": [3, 2, 7, 5], "peer": "keras", **keras_fans((3, 2, 7, 5))},
    {"kind": "conv", "shape": [3, 2, 4, 7, 5], "peer": "keras", **keras_fans((3, 2, 4, 7, 5))},
    # Each of the 7 input channels is a convolution of its own, from 1 channel to 5.
    {"kind": "depthwise", "shape": [3, 2, 7, 5], "peer": "torch", **torch_fans(torch.nn.Conv2d(1, 5, (3, 2)).weight)},
    {"kind": "transposed", "shape": [3, 2, 5, 7], "peer": "torch", **torch_fans(torch.nn.Conv2d(7, 5, (3, 2)).weight)},
    {
        "kind": "transposed",
        "shape": [3, 2, 4, 5, 7],
        "peer": "torch",
        **torch_fans(torch.nn.Conv3d(7, 5, (3, 2, 4)).weight),
    },
    {
        "kind": "recurrent",
        "shape": [7, 20],
        "gates": 4,
        "peer": "torch",
        **torch_fans(torch.nn.LSTMCell(7, 5).weight_ih.chunk(4)[0]),
    },
    {
        "kind": "recurrent",
        "shape": [5, 15],
        "gates": 3,
        "peer": "torch",
        **torch_fans(torch.nn.GRUCell(7, 5).weight_hh.chunk(3)[0]),
    },
]

ORTHOGONAL_SAMPLES = 100_000
squares = jax.vmap(lambda k: jax.nn.initializers.orthogonal()(k, (3, 3)))(jax.random.split(key, ORTHOGONAL_SAMPLES))


def torch_dirac(shape):
    """Fills a torch kernel [out, in, ...k] and turns it to [...k, in, out]."""
    *taps, inputs, outputs = shape
    weight = torch.nn.init.dirac_(torch.empty(outputs, inputs, *taps))
    return {"shape": shape, "kernel": torch.movedim(weight, (0, 1), (-1, -2)).flatten().tolist()}


def torch_sparse(shape, sparsity):
    zeros = (torch.nn.init.sparse_(torch.empty(*shape), sparsity) == 0).sum(0).unique().tolist()
    assert len(zeros) == 1
    return {"shape": shape, "sparsity": sparsity, "zerosPerColumn": zeros[0]}


golden = {
    "generator": "make_init.py",
    "versions": {
        "numpy": np.__version__,
        "jax": jax.__version__,
        "keras": keras.__version__,
        "torch": torch.__version__,
    },
    "shape": SHAPE,
    "distributions": [
        {"initializer": name, "peer": peer, "quantiles": quantiles(sample)}
        for (name, peer), sample in samples.items()
    ],
    "fans": fans,
    "orthogonal": {
        "peer": "jax",
        "samples": ORTHOGONAL_SAMPLES,
        "diagonal": quantiles(squares[:, 0, 0]),
        "trace": quantiles(np.trace(squares, axis1=1, axis2=2)),
    },
    # Odd kernels only: at even ones torch takes another tap than padding 'same' does.
    "dirac": [torch_dirac(shape) for shape in ([3, 2, 4], [3, 5, 4, 2], [1, 3, 3, 2, 2])],
    "sparse": [torch_sparse([100, 20], 0.9), torch_sparse([7, 5], 0.5), torch_sparse([10, 3], 0.0)],
}

path = pathlib.Path(__file__).with_name("init.json")
path.write_text(json.dumps(golden) + "\n")
print(path, golden["versions"])

"""Writes theory.json: activations, their Gaussian moments and mean-field theory, for the tests of src/theory.

Run with Python 3.11, numpy and torch; versions are printed into the file. Activations are torch's own where it has them,
slopes are torch's autograd in float64, integrals are composite Gauss-Legendre rules cut at the kinks.
"""

import json
import math
import pathlib

import numpy as np
import torch
import torch.nn.functional as F

torch.set_default_dtype(torch.float64)


def digits(value):
    return float(f"{float(value):.16g}")


# name: (function, points where its slope or the function itself jumps)
activations = {
    "linear": (lambda x: x * 1.0, []),
    "relu": (F.relu, [0]),
    "leakyRelu": (lambda x: F.leaky_relu(x, 0.3), [0]),
    "prelu": (lambda x: F.prelu(x, torch.tensor([0.25])), [0]),
    "relu6": (F.relu6, [0, 6]),
    "elu": (F.elu, [0]),
    "celu": (lambda x: F.celu(x, 2.0), [0]),
    "selu": (F.selu, [0]),
    "thresholdedRelu": (lambda x: F.threshold(x, 1.0, 0.0), [1]),
    "sigmoid": (torch.sigmoid, []),
    "hardSigmoid": (lambda x: torch.clamp(0.2 * x + 0.5, 0, 1), [-2.5, 2.5]),
    "hardSigmoidKeras3": (lambda x: torch.clamp(x / 6 + 0.5, 0, 1), [-3, 3]),
    "sparseSigmoid": (lambda x: torch.clamp(0.5 * (x + 1), 0, 1), [-1, 1]),
    "tanh": (torch.tanh, []),
    "hardTanh": (F.hardtanh, [-1, 1]),
    "softsign": (F.softsign, [0]),
    "arctan": (torch.arctan, []),
    "erf": (torch.erf, []),
    "gelu": (F.gelu, []),
    "geluTanh": (lambda x: F.gelu(x, approximate="tanh"), []),
    "quickGelu": (lambda x: x * torch.sigmoid(1.702 * x), []),
    "silu": (F.silu, []),
    "mish": (F.mish, []),
    "hardSwish": (F.hardswish, [-3, 3]),
    "hardMish": (lambda x: 0.5 * x * torch.clamp(x + 2, 0, 2), [-2, 0]),
    "softplus": (F.softplus, []),
    "squareplus": (lambda x: (x + torch.sqrt(x * x + 4)) / 2, []),
    "sparsePlus": (
        lambda x: torch.where(x <= -1, 0 * x, torch.where(x >= 1, x, (x + 1) ** 2 / 4)),
        [-1, 1],
    ),
    "logSigmoid": (F.logsigmoid, []),
    "exponential": (torch.exp, []),
    "snake": (lambda x: x + torch.sin(x) ** 2, []),
    "sin": (torch.sin, []),
    "tanhShrink": (F.tanhshrink, []),
    "softShrink": (F.softshrink, [-0.5, 0.5]),
    "hardShrink": (F.hardshrink, [-0.5, 0.5]),
    # Not profiles: other slopes of the family, given to the library as functions.
    "leakyRelu 0.01": (lambda x: F.leaky_relu(x, 0.01), [0]),
    "leakyRelu 0.1": (lambda x: F.leaky_relu(x, 0.1), [0]),
    "leakyRelu 0.2": (lambda x: F.leaky_relu(x, 0.2), [0]),
}


def value_and_slope(name, x):
    x = torch.tensor(x, requires_grad=True)
    y = activations[name][0](x)
    (slope,) = torch.autograd.grad(y.sum(), x)
    return y.detach().numpy(), slope.numpy()


# ---- Gaussian expectations ----------------------------------------------------------------------------------------

REACH = 12.0  # standard deviations; the density beyond is 1e-32 of its peak
LEGENDRE = np.polynomial.legendre.leggauss(40)


def gaussian_rule(std, breaks, panel=0.5):
    """Nodes x and weights of E f(x), x ~ N(0, std^2), with panels that end at the breaks."""
    cuts = sorted({-REACH, REACH, *(b / std for b in breaks if abs(b / std) < REACH)})
    nodes, weights = [], []
    for low, high in zip(cuts[:-1], cuts[1:]):
        edges = np.linspace(low, high, max(2, math.ceil((high - low) / panel) + 1))
        for a, b in zip(edges[:-1], edges[1:]):
            nodes.append((b - a) / 2 * LEGENDRE[0] + (a + b) / 2)
            weights.append((b - a) / 2 * LEGENDRE[1])
    z = np.concatenate(nodes)
    return std * z, np.concatenate(weights) * np.exp(-z * z / 2) / math.sqrt(2 * math.pi)


def moments(name, q=1.0):
    x, w = gaussian_rule(math.sqrt(q), activations[name][1])
    y, slope = value_and_slope(name, x)
    return (w * y).sum(), (w * y * y).sum(), (w * slope * slope).sum()


GRID = np.round(np.linspace(-9.73, 9.61, 36), 6)  # meets no kink


def activation_row(name):
    y, slope = value_and_slope(name, GRID)
    mean, mean_square, slope_mean_square = moments(name)
    return {
        "values": [digits(v) for v in y],
        "slopes": [digits(v) for v in slope],
        "mean": digits(mean),
        "meanSquare": digits(mean_square),
        "slopeMeanSquare": digits(slope_mean_square),
    }


# ---- Mean-field theory --------------------------------------------------------------------------------------------


def fixed_point(name, weight_variance, bias_variance):
    """By plain iteration from 1: slow, and independent of any root finder."""
    q = 1.0
    for _ in range(200_000):
        after = weight_variance * moments(name, q)[1] + bias_variance
        if abs(after - q) <= 1e-14 * max(q, after):
            return after
        q = after
    raise ArithmeticError(f"{name} {weight_variance} {bias_variance}: no fixed point")


def correlation_map(name, weight_variance, bias_variance, q):
    """c -> correlation one layer later, over two independent Gaussians."""
    std = math.sqrt(q)
    outer, outer_weights = gaussian_rule(1.0, [b / std for b in activations[name][1]])
    # The inner integral meets the kinks anywhere: short panels keep its error below 1e-7.
    inner, inner_weights = gaussian_rule(1.0, [], 0.1 if activations[name][1] else 1.0)
    y1, _ = value_and_slope(name, std * outer)
    keep = outer_weights > 1e-17
    outer, outer_weights, y1 = outer[keep], outer_weights[keep], y1[keep]
    keep = inner_weights > 1e-17
    inner, inner_weights = inner[keep], inner_weights[keep]

    def after(c):
        mixed = std * (c * outer[:, None] + math.sqrt(1 - c * c) * inner[None, :])
        y2, _ = value_and_slope(name, mixed.ravel())
        covariance = outer_weights * y1 @ y2.reshape(mixed.shape) @ inner_weights
        return (weight_variance * covariance + bias_variance) / q

    return after


def correlation_fixed_point(name, weight_variance, bias_variance, q):
    after = correlation_map(name, weight_variance, bias_variance, q)
    low, high = 0.0, 1 - 1e-6
    if after(high) > high:
        return 1.0
    for _ in range(40):
        middle = (low + high) / 2
        low, high = (middle, high) if after(middle) > middle else (low, middle)
    return (low + high) / 2


def mean_field_row(name, weight_variance, bias_variance):
    q = fixed_point(name, weight_variance, bias_variance)
    chi = weight_variance * moments(name, q)[2]
    c = 1.0 if chi < 1 else correlation_fixed_point(name, weight_variance, bias_variance, q)
    return {
        "activation": name,
        "weightVariance": weight_variance,
        "biasVariance": bias_variance,
        "fixedPoint": digits(q),
        "chi": digits(chi),
        "correlation": digits(c),
    }


def critical_at(name, q):
    _, mean_square, slope_mean_square = moments(name, q)
    weight_variance = 1 / slope_mean_square
    return {
        "activation": name,
        "fixedPoint": digits(q),
        "weightVariance": digits(weight_variance),
        "biasVariance": digits(q - weight_variance * mean_square),
    }


def critical_with(name, bias_variance):
    low, high = 1e-9, 50.0
    for _ in range(200):
        middle = math.sqrt(low * high)
        _, mean_square, slope_mean_square = moments(name, middle)
        below = middle - mean_square / slope_mean_square < bias_variance
        low, high = (middle, high) if below else (low, middle)
    return {**critical_at(name, math.sqrt(low * high)), "biasVariance": bias_variance}


tanh_weights = [1.0, 1.25, 1.5, 1.7, 1.8, 2.0, 2.5, 3.0, 4.0]
golden = {
    "generator": "make_theory.py",
    "versions": {"numpy": np.__version__, "torch": torch.__version__},
    "grid": GRID.tolist(),
    "activations": {name: activation_row(name) for name in activations},
    "meanField": [
        *(mean_field_row("tanh", w, 0.05) for w in tanh_weights),
        # Poole et al.: sigma_b = 0.3, sigma_w = 1.3, 2.5, 4.
        *(mean_field_row("tanh", w, 0.09) for w in (1.69, 6.25, 16.0)),
        mean_field_row("erf", 2.0, 0.05),
        mean_field_row("hardTanh", 2.0, 0.05),
        mean_field_row("softsign", 4.0, 0.05),
        mean_field_row("sigmoid", 4.0, 0.05),
        mean_field_row("relu", 1.5, 0.1),
        mean_field_row("gelu", 1.5, 0.05),
    ],
    "criticalByBias": [
        critical_with(name, b)
        for name in ("tanh", "erf", "hardTanh", "softsign", "arctan")
        for b in (1e-4, 1e-3, 0.01, 0.05, 0.1, 0.2, 0.3)
    ],
    "criticalByFixedPoint": [
        *(critical_at(name, 1.0) for name in ("gelu", "silu", "mish", "elu", "selu", "tanh", "hardTanh", "relu")),
        critical_at("gelu", 3.561553),
        critical_at("silu", 14.320174),
        critical_at("mish", 1.670169),
        critical_at("tanh", 0.01),
        critical_at("sigmoid", 50.0),
    ],
}

path = pathlib.Path(__file__).with_name("theory.json")
path.write_text(json.dumps(golden) + "\n")
print(path, golden["versions"])

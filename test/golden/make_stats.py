"""Writes stats.json: statistics and float-bit histograms by numpy in float64, for the tests of src/stats.

Run with Python 3.11 and numpy; its version is printed into the file.
"""

import base64
import json
import pathlib

import numpy as np

rng = np.random.default_rng(11)


def normal(size, scale=1.0, mean=0.0):
    return rng.normal(mean, scale, size).astype(np.float32)


def sick():
    x = normal(200)
    x[::7] = np.nan
    x[3::11] = np.inf
    x[5::13] = -np.inf
    x[::5] = 0.0
    x[1::5] = -0.0
    return x


cases = {
    "gradient of a layer": normal(2000, 0.01),
    "large mean, small deviation": normal(1000, 0.1, 1000.0),
    "every magnitude": (10.0 ** rng.uniform(-44, 38, 1500) * rng.choice([-1, 1], 1500)).astype(np.float32),
    "around 1e20": normal(500, 1e20),
    "around 1e-30": normal(500, 1e-30),
    "subnormal": normal(500, 1e-41),
    "half zeros, as after ReLU": np.maximum(normal(1001), 0),
    "any bits": rng.integers(0, 2**32, 999, dtype=np.uint32).view(np.float32),
    "NaN, infinities and zeros": sick(),
    "one element": normal(1),
}


def describe(x):
    finite = x[np.isfinite(x)].astype(np.float64)
    counts = np.bincount(x[np.isfinite(x) & (x != 0)].view(np.uint32) >> 22, minlength=1024)
    return {
        "size": x.size,
        "norm": float(np.sqrt(np.sum(finite**2))),
        "mean": float(np.mean(finite)),
        "std": float(np.std(finite)),
        "absMean": float(np.mean(np.abs(finite))),
        "min": float(np.min(finite)),
        "max": float(np.max(finite)),
        "zeros": int(np.sum(x == 0)),
        "nans": int(np.sum(np.isnan(x))),
        "infs": int(np.sum(np.isinf(x))),
        "histogram": {"bins": [[int(i), int(counts[i])] for i in np.flatnonzero(counts)]},
    }


rows = [
    {"name": name, "float32LittleEndian": base64.b64encode(x.astype("<f4").tobytes()).decode(), "stats": describe(x)}
    for name, x in cases.items()
]
lines = ",\n".join(json.dumps(row) for row in rows)
pathlib.Path(__file__).with_name("stats.json").write_text(
    f'{{"generator": "make_stats.py", "numpy": "{np.__version__}", "rows": [\n{lines}\n]}}\n'
)

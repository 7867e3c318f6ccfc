"""Writes recurrent.json: outputs and gradients of LSTM and GRU layers of PyTorch and Keras.

    KERAS_BACKEND=torch python make_recurrent.py

Everything is float64, so that the figures are exact to what a float32 result can be held against.
"""

import json
import os
import pathlib

os.environ.setdefault("KERAS_BACKEND", "torch")

import keras
import numpy as np
import torch

BATCH, TIME, INPUTS, UNITS = 2, 5, 3, 4
MASK = np.array([[1, 1, 1, 1, 1], [0, 1, 1, 0, 1]], dtype=bool)
rng = np.random.default_rng(6)
torch.set_default_dtype(torch.float64)
keras.backend.set_floatx("float64")


def draw(*shape):
    return rng.uniform(-1, 1, shape)


def numbers(array):
    values = array.detach().numpy() if isinstance(array, torch.Tensor) else np.asarray(array)
    return [float(f"{value:.12g}") for value in values.ravel()]


def of_torch(cell, bidirectional):
    layer = (torch.nn.LSTM if cell == "lstm" else torch.nn.GRU)(
        INPUTS, UNITS, batch_first=True, bidirectional=bidirectional
    )
    for parameter in layer.parameters():
        parameter.data = torch.tensor(draw(*parameter.shape))
    x = torch.tensor(draw(BATCH, TIME, INPUTS), requires_grad=True)
    y, _ = layer(x)
    dy = torch.tensor(draw(*y.shape))
    (y * dy).sum().backward()
    weights = {name: {"shape": list(p.shape), "values": numbers(p)} for name, p in layer.named_parameters()}
    gradients = {name: numbers(p.grad) for name, p in layer.named_parameters()}
    return {
        "peer": "pytorch", "cell": cell, "bidirectional": bidirectional, "weights": weights,
        "x": numbers(x), "dy": numbers(dy), "y": numbers(y), "dx": numbers(x.grad), "gradients": gradients,
    }


def of_keras(cell, masked, bidirectional=False, reset_after=None, go_backwards=False, activation="sigmoid"):
    options = {"return_sequences": True, "recurrent_activation": activation, "go_backwards": go_backwards}
    if reset_after is not None:
        options["reset_after"] = reset_after
    layer = (keras.layers.LSTM if cell == "lstm" else keras.layers.GRU)(UNITS, **options)
    if bidirectional:
        layer = keras.layers.Bidirectional(layer)
    layer.build((BATCH, TIME, INPUTS))
    layer.set_weights([draw(*weight.shape) for weight in layer.get_weights()])
    x = torch.tensor(draw(BATCH, TIME, INPUTS), requires_grad=True)
    y = layer(x, mask=torch.tensor(MASK) if masked else None)
    dy = torch.tensor(draw(*y.shape))
    if masked and bidirectional:
        # Keras then writes zeros where tfjs repeats the last output: left out of both.
        seen = torch.tensor(MASK[:, :, None].astype(np.float64))
        y, dy = y * seen, dy * seen
    (y * dy).sum().backward()
    variables = [variable.value for variable in layer.trainable_variables]
    return {
        "peer": "keras", "cell": cell, "bidirectional": bidirectional, "masked": masked,
        "resetAfter": reset_after, "goBackwards": go_backwards,
        "weights": [{"shape": list(v.shape), "values": numbers(v)} for v in variables],
        "x": numbers(x), "dy": numbers(dy), "y": numbers(y), "dx": numbers(x.grad),
        "gradients": [numbers(v.grad) for v in variables],
    }


cases = [of_torch(cell, bidirectional) for cell in ("lstm", "gru") for bidirectional in (False, True)]
for masked in (False, True):
    cases.append(of_keras("lstm", masked))
    cases.append(of_keras("lstm", masked, go_backwards=True))
    cases.append(of_keras("lstm", masked, bidirectional=True))
    for reset_after in (True, False):
        cases.append(of_keras("gru", masked, reset_after=reset_after))
        cases.append(of_keras("gru", masked, bidirectional=True, reset_after=reset_after))

versions = {"torch": torch.__version__, "keras": keras.__version__, "numpy": np.__version__}
sizes = {"batch": BATCH, "time": TIME, "inputs": INPUTS, "units": UNITS}
path = pathlib.Path(__file__).with_name("recurrent.json")
golden = {"versions": versions, "sizes": sizes, "mask": MASK.astype(int).tolist(), "cases": cases}
path.write_text(json.dumps(golden, separators=(",", ":")) + "\n")
print(f"{len(cases)} cases, {path.stat().st_size} bytes")

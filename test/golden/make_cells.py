"""Writes cells.json: what Keras and PyTorch compute for LSTM and GRU cells over a sequence, forward and backward, and what the
equations of the papers give for the cells that neither has, written down here in jax and differentiated by it.

Run with Python 3.11 and numpy, jax, keras 3 (its jax backend) and torch; versions are printed into the file. All in
float64, at numbers that float32 holds exactly. Weights are in the order of the cell of this library.
"""

import json
import os
import pathlib

os.environ["KERAS_BACKEND"] = "jax"

import jax
import jax.numpy as jnp
import keras
import numpy as np
import torch

jax.config.update("jax_enable_x64", True)
keras.config.set_floatx("float64")

BATCH, TIME, INPUTS, UNITS = 3, 4, 2, 3
random = np.random.default_rng(11)


def draw(*shape):
    return random.normal(0, 0.7, shape).astype(np.float32).astype(np.float64)


def plain(values):
    return [float(f"{value:.9g}") for value in np.asarray(values, np.float64).ravel().tolist()]


x = draw(BATCH, TIME, INPUTS)
dy = draw(BATCH, TIME, UNITS)
rows = []


def add_row(cell, options, peer, weights, y, gradients):
    """gradients: of sum(y dy), for x and then for the weights."""
    rows.append(
        {
            "cell": cell,
            "options": options,
            "peer": peer,
            "weights": [{"shape": list(w.shape), "values": plain(w)} for w in weights],
            "y": plain(y),
            "gradients": [plain(gradient) for gradient in gradients],
        }
    )


def add_jax(cell, options, peer, weights, sequence):
    """sequence: from x and the weights to y."""
    loss = lambda given: jnp.sum(sequence(*given) * dy)
    given = [jnp.asarray(item) for item in (x, *weights)]
    add_row(cell, options, peer, weights, sequence(*given), jax.grad(loss)(given))


def add_keras(cell, options, layer):
    layer.build(x.shape)
    weights = [draw(*variable.shape) for variable in layer.trainable_variables]
    # The state of a random generator that nothing draws from.
    others = [variable.value for variable in layer.non_trainable_variables]

    def sequence(x, *weights):
        y, _ = layer.stateless_call(list(weights), others, x)
        return y

    add_jax(cell, options, f"keras {keras.__version__}", weights, sequence)


cells = keras.layers
sequences = lambda cell: cells.RNN(cell, return_sequences=True)
add_keras("lstmCell", {}, sequences(cells.LSTMCell(UNITS)))
add_keras("lstmCell", {"useBias": False}, sequences(cells.LSTMCell(UNITS, use_bias=False)))
add_keras(
    "lstmCell",
    {"activation": "relu", "recurrentActivation": "softsign"},
    sequences(cells.LSTMCell(UNITS, activation="relu", recurrent_activation="softsign")),
)
add_keras("gruCell", {}, sequences(cells.GRUCell(UNITS)))
add_keras("gruCell", {"useBias": False}, sequences(cells.GRUCell(UNITS, use_bias=False)))
add_keras("gruCell", {"resetAfter": False}, sequences(cells.GRUCell(UNITS, reset_after=False)))


def add_torch(cell, module, gates, has_two_biases):
    """gates: where each gate of this library stands in PyTorch's weights."""
    torch.set_default_dtype(torch.float64)
    lay = lambda w: torch.cat([w.chunk(len(gates))[gate] for gate in gates]).detach().numpy().T
    for parameter in module.parameters():
        parameter.data = torch.tensor(draw(*parameter.shape))
    xs = torch.tensor(x, requires_grad=True)
    h = torch.zeros(BATCH, UNITS)
    state = (h, torch.zeros(BATCH, UNITS)) if cell == "lstmCell" else h
    outputs = []
    for time in range(TIME):
        state = module(xs[:, time], state)
        outputs.append(state[0] if cell == "lstmCell" else state)
    y = torch.stack(outputs, 1)
    (y * torch.tensor(dy)).sum().backward()
    two = (module.bias_ih, module.bias_hh)
    together = lambda values: np.stack([lay(v) for v in values]) if has_two_biases else lay(values[0] + values[1])
    # In a sum of biases each has the gradient of the sum.
    bias_gradient = together([b.grad for b in two]) if has_two_biases else lay(two[0].grad)
    add_row(
        cell,
        {},
        f"torch {torch.__version__}",
        [lay(module.weight_ih), lay(module.weight_hh), together(two)],
        y.detach().numpy(),
        [xs.grad.numpy(), lay(module.weight_ih.grad), lay(module.weight_hh.grad), bias_gradient],
    )


add_torch("lstmCell", torch.nn.LSTMCell(INPUTS, UNITS), [0, 1, 2, 3], False)
add_torch("gruCell", torch.nn.GRUCell(INPUTS, UNITS), [1, 0, 2], True)


# The papers' equations. Only names and the order of weights are of this library.

sigmoid, tanh = jax.nn.sigmoid, jnp.tanh
zeros = lambda: jnp.zeros((BATCH, UNITS))


def normal(a, gain, shift=0.0):
    mean = a.mean(1, keepdims=True)
    return gain * (a - mean) / jnp.sqrt(((a - mean) ** 2).mean(1, keepdims=True) + 1e-5) + shift


def over_time(step, *states):
    def sequence(x, *weights):
        state, outputs = states, []
        for time in range(TIME):
            state = step(x[:, time], state, *weights)
            outputs.append(state[0])
        return jnp.stack(outputs, 1)

    return sequence


def peephole(x, state, W, U, b, p_i, p_f, p_o):
    h, c = state
    i, f, g, o = jnp.split(x @ W + h @ U + b, 4, 1)
    c_next = sigmoid(f + p_f * c) * c + sigmoid(i + p_i * c) * tanh(g)
    return sigmoid(o + p_o * c_next) * tanh(c_next), c_next


def coupled(x, state, W, U, b):
    h, c = state
    f, g, o = jnp.split(x @ W + h @ U + b, 3, 1)
    c_next = sigmoid(f) * c + (1 - sigmoid(f)) * tanh(g)
    return sigmoid(o) * tanh(c_next), c_next


def coupled_peephole(x, state, W, U, b, p_f, p_o):
    h, c = state
    f, g, o = jnp.split(x @ W + h @ U + b, 3, 1)
    keep = sigmoid(f + p_f * c)
    c_next = keep * c + (1 - keep) * tanh(g)
    return sigmoid(o + p_o * c_next) * tanh(c_next), c_next


def normal_lstm(x, state, W, U, b, gain_x, gain_h, gain_c, shift_c):
    h, c = state
    i, f, g, o = jnp.split(normal(x @ W, gain_x) + normal(h @ U, gain_h) + b, 4, 1)
    c_next = sigmoid(f) * c + sigmoid(i) * tanh(g)
    return sigmoid(o) * tanh(normal(c_next, gain_c, shift_c)), c_next


def normal_gru(x, state, W, U, b, gain_x, gain_h):
    (h,) = state
    z_x, r_x, n_x = jnp.split(normal(x @ W, gain_x) + b[0], 3, 1)
    z_h, r_h, n_h = jnp.split(normal(h @ U, gain_h) + b[1], 3, 1)
    z, r = sigmoid(z_x + z_h), sigmoid(r_x + r_h)
    return (z * h + (1 - z) * tanh(n_x + r * n_h),)


def janet(x, state, W, U, b):
    (h,) = state
    s, g = jnp.split(x @ W + h @ U + b, 2, 1)
    return (sigmoid(s) * h + (1 - sigmoid(s - 1)) * tanh(g),)


def positive(a):
    return jnp.where(a >= 0, a + 0.5, sigmoid(a))


def min_gru(x, state, W, b):
    (h,) = state
    z, g = jnp.split(x @ W + b, 2, 1)
    return ((1 - sigmoid(z)) * h + sigmoid(z) * positive(g),)


def min_lstm(x, state, W, b):
    (h,) = state
    f, i, g = jnp.split(x @ W + b, 3, 1)
    f, i = sigmoid(f), sigmoid(i)
    return (f / (f + i) * h + i / (f + i) * g,)


def shapes(gates, *further):
    return [draw(INPUTS, gates * UNITS), draw(UNITS, gates * UNITS), draw(gates * UNITS), *further]


unit = lambda: draw(UNITS)
paper = lambda identifier: f"jax {jax.__version__}, equations of {identifier}"
two = (zeros(), zeros())
one = (zeros(),)
add_jax(
    "lstmCell",
    {"peepholes": True},
    paper("Gers, Schmidhuber (2000)"),
    shapes(4, unit(), unit(), unit()),
    over_time(peephole, *two),
)
add_jax("lstmCell", {"coupled": True}, paper("arXiv 1503.04069"), shapes(3), over_time(coupled, *two))
add_jax(
    "lstmCell",
    {"coupled": True, "peepholes": True},
    paper("arXiv 1503.04069"),
    shapes(3, unit(), unit()),
    over_time(coupled_peephole, *two),
)
add_jax(
    "lstmCell",
    {"layerNorm": True},
    paper("arXiv 1607.06450"),
    shapes(4, draw(4 * UNITS), draw(4 * UNITS), unit(), unit()),
    over_time(normal_lstm, *two),
)
add_jax(
    "gruCell",
    {"layerNorm": True},
    paper("arXiv 1607.06450, over all gates at once"),
    [
        draw(INPUTS, 3 * UNITS),
        draw(UNITS, 3 * UNITS),
        draw(2, 3 * UNITS),
        draw(3 * UNITS),
        draw(3 * UNITS),
    ],
    over_time(normal_gru, *one),
)
add_jax("janetCell", {}, paper("arXiv 1804.04849"), shapes(2), over_time(janet, *one))
add_jax(
    "minGruCell",
    {},
    paper("arXiv 2410.01201"),
    [draw(INPUTS, 2 * UNITS), draw(2 * UNITS)],
    over_time(min_gru, *one),
)
add_jax(
    "minLstmCell",
    {"candidate": "linear"},
    paper("arXiv 2410.01201"),
    [draw(INPUTS, 3 * UNITS), draw(3 * UNITS)],
    over_time(min_lstm, *one),
)

versions = {
    "numpy": np.__version__,
    "jax": jax.__version__,
    "keras": keras.__version__,
    "torch": torch.__version__,
}
golden = {
    "generator": "make_cells.py",
    "versions": versions,
    "units": UNITS,
    "x": {"shape": list(x.shape), "values": plain(x)},
    "dy": plain(dy),
    "rows": rows,
}
path = pathlib.Path(__file__).with_name("cells.json")
path.write_text(json.dumps(golden, indent=1) + "\n")
print(f"{len(rows)} rows, {path.stat().st_size} bytes")

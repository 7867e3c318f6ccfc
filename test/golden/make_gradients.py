"""Writes gradients.json: gradients by PyTorch's autograd in float64, each confirmed by torch.autograd.gradcheck, for the
tests of src/treat/check-gradients.ts.

Run with Python 3.11 and torch; its version is printed into the file.
"""

import json
import pathlib

import torch
import torch.nn.functional as F

torch.manual_seed(7)


def numbers(*shape, scale=1.0):
    # Rounded to float32, so that tfjs starts from the same numbers.
    return (scale * torch.randn(*shape)).float().double().requires_grad_(True)


def dense(x, w, b, v):
    return F.cross_entropy(torch.tanh(x @ w + b) @ v, torch.tensor([0, 2, 1, 2, 0]))


def lstm(x, w, u):
    # Gates in tfjs's order i, f, g, o; mean of the last hidden state squared.
    h = torch.zeros(x.shape[0], u.shape[0], dtype=x.dtype)
    c = torch.zeros_like(h)
    for t in range(x.shape[1]):
        i, f, g, o = (x[:, t] @ w + h @ u).chunk(4, dim=1)
        c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
        h = torch.sigmoid(o) * torch.tanh(c)
    return (h**2).mean()


def conv(x, k):
    # x [n, h, w, c] and k [h, w, in, out] as tfjs lays them out.
    y = F.conv2d(x.permute(0, 3, 1, 2), k.permute(3, 2, 0, 1), padding=1)
    return torch.tanh(y).pow(2).mean()


def mirror_pad(x):
    return F.pad(x[None, None], (1, 1), mode="reflect").pow(2).sum()


cases = {
    "dense": (dense, [numbers(5, 4), numbers(4, 6, scale=0.5), numbers(6, scale=0.5), numbers(6, 3, scale=0.5)]),
    "lstm": (lstm, [numbers(3, 7, 2), numbers(2, 12, scale=0.7), numbers(3, 12, scale=0.7)]),
    "conv": (conv, [numbers(1, 5, 5, 2), numbers(3, 3, 2, 3, scale=0.3)]),
    "mirrorPad": (mirror_pad, [numbers(4)]),
}

rows = []
for name, (f, inputs) in cases.items():
    assert torch.autograd.gradcheck(f, inputs), name
    f(*inputs).backward()
    rows.append(
        {
            "name": name,
            "value": f(*inputs).item(),
            "inputs": [{"shape": list(x.shape), "values": x.detach().flatten().tolist()} for x in inputs],
            "gradients": [x.grad.flatten().tolist() for x in inputs],
        }
    )

out = {"generator": "make_gradients.py", "versions": {"torch": torch.__version__}, "cases": rows}
pathlib.Path(__file__).with_name("gradients.json").write_text(json.dumps(out) + "\n")

"""Writes random.json: numbers of the generator sfc32, for the tests of src/init/random.ts.

The generator is that of PractRand pre0.95 (Chris Doty-Humphrey): `raw32`, and `seed(s1, s2, s3)`, which drops 15 numbers. The
script first holds itself against what that program prints. Runs with any Python 3, without packages.
"""

import json
import pathlib

MASK = 0xFFFFFFFF
GOLDEN_RATIO = 0x9E3779B9


def sfc32(s1, s2, s3):
    a, b, c, counter = s1 & MASK, s2 & MASK, s3 & MASK, 1
    drawn = 0
    while True:
        out = (a + b + counter) & MASK
        counter = (counter + 1) & MASK
        a = b ^ (b >> 9)
        b = (c + (c << 3)) & MASK
        c = ((((c << 21) | (c >> 11)) & MASK) + out) & MASK
        drawn += 1
        if drawn > 15:
            yield out


def first(s1, s2, s3, count=8):
    numbers = sfc32(s1, s2, s3)
    return [next(numbers) for _ in range(count)]


# `RNG_output sfc32 64 SEED` of PractRand, from the fourth number on: it puts a seed of 64 bits into s2 and s3 and drops 12. As
# held in the tests of the crate sfc-prng.
assert first(0, 0, 0, 4) == [0xFB52C520, 0x38802BE1, 0x948279E6, 0xEC4BF1D9]
assert first(0, 0x89ABCDEF, 0x01234567, 4) == [0x35E05B54, 0x4C627CA1, 0x33A043E2, 0xB6113C67]


golden = {
    "generator": "make_random.py",
    # A seed of more than 32 bits counts modulo 2^32, a negative one by its two's complement.
    "streams": [
        {"seed": seed, "stream": stream, "uint32": first(seed, stream, GOLDEN_RATIO)}
        for seed, stream in [(0, 0), (0, 1), (1, 0), (1, 2), (-1, 0), (2**32 + 7, 3), (123456789, 1)]
    ],
}

path = pathlib.Path(__file__).with_name("random.json")
path.write_text(json.dumps(golden) + "\n")
print(path)

"""Writes random.json: numbers of the generator sfc32, for the tests of src/init/random.ts.

Written after sfc32 of PractRand 0.95 (Chris Doty-Humphrey): `raw32`, and its `seed(s1, s2, s3)`, which drops 15 numbers.
Runs with any Python 3, without packages.
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


def first(seed, stream, count=8):
    numbers = sfc32(seed, stream, GOLDEN_RATIO)
    return [next(numbers) for _ in range(count)]


golden = {
    "generator": "make_random.py",
    # A seed of more than 32 bits counts modulo 2^32, a negative one by its two's complement.
    "streams": [
        {"seed": seed, "stream": stream, "uint32": first(seed, stream)}
        for seed, stream in [(0, 0), (0, 1), (1, 0), (1, 2), (-1, 0), (2**32 + 7, 3), (123456789, 1)]
    ],
}

path = pathlib.Path(__file__).with_name("random.json")
path.write_text(json.dumps(golden) + "\n")
print(path)

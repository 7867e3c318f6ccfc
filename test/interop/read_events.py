"""Prints what TensorBoard's EventAccumulator reads of each folder named on the command line, one JSON object a line."""

import json
import math
import sys

from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.util import tensor_util


def number(value):
    """JSON has no name for these."""
    value = float(value)
    if math.isnan(value):
        return "NaN"
    return value if math.isfinite(value) else ("Infinity" if value > 0 else "-Infinity")


def read(folder):
    found = EventAccumulator(folder, size_guidance={"scalars": 0, "tensors": 0, "histograms": 0}).Reload()
    scalars, histograms, texts = {}, {}, {}
    for tag in found.Tags()["scalars"]:
        scalars[tag] = [[event.step, event.wall_time, number(event.value)] for event in found.Scalars(tag)]
    for tag in found.Tags()["tensors"]:
        plugin = found.SummaryMetadata(tag).plugin_data.plugin_name
        for event in found.Tensors(tag):
            array = tensor_util.make_ndarray(event.tensor_proto)
            if plugin == "text":
                texts.setdefault(tag, []).append([event.step, event.wall_time, array.item().decode()])
            elif plugin == "histograms":
                assert array.dtype == "float64" and array.shape[1:] == (3,), (tag, array.dtype, array.shape)
                histograms.setdefault(tag, []).append([event.step, event.wall_time, array.tolist()])
            else:
                raise ValueError(f"{tag}: plugin {plugin!r}")
    return {"scalars": scalars, "histograms": histograms, "texts": texts}


for folder in sys.argv[1:]:
    print(json.dumps(read(folder), allow_nan=False))

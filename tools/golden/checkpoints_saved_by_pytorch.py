"""Small checkpoints as PyTorch itself saves them, for packages/checkpoints/test/saved-by-pytorch.test.ts.

Run:  python tools/golden/checkpoints_saved_by_pytorch.py packages/checkpoints/test/saved-by-pytorch.json
Made with torch 2.15, safetensors 0.8.
"""
import argparse
import base64
import collections
import io
import json
import sys

import numpy
import safetensors.numpy
import torch


def checkpoint():
    generator = torch.Generator().manual_seed(1)
    layer = torch.nn.Sequential(torch.nn.Conv2d(2, 3, 1), torch.nn.BatchNorm2d(3))
    with torch.no_grad():
        for parameter in layer.parameters():
            parameter.copy_(torch.randn(parameter.shape, generator=generator))
    numbers = torch.arange(12, dtype=torch.float32)
    return {
        "state_dict": layer.state_dict(),
        "g_ema": collections.OrderedDict(weight=torch.nn.Parameter(numbers.reshape(3, 4))),
        "views": {"transposed": numbers.reshape(3, 4).t(), "tail": numbers[5:], "every_other": numbers[::2]},
        "types": {
            "f64": numbers[:2].double(),
            "f16": numbers[:2].half() + 0.5,
            "bf16": numbers[:2].bfloat16() + 0.5,
            "i64": -numbers[:2].long(),
            "i32": -numbers[:2].int(),
            "u8": numbers[:2].byte(),
            "bool": numbers[:2] > 0,
        },
        "empty": torch.zeros(0, 3),
        "args": argparse.Namespace(size=256, lr=0.002, name="face"),
        "iteration": 150000,
    }


def saved(legacy):
    buffer = io.BytesIO()
    torch.save(checkpoint(), buffer, _use_new_zipfile_serialization=not legacy)
    return base64.b64encode(buffer.getvalue()).decode()


def safetensors_file():
    arrays = {"b": numpy.arange(3), "a": numpy.ones((2, 2), numpy.float16)}
    return base64.b64encode(safetensors.numpy.save(arrays, {"format": "np"})).decode()


def half_precision():
    values = [0.1, 65504, 65519.99, 65520, 2**-24, 2**-25, 2**-25 * 1.0001, 2**-25 * 3, 2**-14 - 2**-26]
    values += [1 + 2**-11, 1 + 2**-11 * 3, 1 + 2**-11 + 2**-20, 1 + 2**-8, 1 + 2**-8 * 3, 3.4e38, 1e-40, 1e-45]
    single = torch.tensor(values, dtype=torch.float32)
    bits = lambda dtype: (single.to(dtype).view(torch.int16).int() & 0xFFFF).tolist()
    return {"values": [float(value) for value in single], "float16": bits(torch.float16), "bfloat16": bits(torch.bfloat16)}


golden = {
    "zip": saved(legacy=False),
    "legacy": saved(legacy=True),
    "convolution": checkpoint()["state_dict"]["0.weight"].flatten().tolist(),
    "safetensors": safetensors_file(),
    "halfPrecision": half_precision(),
}
with open(sys.argv[1], "w") as file:
    json.dump(golden, file, indent=1)
    file.write("\n")

"""Single operations of a training step in PyTorch, timed on request: the yardstick of `npm run layers`.

    python tools/benchmarks/pytorch_layers.py [--threads N]

Speaks JSON lines: commands on stdin, answers on stdout (README.md). A command is a JSON object: the operation, its
shapes as tfjs has them (images [batch, height, width, channels], filters [height, width, in, out]), stride and padding.
Each is run in NCHW and in channels-last memory.
"""

import argparse
import json
import time

import torch
from torch.nn import functional as F
from torch.nn.grad import conv2d_input, conv2d_weight

from json_lines import serve

SLOPE = 0.2
FIR = torch.tensor([1.0, 3.0, 3.0, 1.0]) / 8
LAYOUTS = {"nchw": torch.contiguous_format, "channels-last": torch.channels_last}


def tensors(shapes, layout):
    """Random inputs: images and filters with PyTorch's axes, in the memory of `layout`."""
    made = {}
    for name, shape in shapes.items():
        if len(shape) != 4:
            made[name] = torch.randn(shape)
            continue
        order = [3, 2, 0, 1] if name == "filter" else [0, 3, 1, 2]
        made[name] = torch.randn([shape[axis] for axis in order]).contiguous(memory_format=LAYOUTS[layout])
    return made


def fir(channels):
    return torch.outer(FIR, FIR)[None, None].repeat(channels, 1, 1, 1)


def operation(command, given):
    """A function without arguments that runs the operation once."""
    name, move = command["name"], {"stride": command.get("stride", 1), "padding": command.get("padding", 0)}
    x, dy, w, bias, y = (given.get(key) for key in ("x", "dy", "filter", "bias", "y"))
    if name == "convolution":
        return lambda: F.conv2d(x, w, **move)
    if name == "biased_convolution":
        return lambda: F.leaky_relu_(F.conv2d(x, w, bias, **move), SLOPE)
    if name == "input_gradient":
        stride, padding = move["stride"], move["padding"]
        side = (dy.shape[2] - 1) * stride + w.shape[2] - 2 * padding
        return lambda: conv2d_input((dy.shape[0], w.shape[1], side, side), w, dy, **move)
    if name == "filter_gradient":
        size = 3
        return lambda: conv2d_weight(x, (dy.shape[1], x.shape[1], size, size), dy, **move)
    if name == "blur":
        kernel = fir(x.shape[1])
        return lambda: F.conv2d(x, kernel, groups=x.shape[1], padding=move["padding"])
    if name == "short_cut":
        kernel = fir(x.shape[1])
        return lambda: F.conv2d(F.conv2d(x, kernel, groups=x.shape[1], padding=move["padding"]), w, stride=move["stride"])
    if name == "short_cut_gradient":
        channels, side, padding = w.shape[1], dy.shape[2] * move["stride"], move["padding"]
        kernel, inner = fir(channels), side + 2 * padding - len(FIR) + 1
        return lambda: conv2d_input(
            (dy.shape[0], channels, side, side),
            kernel,
            conv2d_input((dy.shape[0], channels, inner, inner), w, dy, stride=move["stride"]),
            padding=padding,
            groups=channels,
        )
    if name == "bias_leaky_relu":
        return lambda: F.leaky_relu_(x + bias[:, None, None], SLOPE).mul_(2**0.5)
    if name == "leaky_relu_gradient":
        return lambda: torch.ops.aten.leaky_relu_backward(dy, y, SLOPE, True)
    if name == "sum_of_products":
        return lambda: (x * dy).sum((2, 3))
    raise ValueError(f"expected an operation of this file, got '{name}'")


class Layers:
    """The operation that was prepared last, in both layouts."""

    def __init__(self):
        self.ready = {}

    def answer(self, line):
        command = json.loads(line)
        if "prepare" in command:
            asked = command["prepare"]
            self.ready = {layout: operation(asked, tensors(asked["shapes"], layout)) for layout in LAYOUTS}
            return {"layouts": list(LAYOUTS)}
        run = self.ready[command["run"]]
        start = time.perf_counter()
        for _ in range(command["times"]):
            run()
        return {"milliseconds": (time.perf_counter() - start) * 1000 / command["times"]}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--threads", type=int, default=None)
    options = parser.parse_args()
    if options.threads is not None:
        torch.set_num_threads(options.threads)
    torch.set_grad_enabled(False)
    hello = {"hello": "pytorch-layers", "torch": torch.__version__, "threads": torch.get_num_threads()}
    serve(hello, Layers().answer)


if __name__ == "__main__":
    main()

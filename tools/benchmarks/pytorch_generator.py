"""StyleGAN2 config F synthesis in PyTorch, timed on request: the yardstick of `mfim bench`.

    python tools/benchmarks/pytorch_generator.py [--resolution 1024] [--threads N] [--batch 1]

Speaks JSON lines: commands on stdin, answers on stdout (README.md). Four variants of one network:
layout (nchw, or channels-last in memory) x where the style goes (scaled activations, or modulated
weights). All of them start from style codes, add style maps at 16..64 and no stored noise, as the
exported bundle does. Weights are random; time does not depend on them.
"""

import argparse
import math
import pathlib
import sys
import time

import torch
from torch.nn import functional

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "golden" / "python"))

from json_lines import serve  # noqa: E402
from mfim_golden.generator import GeneratorSize, synthesis_shapes  # noqa: E402
from mfim_golden.layers import EPSILON, SLOPE, TAPS  # noqa: E402

GAIN = math.sqrt(2.0)
MAPPED = (16, 32, 64)
SGEMM_SIDE = 1536
SEED = 1


class Layer:
    """One layer with everything that does not depend on the style computed beforehand."""

    def __init__(self, weight, bias, kind, resolution):
        scaled = weight / math.sqrt(weight[0].numel())
        self.kind = kind
        self.resolution = resolution
        self.demodulated = kind != "torgb"
        self.energy = scaled.square().sum(dim=(2, 3)).T.contiguous()  # [I O]
        # conv_transpose2d wants [I O k k].
        self.weight = scaled.transpose(0, 1).contiguous() if kind == "conv0" else scaled
        self.bias = bias.reshape(1, -1, 1, 1)


class Synthesis:
    """The network in one memory layout."""

    def __init__(self, size, memory_format):
        generator = torch.Generator().manual_seed(SEED)
        drawn = {name: torch.randn(shape, generator=generator) for name, shape in synthesis_shapes(size).items()}
        self.format = memory_format
        self.constant = drawn["synthesis.b4.const"][None].contiguous(memory_format=memory_format)
        self.layers = []
        for name, resolution, kind, *_ in size.layers():
            prefix = f"synthesis.{name}."
            layer = Layer(drawn[prefix + "weight"], drawn[prefix + "bias"], kind, resolution)
            layer.weight = layer.weight.contiguous(memory_format=memory_format)
            self.layers.append(layer)
        taps = torch.tensor(TAPS)
        self.kernel = torch.outer(taps, taps) / taps.sum() ** 2 * 4
        self.kernels = {width: self.depthwise(width) for width in {3, *(size.channels(r) for r in size.resolutions())}}

    def depthwise(self, channels):
        return self.kernel.expand(channels, 1, 4, 4).contiguous(memory_format=self.format)

    def blur(self, x, padding):
        return functional.conv2d(x, self.kernels[x.shape[1]], padding=padding, groups=x.shape[1])

    def upsample(self, rgb):
        """Zeros between the pixels and the filter with padding (2, 1), as one transposed convolution."""
        return functional.conv_transpose2d(rgb, self.kernels[3], stride=2, padding=1, groups=3)

    def scaled_activations(self, layer, x, style):
        x = x * style[:, :, None, None]
        if layer.kind == "conv0":
            x = self.blur(functional.conv_transpose2d(x, layer.weight, stride=2), 1)
        else:
            x = functional.conv2d(x, layer.weight, padding=layer.weight.shape[2] // 2)
        if layer.demodulated:
            x = x.mul_(torch.rsqrt(style.square() @ layer.energy + EPSILON)[:, :, None, None])
        return x

    def modulated_weights(self, layer, x, style):
        batch, inputs, height, width = x.shape
        up = layer.kind == "conv0"
        own = layer.weight[None] * (style[:, :, None, None, None] if up else style[:, None, :, None, None])
        if layer.demodulated:
            demodulation = torch.rsqrt(style.square() @ layer.energy + EPSILON)
            own = own.mul_(demodulation[:, None, :, None, None] if up else demodulation[:, :, None, None, None])
        own = own.flatten(0, 1).contiguous(memory_format=self.format)
        x = x.reshape(1, batch * inputs, height, width)
        if up:
            x = functional.conv_transpose2d(x, own, stride=2, groups=batch)
        else:
            x = functional.conv2d(x, own, padding=own.shape[2] // 2, groups=batch)
        x = x.reshape(batch, -1, x.shape[2], x.shape[3])
        return self.blur(x, 1) if up else x

    def draw(self, codes, maps, apply):
        x = self.constant.expand(codes[0].shape[0], -1, -1, -1)
        image = None
        for index, layer in enumerate(self.layers):
            if layer.kind == "torgb":
                colour = apply(layer, x, codes[index]).add_(layer.bias)
                image = colour if image is None else colour.add_(self.upsample(image))
                continue
            x = apply(layer, x, codes[index])
            if index in maps:
                x = x.add_(maps[index])
            x = functional.leaky_relu_(x.add_(layer.bias), SLOPE).mul_(GAIN)
        return image


class Bench:
    """Inputs and the four variants."""

    def __init__(self, size, batch):
        generator = torch.Generator().manual_seed(SEED + 1)
        self.codes, self.maps = [], {}
        for index, (_, resolution, kind, width, _) in enumerate(size.layers()):
            self.codes.append(1 + 0.3 * torch.randn(batch, width, generator=generator))
            if kind != "torgb" and resolution in MAPPED:
                self.maps[index] = torch.randn(batch, 1, resolution, resolution, generator=generator)
        formats = {"nchw": torch.contiguous_format, "channels-last": torch.channels_last}
        self.variants = {}
        for layout, memory_format in formats.items():
            network = Synthesis(size, memory_format)
            self.variants[f"{layout}-activations"] = (network, network.scaled_activations)
            self.variants[f"{layout}-weights"] = (network, network.modulated_weights)

    def draw(self, variant):
        network, apply = self.variants[variant]
        with torch.inference_mode():
            return network.draw(self.codes, self.maps, apply)

    def run(self, variant):
        start = time.perf_counter()
        image = self.draw(variant)
        milliseconds = (time.perf_counter() - start) * 1000
        return {"variant": variant, "milliseconds": milliseconds, "shape": list(image.shape)}

    def check(self):
        """Largest difference between the variants, relative to the largest pixel."""
        first, *others = [self.draw(variant) for variant in self.variants]
        error = max((other - first).abs().max().item() for other in others)
        return {"relativeError": error / first.abs().max().item()}


def sgemm():
    left, right = torch.randn(2, SGEMM_SIDE, SGEMM_SIDE)
    torch.mm(left, right)
    seconds = []
    for _ in range(5):
        start = time.perf_counter()
        torch.mm(left, right)
        seconds.append(time.perf_counter() - start)
    return {"sgemmGflops": 2 * SGEMM_SIDE**3 / sorted(seconds)[2] / 1e9}


def answer(bench, line):
    command, _, argument = line.partition(" ")
    if command == "run" and argument in bench.variants:
        return bench.run(argument)
    if command == "check" and not argument:
        return bench.check()
    if command == "sgemm" and not argument:
        return sgemm()
    known = ", ".join([*(f"run {variant}" for variant in bench.variants), "check", "sgemm", "quit"])
    return {"error": f"pytorch_generator: expected one of {known}, got '{line}'; send a known command"}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--resolution", type=int, default=1024)
    parser.add_argument("--threads", type=int, help="default: what PyTorch chooses")
    parser.add_argument("--batch", type=int, default=1)
    arguments = parser.parse_args()
    if arguments.threads is not None:
        torch.set_num_threads(arguments.threads)
    bench = Bench(GeneratorSize(resolution=arguments.resolution), arguments.batch)
    hello = {
        "hello": "pytorch-generator",
        "torch": torch.__version__.partition("+")[0],
        "threads": torch.get_num_threads(),
        "resolution": arguments.resolution,
        "batch": arguments.batch,
        "variants": list(bench.variants),
    }
    serve(hello, lambda line: answer(bench, line))


if __name__ == "__main__":
    main()

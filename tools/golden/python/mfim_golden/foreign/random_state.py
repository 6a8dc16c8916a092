"""Random weights under an origin's names, as its files hold them: float32, statistics of batch norms, their int64 counters."""

import math
import zlib

import numpy
import torch


class RandomState:
    """Collects the tensors of one network; the same seed and name give the same numbers."""

    def __init__(self, seed):
        self.seed = seed
        self.tensors = {}

    def draw(self, name, shape, scale=1.0, shift=0.0):
        generator = numpy.random.default_rng([self.seed, zlib.crc32(name.encode())])
        numbers = generator.standard_normal(math.prod(shape), dtype=numpy.float32) * numpy.float32(scale) + numpy.float32(shift)
        self.tensors[name] = torch.from_numpy(numbers).reshape(tuple(shape))

    def convolution(self, name, shape, bias=False):
        """shape [out, in, height, width], He-initialised."""
        self.draw(f"{name}.weight", shape, math.sqrt(2 / math.prod(shape[1:])))
        if bias:
            self.draw(f"{name}.bias", shape[:1], 0.1)

    def norm(self, name, channels, gain=1.0):
        self.draw(f"{name}.weight", [channels], 0.1 * gain, gain)
        self.draw(f"{name}.bias", [channels], 0.1)
        self.draw(f"{name}.running_mean", [channels], 0.1)
        self.draw(f"{name}.running_var", [channels], 0.1, 1)
        self.tensors[f"{name}.running_var"].abs_().add_(0.1)
        self.tensors[f"{name}.num_batches_tracked"] = torch.tensor(1000)

    def normed(self, names, shape, gain=1.0):
        """A convolution without bias and the batch norm after it."""
        self.convolution(names[0], shape)
        self.norm(names[1], shape[0], gain)

    def linear(self, name, inputs, outputs):
        self.draw(f"{name}.weight", [outputs, inputs], math.sqrt(1 / inputs))
        self.draw(f"{name}.bias", [outputs], 0.1)

    def prelu(self, name, channels):
        self.draw(f"{name}.weight", [channels], 0.05, 0.25)


def doubles(state, prefix=""):
    """The floating-point tensors under a prefix, without it, to be computed with in float64."""
    return {name.removeprefix(prefix): value.to(torch.float64) for name, value in state.items() if name.startswith(prefix) and value.is_floating_point()}

"""Random values by name: the same seed and name give the same numbers, whatever is drawn before."""

import math
import zlib

import numpy
import torch


class Draws:
    """Normal draws, rounded to float32 (what the file stores) and computed with in float64."""

    def __init__(self, seed):
        self.seed = seed

    def normal(self, name, shape, scale=1.0, shift=0.0):
        generator = numpy.random.default_rng([self.seed, zlib.crc32(name.encode())])
        numbers = generator.standard_normal(math.prod(shape)) * scale + shift
        rounded = torch.from_numpy(numbers.astype(numpy.float32).astype(numpy.float64))
        return rounded.reshape(tuple(shape)).requires_grad_(True)

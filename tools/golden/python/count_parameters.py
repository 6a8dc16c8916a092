"""Prints the number of trained parameters of StyleGAN2 config F at 1024 as JSON."""

import json
import math

from mfim_golden.discriminator import discriminator_shapes
from mfim_golden.generator import GeneratorSize, mapping_shapes, synthesis_shapes


def count(shapes):
    return sum(math.prod(shape) for shape in shapes.values())


if __name__ == "__main__":
    size = GeneratorSize()
    generator = count(mapping_shapes(size)) + count(synthesis_shapes(size))
    print(json.dumps({"generator": generator, "discriminator": count(discriminator_shapes(size))}))

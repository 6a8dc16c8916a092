"""StyleGAN2 config F generator, with NVIDIA's parameter names and PyTorch's layouts."""

import math
from typing import NamedTuple

from .layers import activate, linear, modulated_conv, pixel_norm, upsample

MAPPING_LAYERS = 8
MAPPING_MULTIPLIER = 0.01


class GeneratorSize(NamedTuple):
    """Channels at resolution r: min(maximum, base / r). Config F at 1024: the defaults."""

    resolution: int = 1024
    base: int = 32768
    maximum: int = 512
    latent: int = 512

    def channels(self, resolution):
        return min(self.maximum, self.base // resolution)

    def resolutions(self):
        return [2**power for power in range(2, int(math.log2(self.resolution)) + 1)]

    def layers(self):
        """(name, resolution, kind, input channels, output channels) in execution order."""
        for resolution in self.resolutions():
            below, here = self.channels(max(4, resolution // 2)), self.channels(resolution)
            if resolution > 4:
                yield f"b{resolution}.conv0", resolution, "conv0", below, here
            yield f"b{resolution}.conv1", resolution, "conv1", here, here
            yield f"b{resolution}.torgb", resolution, "torgb", here, 3


def mapping_shapes(size):
    shapes = {}
    for index in range(MAPPING_LAYERS):
        shapes[f"mapping.fc{index}.weight"] = (size.latent, size.latent)
        shapes[f"mapping.fc{index}.bias"] = (size.latent,)
    return shapes


def synthesis_shapes(size):
    shapes = {"synthesis.b4.const": (size.channels(4), 4, 4)}
    for name, _, kind, inputs, outputs in size.layers():
        kernel = 1 if kind == "torgb" else 3
        prefix = f"synthesis.{name}."
        shapes[prefix + "weight"] = (outputs, inputs, kernel, kernel)
        shapes[prefix + "bias"] = (outputs,)
        shapes[prefix + "affine.weight"] = (inputs, size.latent)
        shapes[prefix + "affine.bias"] = (inputs,)
        if kind != "torgb":
            shapes[prefix + "noise_strength"] = ()
    return shapes


def buffer_shapes(size):
    """Saved, not trained: the mean latent and the stored noise."""
    shapes = {"mapping.w_avg": (size.latent,)}
    for name, resolution, kind, _, _ in size.layers():
        if kind != "torgb":
            shapes[f"synthesis.{name}.noise_const"] = (resolution, resolution)
    return shapes


def mapping(parameters, z):
    """z [N latent] -> w [N latent]."""
    x = pixel_norm(z)
    for index in range(MAPPING_LAYERS):
        weight, bias = (parameters[f"mapping.fc{index}.{part}"] for part in ("weight", "bias"))
        x = activate(linear(x, weight, bias, MAPPING_MULTIPLIER))
    return x


def truncate(parameters, w, psi):
    average = parameters["mapping.w_avg"]
    return average + psi * (w - average)


def style_codes(parameters, w, size):
    """The style code of every layer, by name; every layer reads the same w."""
    return {
        name: linear(w, parameters[f"synthesis.{name}.affine.weight"], parameters[f"synthesis.{name}.affine.bias"])
        for name, *_ in size.layers()
    }


def synthesize(parameters, codes, inputs, size, convolve=modulated_conv):
    """Codes by layer name -> skip images by resolution; `convolve`: either form of a modulated convolution.

    inputs = (noises, maps), each by layer name, absent = none. Noise ([N 1 H W] or [H W]) is scaled
    by the layer's strength; a style map [N 1 H W] is added as it is (the project's choice).
    """
    noises, maps = inputs
    batch = next(iter(codes.values())).shape[0]
    x = parameters["synthesis.b4.const"].expand(batch, -1, -1, -1)
    image, images = None, {}
    for name, resolution, kind, _, _ in size.layers():
        prefix = f"synthesis.{name}."
        weight, bias = parameters[prefix + "weight"], parameters[prefix + "bias"]
        if kind == "torgb":
            colour = convolve(x, weight, codes[name], demodulate=False) + bias.reshape(1, 3, 1, 1)
            image = colour if image is None else upsample(image) + colour
            images[resolution] = image
            continue
        x = convolve(x, weight, codes[name], up=kind == "conv0")
        if name in noises:
            x = x + parameters[prefix + "noise_strength"] * noises[name]
        if name in maps:
            x = x + maps[name]
        x = activate(x, bias)
    return images

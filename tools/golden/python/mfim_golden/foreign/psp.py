"""pSp's GradualStyleEncoder and e4e's Encoder4Editing on IR-SE50, under their names, with a rosinality generator as decoder."""

import math
from typing import NamedTuple

import torch
from torch.nn import functional

from ..generator import GeneratorSize
from ..layers import linear
from . import rosinality
from .ir_se_net import IR_SE_50, ir_se_net_state, unit

COARSE, MIDDLE = 3, 7
SLOPE = 0.01


class PspSize(NamedTuple):
    """stages: (channels, units); the style vectors are as wide as the last one, and as the generator's latents."""

    input_resolution: int = 256
    stages: tuple = IR_SE_50
    generator: GeneratorSize = GeneratorSize()

    @property
    def latents(self):
        return 2 * int(math.log2(self.generator.resolution)) - 2

    def spatial(self, latent):
        coarsest = self.input_resolution // 2 ** len(self.stages)
        return coarsest * (1 if latent < COARSE else 2 if latent < MIDDLE else 4)


def fill_encoder(state, size):
    """Draws `input_layer`, `body`, `styles`, `latlayer1` and 2."""
    width = size.stages[-1][0]
    ir_se_net_state(state, 2 ** len(size.stages), size.stages)
    for name in [name for name in state.tensors if name.startswith("output_layer")]:
        del state.tensors[name]
    for latent in range(size.latents):
        for step in range(int(math.log2(size.spatial(latent)))):
            state.convolution(f"styles.{latent}.convs.{2 * step}", [width, width, 3, 3], bias=True)
        state.draw(f"styles.{latent}.linear.weight", [width, width])
        state.draw(f"styles.{latent}.linear.bias", [width], 0.1)
    state.convolution("latlayer1", [width, size.stages[-2][0], 1, 1], bias=True)
    state.convolution("latlayer2", [width, size.stages[-3][0], 1, 1], bias=True)


def features(state, image, size):
    """The three maps of the pyramid, coarse to fine."""
    x = functional.conv2d(image, state["input_layer.0.weight"], padding=1)
    parts = ("running_mean", "running_var", "weight", "bias")
    x = functional.batch_norm(x, *(state[f"input_layer.1.{part}"] for part in parts))
    x = functional.prelu(x, state["input_layer.2.weight"])
    taps, index = [], 0
    for _, units in size.stages:
        for position in range(units):
            x = unit(state, f"body.{index}", x, 2 if position == 0 else 1)
            index += 1
        taps.append(x)
    maps = [taps[-1]]
    for layer, tap in (("latlayer1", taps[-2]), ("latlayer2", taps[-3])):
        above = functional.interpolate(maps[-1], size=tap.shape[2:], mode="bilinear", align_corners=True)
        maps.append(above + functional.conv2d(tap, state[f"{layer}.weight"], state[f"{layer}.bias"]))
    return maps


def style_block(state, latent, x):
    step = 0
    while f"styles.{latent}.convs.{step}.weight" in state:
        weight, bias = state[f"styles.{latent}.convs.{step}.weight"], state[f"styles.{latent}.convs.{step}.bias"]
        x = functional.leaky_relu(functional.conv2d(x, weight, bias, stride=2, padding=1), SLOPE)
        step += 2
    return linear(x.flatten(1), state[f"styles.{latent}.linear.weight"], state[f"styles.{latent}.linear.bias"])


def encode(state, image, size, offsets):
    """image [N 3 S S] in [-1, 1] -> W+ [N latents width]; `offsets`: e4e, whose vectors are offsets from the first."""
    coarse, middle, fine = features(state, image, size)
    maps = [coarse if latent < COARSE else middle if latent < MIDDLE else fine for latent in range(size.latents)]
    vectors = [style_block(state, latent, x) for latent, x in enumerate(maps)]
    return torch.stack([vectors[0]] + [vector + vectors[0] if offsets else vector for vector in vectors[1:]], dim=1)


def style_codes(state, latents, size):
    """The codes of all layers in order, of a rosinality generator: toRGB reads the vector of the next convolution."""
    layers = [("conv1", 0), ("to_rgb1", 1)]
    for index in range((size.latents - 2) // 2):
        latent = 2 * index + 1
        layers += [(f"convs.{2 * index}", latent), (f"convs.{2 * index + 1}", latent + 1), (f"to_rgbs.{index}", latent + 2)]
    codes = [linear(latents[:, latent], *(state[f"{name}.conv.modulation.{part}"] for part in ("weight", "bias"))) for name, latent in layers]
    return torch.cat(codes, dim=1)


def invert(parts, image, size, options):
    """parts: (encoder, decoder, mean of w [latents, width]) -> (codes, image)."""
    encoder, decoder, mean = parts
    offsets, convolve = options
    latents = encode(encoder, image, size, offsets) + mean
    return style_codes(decoder, latents, size), rosinality.synthesize(decoder, latents, convolve)

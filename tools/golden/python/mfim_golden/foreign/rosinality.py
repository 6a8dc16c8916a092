"""StyleGAN2 under the names of rosinality/stylegan2-pytorch, wired by those names; kernels [1 O I k k], layers numbered."""

import math

import torch

from ..layers import activate, conv, fir, linear, minibatch_deviation, modulated_conv, pixel_norm, upsample

TAPS = torch.tensor([1.0, 3.0, 3.0, 1.0])
MAPPING_MULTIPLIER = 0.01


def blur_kernel(gain):
    return torch.outer(TAPS, TAPS) / TAPS.sum() ** 2 * gain


def styled_conv_shapes(prefix, inputs, outputs, latent):
    return {
        f"{prefix}.conv.weight": (1, outputs, inputs, 3, 3),
        f"{prefix}.conv.modulation.weight": (inputs, latent),
        f"{prefix}.conv.modulation.bias": (inputs,),
        f"{prefix}.noise.weight": (1,),
        f"{prefix}.activate.bias": (outputs,),
    }


def to_rgb_shapes(prefix, inputs, latent):
    return {
        f"{prefix}.bias": (1, 3, 1, 1),
        f"{prefix}.conv.weight": (1, 3, inputs, 1, 1),
        f"{prefix}.conv.modulation.weight": (inputs, latent),
        f"{prefix}.conv.modulation.bias": (inputs,),
    }


def generator_shapes(size, mapping_layers=8):
    latent, (first, *others) = size.latent, size.resolutions()
    shapes = {}
    for layer in range(1, mapping_layers + 1):
        shapes |= {f"style.{layer}.weight": (latent, latent), f"style.{layer}.bias": (latent,)}
    wide = size.channels(first)
    shapes["input.input"] = (1, wide, first, first)
    shapes |= styled_conv_shapes("conv1", wide, wide, latent) | to_rgb_shapes("to_rgb1", wide, latent)
    for index, resolution in enumerate(others):
        below, here = size.channels(resolution // 2), size.channels(resolution)
        shapes |= styled_conv_shapes(f"convs.{2 * index}", below, here, latent)
        shapes |= styled_conv_shapes(f"convs.{2 * index + 1}", here, here, latent)
        shapes |= to_rgb_shapes(f"to_rgbs.{index}", here, latent)
    for index in range(2 * len(others) + 1):
        side = 2 ** ((index + 5) // 2)
        shapes[f"noises.noise_{index}"] = (1, 1, side, side)
    return shapes


def generator_buffers(size):
    """Saved with every file, the same in all: the filters."""
    buffers = {}
    for index, _ in enumerate(size.resolutions()[1:]):
        buffers[f"convs.{2 * index}.conv.blur.kernel"] = blur_kernel(4)
        buffers[f"to_rgbs.{index}.upsample.kernel"] = blur_kernel(4)
    return buffers


def generator_scale(name):
    """(scale, shift) of a drawn parameter; mapping weights are stored 1 / 0.01 larger than what runs."""
    if name.startswith("style."):
        return (100.0, 0.0) if name.endswith("weight") else (30.0, 0.0)
    if name.endswith("modulation.bias"):
        return 0.3, 1.0
    return (0.3, 0.0) if name.endswith(("bias", "noise.weight")) else (1.0, 0.0)


def map_latent(state, z):
    x = pixel_norm(z)
    layer = 1
    while f"style.{layer}.weight" in state:
        x = activate(linear(x, state[f"style.{layer}.weight"], state[f"style.{layer}.bias"], MAPPING_MULTIPLIER))
        layer += 1
    return x


def styled_conv(state, prefix, x, w, options):
    convolve, noise, up = options
    style = linear(w, state[f"{prefix}.conv.modulation.weight"], state[f"{prefix}.conv.modulation.bias"])
    x = convolve(x, state[f"{prefix}.conv.weight"][0], style, up=up)
    return activate(x + state[f"{prefix}.noise.weight"] * noise, state[f"{prefix}.activate.bias"])


def to_rgb(state, prefix, inputs, convolve):
    x, w, skip = inputs
    style = linear(w, state[f"{prefix}.conv.modulation.weight"], state[f"{prefix}.conv.modulation.bias"])
    colour = convolve(x, state[f"{prefix}.conv.weight"][0], style, demodulate=False) + state[f"{prefix}.bias"]
    return colour if skip is None else colour + upsample(skip)


def synthesize(state, latents, convolve=modulated_conv):
    """latents [N, count, width], one w for each layer -> image, with the stored noise."""
    noises = [state[f"noises.noise_{index}"] for index in range(latents.shape[1] - 1)]
    x = state["input.input"].expand(latents.shape[0], -1, -1, -1)
    x = styled_conv(state, "conv1", x, latents[:, 0], (convolve, noises[0], False))
    skip = to_rgb(state, "to_rgb1", (x, latents[:, 1], None), convolve)
    for index in range((len(noises) - 1) // 2):
        layer = 2 * index + 1
        x = styled_conv(state, f"convs.{2 * index}", x, latents[:, layer], (convolve, noises[layer], True))
        x = styled_conv(state, f"convs.{2 * index + 1}", x, latents[:, layer + 1], (convolve, noises[layer + 1], False))
        skip = to_rgb(state, f"to_rgbs.{index}", (x, latents[:, layer + 2], skip), convolve)
    return skip


def generate(state, z, convolve=modulated_conv):
    """z [N, width] -> (w, image)."""
    w = map_latent(state, z)
    count = 1 + sum(name.startswith("noises.") for name in state)
    return w, synthesize(state, w[:, None].expand(-1, count, -1), convolve)


def discriminator_shapes(size):
    top = size.resolution
    shapes = {"convs.0.0.weight": (size.channels(top), 3, 1, 1), "convs.0.1.bias": (size.channels(top),)}
    for index, resolution in enumerate(reversed(size.resolutions()[1:]), start=1):
        here, below = size.channels(resolution), size.channels(resolution // 2)
        shapes |= {f"convs.{index}.conv1.0.weight": (here, here, 3, 3), f"convs.{index}.conv1.1.bias": (here,)}
        shapes |= {f"convs.{index}.conv2.1.weight": (below, here, 3, 3), f"convs.{index}.conv2.2.bias": (below,)}
        shapes[f"convs.{index}.skip.1.weight"] = (below, here, 1, 1)
    last = size.channels(4)
    shapes |= {"final_conv.0.weight": (last, last + 1, 3, 3), "final_conv.1.bias": (last,)}
    shapes |= {"final_linear.0.weight": (last, last * 16), "final_linear.0.bias": (last,)}
    return shapes | {"final_linear.1.weight": (1, last), "final_linear.1.bias": (1,)}


def discriminator_buffers(size):
    count = len(size.resolutions()) - 1
    return {f"convs.{index}.{part}.0.kernel": blur_kernel(1) for index in range(1, count + 1) for part in ("conv2", "skip")}


def discriminate(state, image):
    x = activate(conv(image, state["convs.0.0.weight"]), state["convs.0.1.bias"])
    index = 1
    while f"convs.{index}.skip.1.weight" in state:
        prefix = f"convs.{index}"
        y = activate(conv(x, state[f"{prefix}.conv1.0.weight"], padding=1), state[f"{prefix}.conv1.1.bias"])
        y = activate(conv(fir(y, padding=(2, 2)), state[f"{prefix}.conv2.1.weight"], stride=2), state[f"{prefix}.conv2.2.bias"])
        x = (y + conv(fir(x, padding=(1, 1)), state[f"{prefix}.skip.1.weight"], stride=2)) / math.sqrt(2)
        index += 1
    x = activate(conv(minibatch_deviation(x), state["final_conv.0.weight"], padding=1), state["final_conv.1.bias"])
    x = activate(linear(x.flatten(1), state["final_linear.0.weight"], state["final_linear.0.bias"]))
    return linear(x, state["final_linear.1.weight"], state["final_linear.1.bias"])

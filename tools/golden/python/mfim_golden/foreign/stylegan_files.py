"""Files of StyleGAN2 with equal weights, from rosinality and from NVIDIA, and what the networks compute."""

import collections

import torch

from ..draws import Draws
from ..generator import GeneratorSize
from ..layers import modulated_conv, modulated_conv_by_activations
from . import nvidia, rosinality

SMALL = GeneratorSize(resolution=64, base=512, maximum=16, latent=16)
FULL = GeneratorSize()
SEED = 21


def drawn(seed, shapes, scale_of):
    """Float32 tensors by name, as a file stores them."""
    draws = Draws(seed)
    return collections.OrderedDict((name, draws.normal(name, shape, *scale_of(name)).detach().float()) for name, shape in shapes.items())


def generator_state(size, seed=SEED):
    """(state dictionary without buffers of filters, mean of w)."""
    state = drawn(seed, rosinality.generator_shapes(size), rosinality.generator_scale)
    return state, Draws(seed).normal("latent_avg", (size.latent,), 0.3).detach().float()


def discriminator_state(size, seed=SEED):
    return drawn(seed, rosinality.discriminator_shapes(size), lambda name: (0.3 if name.endswith("bias") else 1.0, 0.0))


def inputs_for(size):
    """One latent, and one image of the generator's size."""
    draws = Draws(SEED + 1)
    z = draws.normal("z", (1, size.latent)).detach().float()
    return z, draws.normal("image", (1, 3, size.resolution, size.resolution)).detach().float()


def outputs_of(state, judge, size):
    """What a golden file holds. The full size is computed in float32: float64 convolutions need too much memory."""
    z, image = inputs_for(size)
    exact = (lambda tensor: tensor) if size == FULL else (lambda tensor: tensor.double())
    double = {name: exact(tensor) for name, tensor in state.items()}
    with torch.no_grad():
        w, drawn_image = rosinality.generate(double, exact(z), modulated_conv_by_activations if size == FULL else modulated_conv)
        logits = rosinality.discriminate({name: exact(tensor) for name, tensor in judge.items()}, exact(image))
    return {"input.z": z, "input.image": image, "output.w": w, "output.image": drawn_image, "output.logits": logits}


def write_rosinality(folder, full):
    """A file as its training script converts it: g_ema and latent_avg, with g and d."""
    size = FULL if full else SMALL
    state, mean = generator_state(size)
    judge = discriminator_state(size)
    trained, _ = generator_state(size, SEED + 2)
    filters = rosinality.generator_buffers(size)
    networks = {"g_ema": state | filters, "g": trained | filters, "d": judge | rosinality.discriminator_buffers(size)}
    torch.save({**networks, "latent_avg": mean}, folder / "stylegan2-rosinality.pt")
    return outputs_of(state, judge, size)


def write_nvidia(folder, full):
    """The same weights as a pickle of G, D, G_ema."""
    size = FULL if full else SMALL
    state, mean = generator_state(size)
    judge = discriminator_state(size)
    trained, _ = generator_state(size, SEED + 2)
    networks = {
        "G": nvidia.generator_module(nvidia.from_rosinality(trained | {"latent_avg": mean}, size)),
        "D": nvidia.discriminator_module(nvidia.discriminator_from_rosinality(judge, size)),
        "G_ema": nvidia.generator_module(nvidia.from_rosinality(state | {"latent_avg": mean}, size)),
    }
    nvidia.write(folder / "stylegan2-nvidia.pkl", networks)
    return outputs_of(state, judge, size)


STYLEGAN_FILES = {"stylegan2-rosinality": write_rosinality, "stylegan2-nvidia": write_nvidia}

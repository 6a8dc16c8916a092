"""Checkpoints as pSp and e4e save them: state_dict with encoder and decoder, latent_avg, opts."""

import torch

from ..draws import Draws
from ..generator import GeneratorSize
from ..layers import modulated_conv, modulated_conv_by_activations
from . import rosinality
from .psp import PspSize, fill_encoder, invert
from .random_state import RandomState, doubles
from .stylegan_files import generator_state

SEED = 31
# In pSp the widths tell where a stage begins, so all differ.
SMALL = PspSize(64, ((8, 1), (12, 2), (14, 2), (16, 1)), GeneratorSize(resolution=64, base=512, maximum=16, latent=16))
FULL = PspSize()


def golden(parts, image, size, options):
    with torch.no_grad():
        codes, drawn = invert(parts, image, size, options)
    return {"input.image": image, "output.codes": codes, "output.image": drawn}


def write(folder, full, name):
    """name: psp or e4e."""
    size = FULL if full else SMALL
    state = RandomState(SEED)
    fill_encoder(state, size)
    decoder, mean = generator_state(size.generator)
    repeated = mean.repeat(size.latents, 1)
    content = {f"encoder.{key}": value for key, value in state.tensors.items()}
    content |= {f"decoder.{key}": value for key, value in (decoder | rosinality.generator_buffers(size.generator)).items()}
    encoder_type = {"psp": "GradualStyleEncoder", "e4e": "Encoder4Editing"}[name]
    options = {"encoder_type": encoder_type, "start_from_latent_avg": True, "output_size": size.generator.resolution, "learn_in_w": False}
    torch.save({"state_dict": content, "latent_avg": repeated, "opts": options}, folder / f"{name}.pt")
    image = Draws(SEED).normal("face", (1, 3, size.input_resolution, size.input_resolution), 0.4).detach().float()
    if full:
        return golden((state.tensors, decoder, repeated), image, size, (name == "e4e", modulated_conv_by_activations))
    exact = (doubles(state.tensors), doubles(decoder), repeated.double())
    return golden(exact, image.double(), size, (name == "e4e", modulated_conv))


PSP_FILES = {name: lambda folder, full, name=name: write(folder, full, name) for name in ("psp", "e4e")}

"""Pickles as stylegan2-ada-pytorch writes them: modules that reduce to a reconstruction from source text and state.

Each module is (torch_utils.persistence._reconstruct_persistent_obj, ({type, version, module_src, class_name, state},)), its state
the module's attributes; tensors carry their storages as nested legacy files. The embedded source raises when it is run.
"""

import pickle
import sys
import types

import numpy
import torch

from .. import discriminator, generator

MODULE_SRC = "raise RuntimeError('the embedded source of a checkpoint must not be run')\n"
PERSISTENCE_VERSION = 6
BUFFERS = ("w_avg", "noise_const", "resample_filter")
TAPS = torch.tensor([1.0, 3.0, 3.0, 1.0])


def stand_in(name, **members):
    """A module of theirs, as far as a pickle names it."""
    module = types.ModuleType(name)
    for member, value in members.items():
        value.__module__, value.__qualname__ = name, member
        setattr(module, member, value)
    sys.modules[name] = module


class EasyDict(dict):
    """A dictionary with attributes; pickled by its name in their package."""


def _reconstruct_persistent_obj(meta):
    raise RuntimeError("this stand-in only writes")


stand_in("dnnlib")
stand_in("dnnlib.util", EasyDict=EasyDict)
stand_in("torch_utils")
stand_in("torch_utils.persistence", _reconstruct_persistent_obj=_reconstruct_persistent_obj)


class Persistent(torch.nn.Module):
    """A module of theirs by its class name; plain attributes are kept as they are."""

    def __init__(self, class_name, **attributes):
        super().__init__()
        self.__dict__["class_name"] = class_name
        self.__dict__.update(attributes)

    def __reduce__(self):
        state = {name: value for name, value in self.__dict__.items() if name != "class_name"}
        state |= {"_init_args": (), "_init_kwargs": EasyDict(state.get("_init_kwargs", {}))}
        meta = {"type": "class", "version": PERSISTENCE_VERSION, "module_src": MODULE_SRC, "class_name": self.class_name, "state": state}
        return _reconstruct_persistent_obj, (meta,), None


def class_of(path):
    """Their class of the module at a path, such as synthesis.b8.conv0.affine; and attributes that it has."""
    *_, last = path.split(".")
    gain = {"weight_gain": 1 / numpy.sqrt(512), "bias_gain": 1}
    if last in ("mapping", "synthesis"):
        return f"{last.capitalize()}Network", {"w_dim": 512, "num_ws": 18, "block_resolutions": [4, 8, 16]}
    if last.startswith("fc") or last in ("affine", "out"):
        return "FullyConnectedLayer", {"activation": "lrelu", **gain}
    if last == "torgb":
        return "ToRGBLayer", {"conv_clamp": None, **gain}
    if last.startswith("b") and last[1:].isdigit():
        kind = "Synthesis" if path.startswith("synthesis") else "Discriminator"
        return f"{kind}Block", {"architecture": "skip" if kind == "Synthesis" else "resnet", "use_fp16": False}
    kind = "SynthesisLayer" if path.startswith("synthesis") else "Conv2dLayer"
    return kind, {"activation": "lrelu", "act_gain": numpy.sqrt(2), "padding": 1, **gain}


def module_of(class_name, tensors):
    """A tree of modules from tensors by dotted name."""
    root = Persistent(class_name, z_dim=512, c_dim=0, img_channels=3, _init_kwargs={"mapping_kwargs": EasyDict(num_layers=8)})
    for name, tensor in tensors.items():
        *path, leaf = name.split(".")
        module = root
        for depth, part in enumerate(path):
            if part not in module._modules:
                child, attributes = class_of(".".join(path[: depth + 1]))
                module.add_module(part, Persistent(child, **attributes))
            module = module._modules[part]
        if leaf in BUFFERS:
            module.register_buffer(leaf, tensor)
        else:
            module.register_parameter(leaf, torch.nn.Parameter(tensor))
    return root


def filters(tensors):
    """The filters that blocks and doubling or halving layers have as buffers."""
    kernel = torch.outer(TAPS, TAPS) / TAPS.sum() ** 2
    owners = {name.rsplit(".", 1)[0] for name in tensors if name.rsplit(".", 2)[-2] in ("conv0", "conv1", "skip", "fromrgb")}
    return {f"{owner}.resample_filter": kernel for owner in sorted(owners)}


def generator_module(tensors):
    return module_of("Generator", tensors | filters(tensors))


def discriminator_module(tensors):
    return module_of("Discriminator", tensors | filters(tensors))


def write(path, networks, protocol=pickle.DEFAULT_PROTOCOL):
    """networks: modules by G, D, G_ema."""
    snapshot = {"training_set_kwargs": {"class_name": "training.dataset.ImageFolderDataset", "use_labels": False}, "augment_pipe": None}
    with open(path, "wb") as file:
        pickle.dump(networks | snapshot, file, protocol=protocol)


def rosinality_names(size):
    """Names of rosinality's generator beside NVIDIA's (model facts, section 3.1)."""
    names = {"input.input": "synthesis.b4.const", "latent_avg": "mapping.w_avg"}
    names |= {f"style.{layer + 1}.{part}": f"mapping.fc{layer}.{part}" for layer in range(generator.MAPPING_LAYERS) for part in ("weight", "bias")}
    convolutions = [name for name, _, kind, *_ in size.layers() if kind != "torgb"]
    colours = [name for name, _, kind, *_ in size.layers() if kind == "torgb"]
    for index, name in enumerate(convolutions):
        theirs = "conv1" if index == 0 else f"convs.{index - 1}"
        names |= {f"{theirs}.conv.weight": f"synthesis.{name}.weight", f"{theirs}.activate.bias": f"synthesis.{name}.bias"}
        names |= {f"{theirs}.noise.weight": f"synthesis.{name}.noise_strength", f"noises.noise_{index}": f"synthesis.{name}.noise_const"}
        names |= {f"{theirs}.conv.modulation.{part}": f"synthesis.{name}.affine.{part}" for part in ("weight", "bias")}
    for index, name in enumerate(colours):
        theirs = "to_rgb1" if index == 0 else f"to_rgbs.{index - 1}"
        names |= {f"{theirs}.conv.weight": f"synthesis.{name}.weight", f"{theirs}.bias": f"synthesis.{name}.bias"}
        names |= {f"{theirs}.conv.modulation.{part}": f"synthesis.{name}.affine.{part}" for part in ("weight", "bias")}
    return names


def from_rosinality(state, size):
    """The same generator under NVIDIA's names; axes of size 1 go where NVIDIA has none."""
    shapes = generator.mapping_shapes(size) | generator.synthesis_shapes(size) | generator.buffer_shapes(size)
    names = rosinality_names(size)
    return {names[theirs]: tensor.reshape(shapes[names[theirs]]).contiguous() for theirs, tensor in state.items() if theirs in names}


def discriminator_from_rosinality(state, size):
    """The discriminator under NVIDIA's names, by order: both list the same tensors from the image inwards, weight before bias."""
    shapes = discriminator.discriminator_shapes(size)
    return {name: tensor.reshape(shape) for (name, shape), tensor in zip(shapes.items(), state.values(), strict=True)}

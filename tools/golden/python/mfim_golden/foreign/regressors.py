"""DECA's coarse encoder (deca_model.tar, `E_flame`) and Deep3DFaceRecon's (`net_recon`), under their own names."""

import torch
from torch.nn import functional

from .res_net import RES_NET_50, add_res_net, res_net

DECA_HIDDEN = 1024
DECA_PARTS = {"shape": 100, "texture": 50, "expression": 50, "pose": 6, "camera": 3, "light": 27}
# Of final_layers.0 .. final_layers.6; the last two are one translation.
DEEP_3D_PARTS = {"shape": 80, "expression": 64, "texture": 80, "angles": 3, "light": 27, "shift": 2, "depth": 1}


def deca_state(state, size=RES_NET_50, hidden=DECA_HIDDEN):
    channels = add_res_net(state, "encoder.", size)
    state.linear("layers.0", channels, hidden)
    state.linear("layers.2", hidden, sum(DECA_PARTS.values()))


def under(state, prefix):
    return {name.removeprefix(prefix): value for name, value in state.items() if name.startswith(prefix)}


def deca(state, image):
    """image [N 3 224 224], RGB in [-1, 1]; DECA wants [0, 1]. -> named parts."""
    features = res_net(under(state, "encoder."), (image + 1) / 2)
    hidden = functional.relu(functional.linear(features, state["layers.0.weight"], state["layers.0.bias"]))
    numbers = functional.linear(hidden, state["layers.2.weight"], state["layers.2.bias"])
    return dict(zip(DECA_PARTS, numbers.split(list(DECA_PARTS.values()), 1)))


def deep_3d_state(state, size=RES_NET_50):
    channels = add_res_net(state, "backbone.", size)
    for index, width in enumerate(DEEP_3D_PARTS.values()):
        state.linear(f"final_layers.{index}", channels, width)
        weight = state.tensors[f"final_layers.{index}.weight"]
        state.tensors[f"final_layers.{index}.weight"] = weight.reshape(width, channels, 1, 1)


def deep_3d(state, image):
    """image [N 3 224 224], RGB in [-1, 1]; Deep3DFaceRecon wants [0, 1]. -> named parts."""
    features = res_net(under(state, "backbone."), (image + 1) / 2)
    layers = [functional.linear(features, state[f"final_layers.{index}.weight"].flatten(1), state[f"final_layers.{index}.bias"]) for index in range(len(DEEP_3D_PARTS))]
    parts = dict(zip(DEEP_3D_PARTS, layers))
    parts["translation"] = torch.cat([parts.pop("shift"), parts.pop("depth")], 1)
    return parts

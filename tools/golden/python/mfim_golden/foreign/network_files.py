"""Files of the networks whose weights users bring, in their origins' formats and at their published sizes, with what the networks compute.

Each writer saves NAME.pt and returns its golden tensors: `input.*` and `output.*` in PyTorch's layouts.
"""

import torch

from ..draws import Draws
from . import head_pose, inception, ir_se_net, lpips_trunks, regressors
from .random_state import RandomState, doubles

SEED = 41
POSE_SIZE, ARC_FACE_SIZE, INCEPTION_IMAGE, LPIPS_IMAGE = (224, 224), (112, 112), (96, 128), (48, 64)


def random_state(fill, *arguments):
    state = RandomState(SEED)
    fill(state, *arguments)
    return state.tensors


def image(name, size):
    """One image in about [-1, 1], as a file stores it."""
    return Draws(SEED).normal(name, (1, 3, *size), 0.4).detach().float()


def save(content, path, legacy=False):
    torch.save(content, path, _use_new_zipfile_serialization=not legacy)


def golden(inputs, outputs):
    return {f"input.{name}": tensor for name, tensor in inputs.items()} | {f"output.{name}": tensor for name, tensor in outputs.items()}


def write_arcface(folder, _full):
    """A plain state dictionary in the older format."""
    state = random_state(ir_se_net.ir_se_net_state)
    save(state, folder / "arcface-irse50.pt", legacy=True)
    face = image("face", ARC_FACE_SIZE)
    with torch.no_grad():
        return golden({"image": face}, {"embedding": ir_se_net.ir_se_net(doubles(state), face.double())})


def lpips_tensors(trunk):
    """Layers and heads under torchvision's and LPIPS's names."""
    return random_state(lambda state: lpips_trunks.heads_state(state, lpips_trunks.trunk_state(state, trunk)))


def lpips_golden(trunk, state):
    first, second = image("first", LPIPS_IMAGE), image("second", LPIPS_IMAGE)
    layers, heads = doubles(state, "features."), doubles(state)
    with torch.no_grad():
        distance = lpips_trunks.lpips(layers, heads, trunk, first.double(), second.double())
    return golden({"first": first, "second": second}, {"distance": distance})


def write_lpips(trunk):
    def write(folder, _full):
        """The state dictionary of the lpips package; beside it torchvision's file and that of the heads."""
        state = lpips_tensors(trunk)
        save(lpips_trunks.package_state(state, trunk), folder / f"lpips-{trunk}.pt")
        save({name: value for name, value in state.items() if name.startswith("features")}, folder / f"lpips-{trunk}-trunk.pt")
        save({name: value for name, value in state.items() if name.startswith("lin")}, folder / f"lpips-{trunk}-heads.pt", legacy=True)
        return lpips_golden(trunk, state)

    return write


def write_inception(folder, _full):
    state = random_state(inception.inception_state)
    save(state, folder / "inception-fid.pt")
    picture = image("picture", INCEPTION_IMAGE)
    with torch.no_grad():
        return golden({"image": picture}, {"features": inception.inception(doubles(state), picture.double())})


def write_deca(folder, _full):
    """deca_model.tar: the coarse encoder beside the detail networks, of which one tensor stands for all."""
    state = random_state(regressors.deca_state)
    save({"E_flame": state, "E_detail": {"layers.0.weight": torch.zeros(2, 2)}}, folder / "deca.pt")
    face = image("face", POSE_SIZE)
    with torch.no_grad():
        return golden({"image": face}, regressors.deca(doubles(state), face.double()))


def write_deep_3d(folder, _full):
    """epoch_20.pth: the network beside its optimiser."""
    state = random_state(regressors.deep_3d_state)
    optimiser = {"state": {0: {"step": 3, "exp_avg": torch.zeros(2)}}, "param_groups": [{"lr": 1e-4, "betas": (0.9, 0.999), "params": [0]}]}
    save({"net_recon": state, "opt_00": optimiser}, folder / "deep3d.pt")
    face = image("face", POSE_SIZE)
    with torch.no_grad():
        return golden({"image": face}, regressors.deep_3d(doubles(state), face.double()))


def write_hopenet(folder, _full):
    """A plain state dictionary in the older format, whose name ends in .pkl at its origin."""
    state = random_state(head_pose.hope_net_state)
    save(state, folder / "hopenet.pt", legacy=True)
    face = image("face", POSE_SIZE)
    with torch.no_grad():
        logits, degrees = head_pose.hope_net(doubles(state), face.double())
    return golden({"image": face}, {**dict(zip(head_pose.ANGLES, logits)), "degrees": degrees})


def write_six_d(form):
    def write(folder, _full):
        """Trained: a training snapshot. Deployed: the published file's plain dictionary."""
        trained = random_state(head_pose.six_d_rep_net_state)
        state = trained if form == "trained" else {name: value.float() for name, value in head_pose.deployed(doubles(trained)).items()}
        save({"epoch": 3, "model_state_dict": state} if form == "trained" else state, folder / f"6drepnet-{form}.pt")
        face = image("face", POSE_SIZE)
        with torch.no_grad():
            return golden({"image": face}, {"rotation": head_pose.six_d_rep_net(doubles(state), face.double())})

    return write


NETWORK_FILES = {
    "arcface-irse50": write_arcface,
    **{f"lpips-{trunk}": write_lpips(trunk) for trunk in ("alex", "vgg", "squeeze")},
    "inception-fid": write_inception,
    **{"deca": write_deca, "deep3d": write_deep_3d, "hopenet": write_hopenet},
    **{f"6drepnet-{form}": write_six_d(form) for form in ("trained", "deployed")},
}

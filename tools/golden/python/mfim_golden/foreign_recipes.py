"""Recipes for networks whose weights users bring, narrow and shallow: random weights under the origins' names, outputs, gradients by the images.

The same code runs the full networks in `write_foreign.py`.
"""

from torch.nn import functional

from .foreign import head_pose, inception, ir_se_net, lpips_trunks, res_net
from .foreign.random_state import RandomState, doubles
from .golden_file import GoldenFile

IR_SE_STAGES, IR_SE_SIDE, IR_SE_EMBEDDING = ((8, 2), (16, 2), (24, 1)), 24, 12
RES_NET = (4, (2, 1, 1, 1))
REP_VGG = (8, (8, 12, 16), (2, 3, 1))
LPIPS_DIVIDE, INCEPTION_DIVIDE = 16, 32
POSE_SIDE, SQUARE = 28, 8


def start(name, seed, about, fill):
    """A file with a network's weights in it, and the weights in float64."""
    file, state = GoldenFile(name, seed, about), RandomState(seed)
    fill(state)
    for key, tensor in state.tensors.items():
        if tensor.is_floating_point():
            file.keep("parameter", key, tensor)
    return file, doubles(state.tensors)


def ir_se_net_recipe():
    stages = [{"channels": channels, "units": units} for channels, units in IR_SE_STAGES]
    about = {"side": IR_SE_SIDE, "stages": stages, "embedding": IR_SE_EMBEDDING}
    file, state = start("ir-se-net", 31, about, lambda state: ir_se_net.ir_se_net_state(state, IR_SE_SIDE, IR_SE_STAGES, IR_SE_EMBEDDING))
    image = file.input("image", (2, 3, IR_SE_SIDE, IR_SE_SIDE), 0.5)
    scalar = file.probe("embedding", ir_se_net.ir_se_net(state, image, IR_SE_STAGES))
    file.gradients(scalar, {"image": image})
    return file


def narrow_trunk(trunk):
    """A trunk of LPIPS with a sixteenth of its channels."""
    return tuple((index, width // LPIPS_DIVIDE, *rest) for index, width, *rest in lpips_trunks.PLAIN[trunk])


def lpips_recipe(trunk, side):
    def fill(state):
        lpips_trunks.heads_state(state, lpips_trunks.trunk_state(state, narrow_trunk(trunk)))

    file, state = start(f"lpips-{trunk}", 32, {}, fill)
    first, second = (file.input(name, (2, 3, side, side + 3), 0.5) for name in ("first", "second"))
    layers = {name.removeprefix("features."): value for name, value in state.items()}
    scalar = file.probe("distance", lpips_trunks.lpips(layers, state, narrow_trunk(trunk), first, second))
    file.gradients(scalar, {"first": first, "second": second})
    return file


def res_net_recipe():
    """The trunk that DECA, Deep3DFaceRecon and HopeNet share."""
    about = {"width": RES_NET[0], "blocks": RES_NET[1]}
    file, state = start("res-net", 33, about, lambda state: res_net.add_res_net(state, "", RES_NET))
    image = file.input("image", (2, 3, 64, 48), 0.5)
    file.gradients(file.probe("features", res_net.res_net(state, image)), {"image": image})
    return file


def inception_recipe():
    """The image is resized to 299 pixels, as the package does."""
    file, state = start("inception", 34, {"divide": INCEPTION_DIVIDE}, lambda state: inception.inception_state(state, INCEPTION_DIVIDE))
    image = file.input("image", (1, 3, 20, 26), 0.5)
    file.probe("features", inception.inception(state, image))
    return file


def six_d_rep_net_recipe():
    """The trained form and the deployed one, at 224 pixels drawn as squares of 8."""
    stem, widths, counts = REP_VGG
    about = {"square": SQUARE, "stem": stem, "stages": [{"channels": channels, "blocks": blocks} for channels, blocks in zip(widths, counts)]}
    file, state = start("six-d-rep-net", 35, about, lambda state: head_pose.six_d_rep_net_state(state, REP_VGG))
    deployed = head_pose.deployed(state, REP_VGG)
    for name, tensor in deployed.items():
        file.keep("parameter", name, tensor)
    image = file.input("image", (2, 3, POSE_SIDE, POSE_SIDE), 0.5)
    large = functional.interpolate(image, scale_factor=SQUARE, mode="nearest")
    file.keep("output", "rotation", head_pose.six_d_rep_net(state, large, REP_VGG))
    return file


FOREIGN_RECIPES = {
    "ir-se-net": ir_se_net_recipe,
    "lpips-alex": lambda: lpips_recipe("alex", 36),
    "lpips-vgg": lambda: lpips_recipe("vgg", 20),
    "res-net": res_net_recipe,
    "inception": inception_recipe,
    "six-d-rep-net": six_d_rep_net_recipe,
}

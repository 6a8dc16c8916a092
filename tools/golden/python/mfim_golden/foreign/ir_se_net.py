"""ArcFace's IR-SE50 as InsightFace_Pytorch names it (model_ir_se50.pth)."""

from torch.nn import functional

from ..feature_networks import conv_norm, norm

# (channels, units) of each stage; every stage halves the sides first.
IR_SE_50 = ((64, 3), (128, 4), (256, 14), (512, 3))
REDUCTION, FEWEST_HIDDEN = 16, 4


def ir_se_net_state(state, side=112, stages=IR_SE_50, embedding=512):
    channels = stages[0][0]
    state.convolution("input_layer.0", [channels, 3, 3, 3])
    state.norm("input_layer.1", channels)
    state.prelu("input_layer.2", channels)
    index = 0
    for width, units in stages:
        for _ in range(units):
            unit = f"body.{index}"
            if channels != width:
                state.normed((f"{unit}.shortcut_layer.0", f"{unit}.shortcut_layer.1"), [width, channels, 1, 1])
            state.norm(f"{unit}.res_layer.0", channels)
            state.convolution(f"{unit}.res_layer.1", [width, channels, 3, 3])
            state.prelu(f"{unit}.res_layer.2", width)
            state.convolution(f"{unit}.res_layer.3", [width, width, 3, 3])
            state.norm(f"{unit}.res_layer.4", width, 0.5)
            hidden = max(FEWEST_HIDDEN, width // REDUCTION)
            state.convolution(f"{unit}.res_layer.5.fc1", [hidden, width, 1, 1])
            state.convolution(f"{unit}.res_layer.5.fc2", [width, hidden, 1, 1])
            channels, index = width, index + 1
    pixels = (side // 2 ** len(stages)) ** 2
    state.norm("output_layer.0", channels)
    state.linear("output_layer.3", channels * pixels, embedding)
    state.norm("output_layer.4", embedding)


def unit(state, name, x, stride):
    y = functional.conv2d(norm(state, f"{name}.res_layer.0", x), state[f"{name}.res_layer.1.weight"], padding=1)
    y = functional.prelu(y, state[f"{name}.res_layer.2.weight"])
    y = conv_norm(state, (f"{name}.res_layer.3", f"{name}.res_layer.4"), y, stride)
    gate = functional.relu(functional.conv2d(y.mean(dim=(2, 3), keepdim=True), state[f"{name}.res_layer.5.fc1.weight"]))
    y = y * functional.conv2d(gate, state[f"{name}.res_layer.5.fc2.weight"]).sigmoid()
    if f"{name}.shortcut_layer.0.weight" in state:
        return y + conv_norm(state, (f"{name}.shortcut_layer.0", f"{name}.shortcut_layer.1"), x, stride)
    return y + functional.max_pool2d(x, 1, stride)


def ir_se_net(state, image, stages=IR_SE_50):
    """image [N 3 112 112], RGB in [-1, 1] -> unit vectors [N 512]."""
    x = functional.prelu(conv_norm(state, ("input_layer.0", "input_layer.1"), image), state["input_layer.2.weight"])
    strides = [2 if index == 0 else 1 for _, units in stages for index in range(units)]
    for index, stride in enumerate(strides):
        x = unit(state, f"body.{index}", x, stride)
    x = norm(state, "output_layer.0", x).flatten(1)
    x = functional.linear(x, state["output_layer.3.weight"], state["output_layer.3.bias"])
    return functional.normalize(norm(state, "output_layer.4", x), dim=1)

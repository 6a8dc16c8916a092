"""torchvision's ResNet-50 trunk: names, random weights, forward pass."""

from torch.nn import functional

from ..feature_networks import conv_norm

RES_NET_50 = (64, (3, 4, 6, 3))


def add_res_net(state, prefix="", size=RES_NET_50):
    """Draws a trunk into a RandomState. Residual branches start small, as trained ones do."""
    width, stages = size
    state.normed((f"{prefix}conv1", f"{prefix}bn1"), [width, 3, 7, 7])
    channels = width
    for stage, count in enumerate(stages):
        inner = width * 2**stage
        for block in range(count):
            name = f"{prefix}layer{stage + 1}.{block}"
            state.normed((f"{name}.conv1", f"{name}.bn1"), [inner, channels, 1, 1])
            state.normed((f"{name}.conv2", f"{name}.bn2"), [inner, inner, 3, 3])
            state.normed((f"{name}.conv3", f"{name}.bn3"), [inner * 4, inner, 1, 1], 0.4)
            if block == 0:
                state.normed((f"{name}.downsample.0", f"{name}.downsample.1"), [inner * 4, channels, 1, 1])
            channels = inner * 4
    return channels


def bottleneck(state, name, x, stride):
    y = functional.relu(conv_norm(state, (f"{name}.conv1", f"{name}.bn1"), x))
    y = functional.relu(conv_norm(state, (f"{name}.conv2", f"{name}.bn2"), y, stride))
    y = conv_norm(state, (f"{name}.conv3", f"{name}.bn3"), y)
    kept = conv_norm(state, (f"{name}.downsample.0", f"{name}.downsample.1"), x, stride) if f"{name}.downsample.0.weight" in state else x
    return functional.relu(y + kept)


def res_net(state, x):
    """x [N 3 H W], normalised as the weights want it -> [N 2048]."""
    x = functional.relu(conv_norm(state, ("conv1", "bn1"), x, 2))
    x = functional.max_pool2d(x, 3, 2, 1)
    stage, block = 1, 0
    while f"layer{stage}.{block}.conv1.weight" in state:
        x = bottleneck(state, f"layer{stage}.{block}", x, 2 if stage > 1 and block == 0 else 1)
        stage, block = (stage, block + 1) if f"layer{stage}.{block + 1}.conv1.weight" in state else (stage + 1, 0)
    return x.mean(dim=(2, 3))

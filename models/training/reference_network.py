"""The reference's ResNet-50 from one of its checkpoints, at any base width."""

import torch
from torchvision.models.resnet import Bottleneck, ResNet

from network import build_network


def load_network(path):
    """A network in evaluation mode. Takes a bare state dict or a training checkpoint that holds one, keys with or
    without `module.`, and a head with or without dropout before it (`fc.1.*`, `fc.*`)."""
    state = torch.load(path, map_location="cpu")
    state = state.get("state_dict", state)
    state = {name.replace("module.", "", 1).replace("fc.1.", "fc."): value for name, value in state.items()}
    classes, width = len(state["fc.weight"]), len(state["conv1.weight"])
    bottleneck = len(state["layer1.0.conv1.weight"])
    if width == 64:  # torchvision's own; narrower inside for a smaller width per group
        network = ResNet(Bottleneck, [3, 4, 6, 3], num_classes=classes, width_per_group=bottleneck)
    else:
        network = build_network(classes, width)
    network.load_state_dict(state)
    return network.eval()

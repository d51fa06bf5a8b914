"""The classifiers GC-A to GC-D: a ResNet whose head is global average pooling and one linear layer."""

import torch
from torchvision.models.resnet import Bottleneck, ResNet

from errors import UserError

# Of the EndoVis18 models of the reference (RGB in [0, 1]), and of its pre-training on Cholec80.
MEAN = (0.4084945, 0.25513682, 0.25353566)
STD = (0.22662906, 0.20201652, 0.1962526)
CHOLEC80_MEAN = (0.46641618, 0.34214595, 0.36506417)
CHOLEC80_STD = (0.20304796, 0.18248262, 0.19647568)

BLOCKS = {"resnet50": (3, 4, 6, 3), "resnet101": (3, 4, 23, 3)}


def build_network(classes, width, backbone="resnet50", dropout=0.0):
    """A ResNet with `width` stem channels instead of 64, and every other layer narrower by the same factor.

    The last feature map has 32 * width channels; a multiple of 512 lets the graph compute SL-FE features.
    With dropout the head's keys are `fc.1.*`, else `fc.*`.
    """
    blocks = BLOCKS[backbone]
    network = ResNet(Bottleneck, blocks, num_classes=classes)
    network.inplanes = width
    network.conv1 = torch.nn.Conv2d(3, width, kernel_size=7, stride=2, padding=3, bias=False)
    network.bn1 = torch.nn.BatchNorm2d(width)
    network.layer1 = network._make_layer(Bottleneck, width, blocks[0])
    network.layer2 = network._make_layer(Bottleneck, 2 * width, blocks[1], stride=2)
    network.layer3 = network._make_layer(Bottleneck, 4 * width, blocks[2], stride=2)
    network.layer4 = network._make_layer(Bottleneck, 8 * width, blocks[3], stride=2)
    network.fc = build_head(32 * width, classes, dropout)
    for module in network.modules():
        if isinstance(module, torch.nn.Conv2d):
            torch.nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")
    return network


def build_head(features, classes, dropout=0.0):
    linear = torch.nn.Linear(features, classes)
    return torch.nn.Sequential(torch.nn.Dropout(dropout), linear) if dropout > 0 else linear


def load_imagenet(network, file):
    """Starts from a state dict of torchvision (the same backbone, width 64) in a local file; the head stays new."""
    state = torch.load(file, map_location="cpu")
    state = {name: value for name, value in state.items() if not name.startswith("fc.")}
    own = network.state_dict()
    for name, value in own.items():
        if name.startswith("fc."):
            continue
        if name not in state or state[name].shape != value.shape:
            found = tuple(state[name].shape) if name in state else "nothing"
            raise UserError(
                f"{file}: {name} is {found}, the network needs {tuple(value.shape)}; "
                "give torchvision's weights of the same --backbone and --width 64"
            )
    network.load_state_dict(state, strict=False)


def normalise(images, mean=MEAN, std=STD):
    """RGB in [0, 1], float32 [N, 3, H, W], to the network's input."""
    mean = torch.tensor(mean, device=images.device).view(1, 3, 1, 1)
    std = torch.tensor(std, device=images.device).view(1, 3, 1, 1)
    return ((images - mean) / std).contiguous(memory_format=torch.channels_last)

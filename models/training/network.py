"""The GC-D topology: a ResNet-50 whose head is global average pooling and one linear layer."""

import torch
from torchvision.models.resnet import Bottleneck, ResNet

# Of the EndoVis18 models of the reference (RGB in [0, 1]).
MEAN = (0.4084945, 0.25513682, 0.25353566)
STD = (0.22662906, 0.20201652, 0.1962526)


def build_network(classes, width):
    """ResNet-50 with `width` stem channels instead of 64, and every other layer narrower by the same factor.

    The last feature map has 32 * width channels; a multiple of 512 lets the graph compute SL-FE features.
    """
    network = ResNet(Bottleneck, [3, 4, 6, 3], num_classes=classes)
    network.inplanes = width
    network.conv1 = torch.nn.Conv2d(3, width, kernel_size=7, stride=2, padding=3, bias=False)
    network.bn1 = torch.nn.BatchNorm2d(width)
    network.layer1 = network._make_layer(Bottleneck, width, 3)
    network.layer2 = network._make_layer(Bottleneck, 2 * width, 4, stride=2)
    network.layer3 = network._make_layer(Bottleneck, 4 * width, 6, stride=2)
    network.layer4 = network._make_layer(Bottleneck, 8 * width, 3, stride=2)
    network.fc = torch.nn.Linear(32 * width, classes)
    for module in network.modules():
        if isinstance(module, torch.nn.Conv2d):
            torch.nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")
    return network


def normalise(images):
    """RGB in [0, 1], float32 [N, 3, H, W], to the network's input."""
    mean = torch.tensor(MEAN).view(1, 3, 1, 1)
    std = torch.tensor(STD).view(1, 3, 1, 1)
    return ((images - mean) / std).contiguous(memory_format=torch.channels_last)


def augment(images, generator):
    """Mirrors half of the images and varies light, contrast and saturation by up to a tenth; [0, 1] in and out."""
    count = len(images)
    flip = torch.rand(count, generator=generator) < 0.5
    images = torch.where(flip.view(-1, 1, 1, 1), images.flip(3), images)

    def factor():
        return 1 + 0.2 * (torch.rand(count, 1, 1, 1, generator=generator) - 0.5)

    images = images * factor()
    mean = images.mean(dim=(1, 2, 3), keepdim=True)
    images = (images - mean) * factor() + mean
    gray = images.mean(dim=1, keepdim=True)
    images = (images - gray) * factor() + gray
    return images.clamp(0, 1)

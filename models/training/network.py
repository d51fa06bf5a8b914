"""The GC-D topology: a ResNet-50 whose head is global average pooling and one linear layer."""

import torch
from torchvision.models.resnet import Bottleneck, ResNet

# Of the EndoVis18 models of the reference (RGB in [0, 1]).
MEAN = (0.4084945, 0.25513682, 0.25353566)
STD = (0.22662906, 0.20201652, 0.1962526)


def build_network(classes, base_width):
    """ResNet-50 with bottlenecks of `base_width` (64 is the paper's; every feature map keeps its shape)."""
    return ResNet(Bottleneck, [3, 4, 6, 3], num_classes=classes, width_per_group=base_width)


def normalise(frames):
    """uint8 [N, H, W, 3] to the network's input, float32 [N, 3, H, W]."""
    images = frames.permute(0, 3, 1, 2).float() / 255
    mean = torch.tensor(MEAN).view(1, 3, 1, 1)
    std = torch.tensor(STD).view(1, 3, 1, 1)
    return ((images - mean) / std).contiguous(memory_format=torch.channels_last)


def augment(frames, generator):
    """Mirrors half of the frames and varies light, contrast and saturation by up to a tenth; uint8 in and out."""
    count = len(frames)
    flip = torch.rand(count, generator=generator) < 0.5
    frames = torch.where(flip.view(-1, 1, 1, 1), frames.flip(2), frames).float()

    def factor():
        return 1 + 0.2 * (torch.rand(count, 1, 1, 1, generator=generator) - 0.5)

    frames = frames * factor()
    mean = frames.mean(dim=(1, 2, 3), keepdim=True)
    frames = (frames - mean) * factor() + mean
    gray = frames.mean(dim=3, keepdim=True)
    frames = (frames - gray) * factor() + gray
    return frames.clamp(0, 255).to(torch.uint8)

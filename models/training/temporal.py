"""The temporal variant: a ResNet reads each of three neighbouring frames, an LSTM their features in order.

It names the tools of a frame a little more steadily, and that is all it is for: its answer is no linear function of
one frame's last feature map, so there is no Grad-CAM of it, and `surgicam model import` refuses it.
"""

import torch

NOTE = (
    "A temporal model has no Grad-CAM and cannot be imported: its scores come from an LSTM over three frames, "
    "not from one frame's feature map. Train gc-a to gc-d for the service."
)

HIDDEN = 512


class TemporalNetwork(torch.nn.Module):
    def __init__(self, cnn):
        super().__init__()
        features, classes = head_of(cnn).in_features, head_of(cnn).out_features
        cnn.fc = torch.nn.Identity()
        self.cnn = cnn
        self.lstm = torch.nn.LSTM(features, HIDDEN, batch_first=True)
        self.head = torch.nn.Linear(HIDDEN, classes)

    def forward(self, images):
        """[N, T, 3, H, W], a window's frames in order of time, to logits [N, K] of each window's last frame."""
        features = self.cnn(images.flatten(0, 1)).unflatten(0, (-1, images.shape[1]))
        return self.head(self.lstm(features)[0][:, -1])


def head_of(cnn):
    return cnn.fc[1] if isinstance(cnn.fc, torch.nn.Sequential) else cnn.fc

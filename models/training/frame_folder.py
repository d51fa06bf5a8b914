"""Reads what `surgicam phantom render` writes."""

import json
import os

import numpy as np
import torch


class FrameFolder(torch.utils.data.Dataset):
    """Frames uint8 [N, H, W, 3], labels uint8 [N, K], class names in label order; all in memory."""

    def __init__(self, folder):
        self.frames = np.load(os.path.join(folder, "frames.npy"))
        self.images = self.frames
        self.labels = np.load(os.path.join(folder, "labels.npy"))
        with open(os.path.join(folder, "scene.json"), encoding="utf-8") as file:
            self.classes = json.load(file)["classes"]
        if len(self.frames) != len(self.labels) or self.labels.shape[1] != len(self.classes):
            raise ValueError(
                f"{folder}: {len(self.frames)} frames, labels {self.labels.shape}, {len(self.classes)} classes; "
                "render it again"
            )

    def shrink(self, factor):
        """From now on frames come smaller by this whole factor, block by block averaged."""
        if factor == 1:
            self.images = self.frames
            return
        count, height, width, channels = self.frames.shape
        self.images = np.empty((count, height // factor, width // factor, channels), np.uint8)
        for index, frame in enumerate(self.frames):
            blocks = frame.reshape(height // factor, factor, width // factor, factor, channels)
            self.images[index] = blocks.mean(axis=(1, 3), dtype=np.float32).round()

    def __len__(self):
        return len(self.frames)

    def __getitem__(self, index):
        image = torch.from_numpy(self.images[index].astype(np.float32)).permute(2, 0, 1) / 255
        return image, torch.from_numpy(self.labels[index].astype(np.float32))

"""Reads what `surgicam phantom render` writes."""

import json
import os

import numpy as np
import torch


class FrameFolder(torch.utils.data.Dataset):
    """Frames uint8 [N, H, W, 3] (memory-mapped), labels uint8 [N, K], class names in label order."""

    def __init__(self, folder):
        self.frames = np.load(os.path.join(folder, "frames.npy"), mmap_mode="r")
        self.labels = np.load(os.path.join(folder, "labels.npy"))
        with open(os.path.join(folder, "scene.json"), encoding="utf-8") as file:
            self.classes = json.load(file)["classes"]
        if len(self.frames) != len(self.labels) or self.labels.shape[1] != len(self.classes):
            raise ValueError(
                f"{folder}: {len(self.frames)} frames, labels {self.labels.shape}, {len(self.classes)} classes; "
                "render it again"
            )

    def __len__(self):
        return len(self.frames)

    def __getitem__(self, index):
        frame = torch.from_numpy(np.array(self.frames[index]))
        return frame, torch.from_numpy(self.labels[index].astype(np.float32))

"""Labelled frames as a data set of PyTorch, read when they are asked for or once at the start."""

import hashlib
import os
import sys

import numpy as np
import torch

from sources import VideoFrame, read_all


class Frames(torch.utils.data.Dataset):
    """Item: RGB uint8 [H, W, 3] and labels float32 [K].

    cache: `none` reads a frame whenever it is needed; `memory` and `disk` decode and resize each one once.
    `disk` keeps them in a file of `folder`, which the next run finds; `auto` is that for videos, else `none`.
    """

    def __init__(self, samples, height, width, cache="none", folder=".", what="frames"):
        self.samples, self.size = samples, (height, width)
        self.labels = np.array([sample.labels for sample in samples], np.float32)
        if cache == "auto":
            cache = "disk" if any(isinstance(sample.source, VideoFrame) for sample in samples) else "none"
        shape = (len(samples), height, width, 3)
        self.pixels = None
        if cache == "memory":
            self.pixels = np.empty(shape, np.uint8)
            read_all(samples, self.pixels, progress(what, len(samples)))
        elif cache == "disk":
            self.pixels = cached_on_disk(samples, shape, folder, what)

    def __len__(self):
        return len(self.samples)

    def __getitem__(self, index):
        pixels = self.samples[index].source.read(*self.size) if self.pixels is None else self.pixels[index]
        return torch.from_numpy(np.array(pixels)), torch.from_numpy(self.labels[index])


class Windows(torch.utils.data.Dataset):
    """Item: the frame and those just before it in its sequence, uint8 [T, H, W, 3], and the frame's own labels.
    The first frame of a sequence stands in for those before it."""

    def __init__(self, frames, length):
        self.frames, self.labels, self.length = frames, frames.labels, length
        self.first, start = [], 0
        for place, sample in enumerate(frames.samples):
            if sample.sequence != frames.samples[start].sequence:
                start = place
            self.first.append(start)

    def __len__(self):
        return len(self.frames)

    def __getitem__(self, index):
        places = [max(self.first[index], index - back) for back in reversed(range(self.length))]
        items = [self.frames[place] for place in places]
        return torch.stack([pixels for pixels, _ in items]), items[-1][1]


def progress(what, total):
    def tell(done):
        end = "\n" if done == total else "\r" if sys.stderr.isatty() else ""
        if end:
            print(f"{what}: {done} of {total} frames read", end=end, file=sys.stderr, flush=True)

    return tell


def cached_on_disk(samples, shape, folder, what):
    """The frames as a file in memory's clothes. Its name tells the frames and the size, so that others are no match."""
    names = [(s.source.path, getattr(s.source, "index", 0), os.path.getmtime(s.source.path)) for s in samples]
    key = hashlib.sha256(repr((shape, names)).encode()).hexdigest()[:16]
    file = os.path.join(folder, f"frames-{key}.npy")
    if not os.path.exists(file):
        os.makedirs(folder, exist_ok=True)
        pixels = np.lib.format.open_memmap(f"{file}.part", "w+", np.uint8, shape)
        read_all(samples, pixels, progress(what, len(samples)))
        pixels.flush()
        os.replace(f"{file}.part", file)
    return np.load(file, mmap_mode="r")

"""Where the pixels of a labelled frame come from: a picture file, or a frame of a video."""

import math
import re
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from PIL import Image

from errors import AnnotationError


@dataclass(frozen=True)
class Picture:
    path: str

    def read(self, height, width):
        """RGB uint8 [H, W, 3]; Pillow's antialiased bilinear, as the service's offline tools resize."""
        try:
            with Image.open(self.path) as image:
                image = image.convert("RGB")
                if image.size != (width, height):
                    image = image.resize((width, height), Image.BILINEAR)
                return np.asarray(image)
        except OSError as error:
            raise AnnotationError(f"{self.path} cannot be read as a picture: {error}") from error


@dataclass(frozen=True)
class VideoFrame:
    path: str
    index: int  # from 0
    rate: int  # frames a second

    def read(self, height, width):
        """RGB uint8 [H, W, 3] of this one frame. Seeking costs up to a second: see read_video."""
        seconds = max(0.0, (self.index - 0.5) / self.rate)
        place = ["-ss", f"{seconds:.4f}", "-i", self.path, "-frames:v", "1"]
        pixels = run_ffmpeg(self.path, [*place, "-vf", f"scale={width}:{height}:flags=area"])
        if len(pixels) != height * width * 3:
            raise AnnotationError(f"{self.path} ends before frame {self.index}, which has a label")
        return np.frombuffer(pixels, np.uint8).reshape(height, width, 3)


@dataclass(frozen=True)
class Sample:
    source: object  # Picture or VideoFrame
    sequence: str  # the video it belongs to; neighbours in time lie side by side in a list of samples
    labels: tuple  # 0 or 1 for each class


def ffmpeg_command(path, options):
    program = shutil.which("ffmpeg")
    if program is None:
        raise AnnotationError(f"{path}: reading videos needs ffmpeg, and none is on PATH; install it")
    output = ["-an", "-sn", "-f", "rawvideo", "-pix_fmt", "rgb24", "-"]
    return [program, "-v", "error", "-nostdin", *options, *output]


def run_ffmpeg(path, options):
    result = subprocess.run(ffmpeg_command(path, options), capture_output=True, check=False)
    if result.returncode != 0:
        raise AnnotationError(f"{path} cannot be decoded: {last_line(result.stderr)}")
    return result.stdout


def last_line(text):
    lines = re.sub(r"\s*\n\s*", "\n", text.decode(errors="replace").strip()).split("\n")
    return lines[-1] or "ffmpeg gave no reason"


def read_video(path, indices, height, width):
    """Yields the frames of these rising numbers, RGB uint8 [H, W, 3], in one pass over the video."""
    step = math.gcd(*indices) or 1
    picked = f"select=not(mod(n\\,{step})),scale={width}:{height}:flags=area"
    options = ["-i", path, "-vf", picked, "-vsync", "0"]
    wanted, size = iter(indices), height * width * 3
    following = next(wanted, None)
    with subprocess.Popen(
        ffmpeg_command(path, options), stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        number = 0
        while following is not None:
            pixels = process.stdout.read(size)
            if len(pixels) < size:
                process.stdout.close()
                reason = process.stderr.read()
                process.wait()
                if process.returncode != 0:
                    raise AnnotationError(f"{path} cannot be decoded: {last_line(reason)}")
                raise AnnotationError(f"{path} ends before frame {following}, which has a label")
            if number == following:
                yield np.frombuffer(pixels, np.uint8).reshape(height, width, 3)
                following = next(wanted, None)
            number += step
        process.kill()


def read_all(samples, frames, progress):
    """Fills frames [N, H, W, 3] with the pixels of the samples; `progress` is told how many are done."""
    _, height, width, _ = frames.shape
    by_video, pictures = {}, []
    for place, sample in enumerate(samples):
        if isinstance(sample.source, VideoFrame):
            by_video.setdefault(sample.source.path, []).append((sample.source.index, place))
        else:
            pictures.append(place)

    done = 0
    with ThreadPoolExecutor(4) as pool:
        for start in range(0, len(pictures), 256):  # a bounded queue: not all frames decoded and waiting
            places = pictures[start : start + 256]
            read = pool.map(lambda place: samples[place].source.read(height, width), places)
            for place, frame in zip(places, read):
                frames[place] = frame
                done += 1
            progress(done)
    for path, wanted in by_video.items():
        wanted.sort()
        read = read_video(path, [index for index, _ in wanted], height, width)
        for (_, place), frame in zip(wanted, read):
            frames[place] = frame
            done += 1
        progress(done)

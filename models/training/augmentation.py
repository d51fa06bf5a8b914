"""Augmentation of a whole batch on the device that trains; every picture draws its own factors.

Parameters come from a generator on the CPU, so that the same seed gives the same ones on every device.
"""

import math

import torch

LIGHT = 0.1  # brightness, contrast and saturation vary by up to this
HUE = 0.05  # of the colour circle
ROTATION = 5  # degrees
RECTANGLES = 3  # blanked by erase
SIDES = (0.1, 0.35)  # of theirs, as parts of the frame's


def augment(images, generator, erase=0.0, fill=(0.5, 0.5, 0.5), frames=1):
    """RGB in [0, 1], float32 [N, 3, H, W], to the same. `frames` neighbours are one window and change alike.
    `erase`: probability of blanking rectangles with the colour `fill`."""
    count = len(images) // frames

    def uniform(low, high, *shape):
        drawn = torch.rand(count, *shape, generator=generator) * (high - low) + low
        return drawn.repeat_interleave(frames, 0).to(images.device)

    def factor():
        return uniform(1 - LIGHT, 1 + LIGHT, 1, 1, 1)

    images = (images * factor()).clamp(0, 1)
    means = gray(images).mean(dim=(2, 3), keepdim=True)
    images = (means + (images - means) * factor()).clamp(0, 1)
    grays = gray(images)
    images = (grays + (images - grays) * factor()).clamp(0, 1)
    images = shift_hue(images, uniform(-HUE, HUE, 1, 1))
    mirrored = uniform(0, 1) < 0.5
    images = turn(images, uniform(-ROTATION, ROTATION), mirrored)
    if erase > 0:
        images = blank(images, uniform(0, 1) < erase, uniform(0, 1, RECTANGLES, 4), fill)
    return images


def gray(images):
    red, green, blue = images.unbind(1)
    return (0.299 * red + 0.587 * green + 0.114 * blue).unsqueeze(1)


def shift_hue(images, shift):
    """Turns the hue of HSV by `shift` [N, 1, 1], a part of the circle; value and saturation stay."""
    red, green, blue = images.unbind(1)
    value, lowest = images.amax(1), images.amin(1)
    chroma = value - lowest
    safe = chroma.clamp(min=1e-6)
    hue = torch.where(
        value == red,
        (green - blue) / safe,
        torch.where(value == green, 2 + (blue - red) / safe, 4 + (red - green) / safe),
    )
    turned = hue + 6 * shift

    def channel(offset):
        place = (turned + offset) % 6
        return value - chroma * torch.minimum(place, 4 - place).clamp(0, 1)

    return torch.stack([channel(5), channel(3), channel(1)], 1)


def turn(images, degrees, mirrored):
    """Rotates each picture about its centre and mirrors it where told, in one bilinear sampling; black comes in."""
    height, width = images.shape[2:]
    angle = degrees * (math.pi / 180)
    sign = 1 - 2 * mirrored.to(images.dtype)
    cosine, sine, zero = angle.cos(), angle.sin(), torch.zeros_like(angle)
    across = torch.stack([sign * cosine, -sign * sine * (height / width), zero], 1)
    down = torch.stack([sine * (width / height), cosine, zero], 1)
    grid = torch.nn.functional.affine_grid(torch.stack([across, down], 1), list(images.shape), align_corners=False)
    return torch.nn.functional.grid_sample(images, grid, align_corners=False)


def blank(images, chosen, places, fill):
    """Fills rectangles of the chosen pictures: the network must find a tool by all of its parts. `places`:
    [N, R, 4] in 0 to 1, of which centre and size are made."""
    height, width = images.shape[2:]
    ys = (torch.arange(height, device=images.device) + 0.5) / height
    xs = (torch.arange(width, device=images.device) + 0.5) / width
    half = (SIDES[0] + (SIDES[1] - SIDES[0]) * places[..., 2:]) / 2
    rows = (ys - places[..., 0:1]).abs() < half[..., 0:1]
    columns = (xs - places[..., 1:2]).abs() < half[..., 1:2]
    covered = (rows.unsqueeze(3) & columns.unsqueeze(2)).any(1) & chosen.view(-1, 1, 1)
    colour = torch.tensor(fill, device=images.device).view(1, 3, 1, 1)
    return torch.where(covered.unsqueeze(1), colour, images)

import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { beforeAll, expect, it } from '@jest/globals';
import { describeWith, PROJECT_ROOT, PYTHON } from '../fixtures/requirements.js';

const PROBE = `
import json, math
from collections import namedtuple
import numpy as np
import torch
from torchvision.transforms.functional import adjust_hue
from augmentation import augment, blank, shift_hue, turn
from epochs import batches
from frames import Windows
from metrics import judge
from optimization import SoftMarginLoss

def apart(a, b):
    return (a - b).abs().max().item()

generator = torch.Generator().manual_seed(1)
images = torch.rand(4, 3, 24, 24, generator=generator)
none, never = torch.zeros(4), torch.zeros(4, dtype=torch.bool)
once = augment(images, torch.Generator().manual_seed(2))
window = images[:1].repeat(4, 1, 1, 1)
logits = torch.randn(8, 3, generator=generator)
half = torch.tensor([[1.0, 0, 1], [0, 1, 0]] * 4)
Sample = namedtuple("Sample", "sequence")

class Listed:
    samples, labels = [Sample(name) for name in "aaabb"], np.zeros((5, 1))
    def __getitem__(self, index):
        return torch.tensor(index), torch.tensor(0)

windows = Windows(Listed(), 3)
split = {f"{n}/{size}": batches(n, size, generator) for n, size in ((13, 4), (9, 4), (5, 4), (8, 4), (1, 4))}
covered = blank(torch.ones(2, 3, 20, 20), torch.tensor([False, True]), torch.full((2, 1, 4), 0.5), (0.25, 0.5, 0.75))
judged = judge(0.0, np.array([[1, 0, 1], [0, 0, 1], [1, 0, 1]]), np.array([[0.9, 1, 1], [0.8, 1, 1], [0.7, -1, 1]]))
print(json.dumps({
    "hue": apart(shift_hue(images, torch.full((4, 1, 1), 0.04)), adjust_hue(images, 0.04)),
    "unturned": apart(turn(images, none, never), images),
    "mirrored": apart(turn(images, none, ~never), images.flip(3)),
    "quarter": apart(turn(images, none + 90, never), torch.rot90(images, 1, (2, 3))),
    "repeated": apart(once, augment(images, torch.Generator().manual_seed(2))),
    "changed": apart(once, images),
    "range": [once.min().item(), once.max().item()],
    "windowAlike": [apart(shown, shown[:1]) for shown in [augment(window, generator, 1.0, frames=4)]],
    "batches": {name: [len(part) for part in parts] for name, parts in split.items()},
    "eachOnce": all(sorted(sum(parts, [])) == list(range(int(name.split("/")[0]))) for name, parts in split.items()),
    "covered": [(covered[k, 0] == 0.25).sum().item() for k in (0, 1)],
    "precisions": [None if math.isnan(p) else p for p in judged.precisions],
    "judged": [judged.mean_precision, judged.accuracy, judged.exact],
    "balanced": apart(SoftMarginLoss(half.numpy())(logits, half), SoftMarginLoss()(logits, half)),
    "windows": [windows[k][0].tolist() for k in range(5)],
}))
`;

interface Probe {
  readonly hue: number;
  readonly unturned: number;
  readonly mirrored: number;
  readonly quarter: number;
  readonly repeated: number;
  readonly changed: number;
  readonly range: readonly [number, number];
  readonly windowAlike: readonly number[];
  readonly batches: Readonly<Record<string, number[]>>;
  readonly eachOnce: boolean;
  readonly covered: readonly number[];
  readonly precisions: readonly (number | null)[];
  readonly judged: readonly number[];
  readonly balanced: number;
  readonly windows: readonly number[][];
}

describeWith('python-torch', 'models/training, its parts', () => {
  let probe: Probe;

  beforeAll(() => {
    const cwd = path.join(PROJECT_ROOT, 'models', 'training');
    const { stdout, stderr } = spawnSync(PYTHON, ['-c', PROBE], { cwd, encoding: 'utf8' });
    if (stdout === '') throw new Error(stderr);
    probe = JSON.parse(stdout) as Probe;
  }, 120_000);

  it('turns hues as torchvision does, and pictures about their centre', () => {
    expect(probe.hue).toBeLessThan(1e-4);
    expect(probe.unturned).toBeLessThan(1e-5);
    expect(probe.mirrored).toBeLessThan(1e-5);
    expect(probe.quarter).toBeLessThan(1e-4);
  });

  it('augments alike for one seed and within a window, and stays in range', () => {
    expect(probe.repeated).toBe(0);
    expect(probe.changed).toBeGreaterThan(0.1);
    expect(probe.range[0]).toBeGreaterThanOrEqual(0);
    expect(probe.range[1]).toBeLessThanOrEqual(1);
    expect(probe.windowAlike).toEqual([0]);
  });

  it('shows every frame once, and never one alone', () => {
    expect(probe.eachOnce).toBe(true);
    expect(probe.batches).toEqual({
      '13/4': [4, 4, 5],
      '9/4': [4, 5],
      '5/4': [5],
      '8/4': [4, 4],
      '1/4': [1],
    });
  });

  it('blanks a rectangle of the chosen pictures only', () => {
    // Centre 0.5 and side 0.225 of 20 pixels: those whose middle is within 2.25 of 10.
    expect(probe.covered).toEqual([0, 16]);
  });

  it('judges by average precision, without classes that never occur', () => {
    expect(probe.precisions).toEqual(
      [(1 + 2 / 3) / 2, null, 1].map((p) => (p === null ? p : expect.closeTo(p, 9))),
    );
    expect(probe.judged).toEqual([5 / 6, 6 / 9, 1 / 3].map((value) => expect.closeTo(value, 9)));
  });

  it('weighs nothing where presence and absence are as frequent', () => {
    expect(probe.balanced).toBeLessThan(1e-6);
  });

  it('makes windows within a sequence', () => {
    expect(probe.windows).toEqual([
      [0, 0, 0],
      [0, 0, 1],
      [0, 1, 2],
      [3, 3, 3],
      [3, 3, 4],
    ]);
  });
});

import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, expect, it } from '@jest/globals';
import { writeEndoVis18Tree } from '../fixtures/dataset-trees.js';
import { describeWith, PROJECT_ROOT, PYTHON } from '../fixtures/requirements.js';
import { temporaryFolder } from '../fixtures/temporary-folder.js';
import { SMALL_NETWORK, filesIn, readEpochs, runTraining, train } from '../fixtures/training.js';

describeWith('python-torch', 'models/training, again and again', () => {
  const folder = temporaryFolder();
  const data = path.join(folder, 'endovis18');
  const recipe = ['--recipe', 'gc-a', '--endovis18', data, '--ema', '0.9'];
  const epochs = (count: number): string[] => ['--epochs', String(count)];

  beforeAll(() =>
    writeEndoVis18Tree(data, { sequences: [1, 2], framesPerSequence: 6, width: 80, height: 64 }),
  );

  /** All numbers of a run but its times. */
  function numbersOf(out: string): Record<string, string>[] {
    const file = filesIn(out).find((name) => name.endsWith('.csv'))!;
    return readEpochs(path.join(out, file)).map((row) =>
      Object.fromEntries(Object.entries(row).filter(([name]) => !name.endsWith('_seconds'))),
    );
  }

  function weightsOf(out: string): Buffer {
    const file = filesIn(out).find((name) => name.endsWith('_0.2.pth.tar'))!;
    return readFileSync(path.join(out, file));
  }

  it('gives the same numbers twice, and the same when it is resumed', () => {
    const [whole, again, resumed] = ['whole', 'again', 'resumed'].map((name) => path.join(folder, name)) as [
      string,
      string,
      string,
    ];
    train(whole, ...recipe, ...epochs(2));
    train(again, ...recipe, ...epochs(2));
    expect(numbersOf(again)).toEqual(numbersOf(whole));
    expect(weightsOf(again).equals(weightsOf(whole))).toBe(true);

    train(resumed, ...recipe, ...epochs(1));
    expect(numbersOf(resumed)).toHaveLength(1);
    train(resumed, ...recipe, ...epochs(2), '--resume');
    expect(numbersOf(resumed)).toEqual(numbersOf(whole));
    expect(weightsOf(resumed).equals(weightsOf(whole))).toBe(true);

    const twice = runTraining('--out', resumed, ...SMALL_NETWORK, ...recipe, ...epochs(2));
    expect({ status: twice.status, stderr: twice.stderr }).toEqual({
      status: 1,
      stderr: expect.stringContaining('--resume goes on with it, --overwrite begins anew'),
    });
    const other = runTraining('--out', resumed, ...recipe, ...epochs(3), '--resume');
    expect({ status: other.status, stderr: other.stderr }).toEqual({
      status: 1,
      stderr: expect.stringContaining('--resume: there is no '),
    });
  }, 300_000);

  it.each([
    [['--recipe', 'gc-b', '--endovis18', data], 'needs --cholec80'],
    [['--recipe', 'gc-a', '--endovis18', data, '--cholec80', data], 'does not use --cholec80'],
    [['--recipe', 'gc-d', '--endovis18', data, '--cholec80', data, '--classes', '9'], 'has 11'],
    [[...recipe, '--stages', '4/2'], 'does not end at full size'],
    [[...recipe, '--image-size', '256'], 'HEIGHTxWIDTH'],
    [[...recipe, '--validation-sequences', '5-1'], 'ends before it begins'],
  ])('refuses %s: %s', (flags, message) => {
    const parse = 'from options import parse_arguments; parse_arguments()';
    const cwd = path.join(PROJECT_ROOT, 'models', 'training');
    const run = spawnSync(PYTHON, ['-c', parse, '--out', folder, ...flags], { cwd, encoding: 'utf8' });
    expect(run.status).toBe(2);
    expect(run.stderr).toContain(message);
  });
});

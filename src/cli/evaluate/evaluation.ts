import type { Dataset, DatasetFrame } from '../../datasets/dataset.js';
import type { AnalyzedFrame, Detection } from '../../domain/frame-analysis.js';
import type { ModelDescription } from '../../domain/model-description.js';
import { scaleTruth } from '../../evaluation/box-iou.js';
import { LocalizationScores, type PredictedBox } from '../../evaluation/localization-scores.js';
import { PointingGame, type ClassMask } from '../../evaluation/pointing-game.js';
import { PresenceScores } from '../../evaluation/presence-scores.js';
import { ExampleFrames } from './example-frames.js';
import type { PointingRecipe } from './pointing-recipe.js';
import type { SweepRecipe } from './sweep.js';

/** Best and worst frames that are shown. */
const EXAMPLES = 6;

/** Collects what the report says, frame by frame. */
export class Evaluation {
  readonly presence: PresenceScores;
  /** In the order of the sweep. */
  readonly localization: readonly LocalizationScores[];
  readonly pointing: PointingGame;
  readonly examples = new ExampleFrames(EXAMPLES);
  frames = 0;
  labelled = 0;
  boxed = 0;
  masked = 0;

  /** `sweep`: one recipe a T_roi; `own`: the index of the one that frames are judged by. */
  constructor(
    private readonly dataset: Dataset,
    private readonly model: ModelDescription,
    private readonly sweep: readonly SweepRecipe[],
    private readonly own: number,
    boxIou: number,
  ) {
    const classes = model.classes.length;
    this.presence = new PresenceScores(classes);
    this.pointing = new PointingGame(classes);
    this.localization = sweep.map(() => new LocalizationScores(classes, boxIou, model.tissueClass));
  }

  add(index: number, frame: DatasetFrame, { facts, products }: AnalyzedFrame): void {
    const { classes } = this.model;
    this.frames++;
    let score: number | undefined;
    if (frame.labels !== undefined) {
      this.labelled++;
      const { present } = products.get(this.sweep[this.own]!.keyed.key)!;
      score = 1 - this.presence.add(facts.probabilities, present, frame.labels) / classes.length;
    }
    if (frame.boxes !== undefined) {
      this.boxed++;
      const truths = frame.boxes.map((box) => box && this.#scaled(box));
      this.sweep.forEach(({ keyed }, i) => {
        const predicted = byClass(products.get(keyed.key)!.detections, classes.length);
        const iou = this.localization[i]!.add(predicted, truths);
        if (i === this.own) score = iou;
      });
    }
    if (score !== undefined) this.examples.add({ index, score });
  }

  /** The pointing game on a frame: `recipe` gives a heatmap of every class. */
  point(frame: DatasetFrame, { products }: AnalyzedFrame, mask: ClassMask, recipe: PointingRecipe): void {
    this.masked++;
    for (const { classId, data, width } of products.get(recipe.key)!.heatmaps) {
      const value = recipe.maskValues[classId];
      if (value === undefined || frame.labels?.[classId] !== 1) continue;
      this.pointing.add(classId, new Float32Array(new Uint8Array(data).buffer), width, mask, value);
    }
  }

  #scaled(box: NonNullable<NonNullable<DatasetFrame['boxes']>[number]>) {
    const { inputWidth: width, inputHeight: height } = this.model;
    return scaleTruth(box, this.dataset.boxFrame!, { width, height });
  }
}

function byClass(detections: readonly Detection[], classes: number): PredictedBox[][] {
  const boxes: PredictedBox[][] = Array.from({ length: classes }, () => []);
  for (const { classId, inputBox, confidence } of detections) {
    boxes[classId]!.push({ box: inputBox, confidence });
  }
  return boxes;
}

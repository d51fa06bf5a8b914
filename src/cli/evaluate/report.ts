// What `surgicam evaluate` writes as report.json; shares and IoU are in [0, 1], undefined values are null.

export interface EvaluationReport {
  readonly schemaVersion: 1;
  readonly model: { readonly name: string; readonly version: string; readonly sha256: string };
  readonly dataset: {
    readonly name: string;
    readonly layout: string;
    readonly split: string;
    readonly frames: number;
  };
  readonly settings: {
    readonly cam: string;
    readonly layers: readonly string[];
    /** T_class of every class. */
    readonly classThresholds: readonly number[];
    /** T_roi of every class for the example frames. */
    readonly roiThresholds: readonly number[];
    /** A box is right when its IoU with the true one is at least this. */
    readonly boxIou: number;
  };
  /** Absent when the data set has no labels. */
  readonly presence?: PresenceReport;
  /** Absent when it has no boxes. */
  readonly localization?: LocalizationReport;
  /** Absent when it has no masks. */
  readonly pointing?: PointingReport;
  /** The frames that agreed best and worst with the data set; by mean IoU at the settings' T_roi, else by presence. */
  readonly examples: readonly ExampleFrame[];
  /** What could not be computed, and why. */
  readonly notes: readonly string[];
}

export interface PresenceReport {
  /** Mean over the classes that occur; null when none does. */
  readonly mAP: number | null;
  /** Share of the frames on which every class is right. */
  readonly subsetAccuracy: number;
  readonly classes: readonly PresenceClass[];
}

export interface PresenceClass {
  readonly name: string;
  /** Frames with the class. */
  readonly positives: number;
  /** null when the class never occurs. */
  readonly averagePrecision: number | null;
  /** At T_class; null where nothing is divided by. */
  readonly precision: number | null;
  readonly recall: number | null;
  readonly f1: number | null;
  readonly truePositives: number;
  readonly falsePositives: number;
  readonly falseNegatives: number;
  readonly trueNegatives: number;
  /** [recall, precision], from low recall to high; thinned to at most 200 points. */
  readonly curve: readonly (readonly [number, number])[];
}

export interface LocalizationReport {
  /** By T_roi, ascending. */
  readonly sweep: readonly LocalizationPoint[];
  /** The T_roi with the greatest mean IoU. */
  readonly bestRoiThreshold: number;
}

export interface LocalizationPoint {
  readonly roiThreshold: number;
  /** Mean of the classes' mean IoU, of those that have one. */
  readonly meanIou: number | null;
  /** Mean box AP of the classes that occur. */
  readonly boxAp: number | null;
  readonly classes: readonly {
    readonly name: string;
    readonly meanIou: number | null;
    readonly boxAp: number | null;
  }[];
}

/** The pointing game: how often a heatmap is highest on what it explains. */
export interface PointingReport {
  /** Over all heatmaps; null when no class with a mask occurs. */
  readonly accuracy: number | null;
  /** Mean of the classes' own. */
  readonly meanClassAccuracy: number | null;
  readonly frames: number;
  readonly classes: readonly {
    readonly name: string;
    readonly hits: number;
    readonly total: number;
    readonly accuracy: number | null;
  }[];
}

export interface ExampleFrame {
  readonly kind: 'best' | 'worst';
  readonly video: string;
  readonly name: string;
  /** Mean IoU of the frame's classes, or the share of classes told rightly. */
  readonly score: number;
}

import { z } from 'zod';
import { GRAPH_INPUTS, GRAPH_OUTPUTS } from '../onnx/graph-names.js';
import { RANGE_METHOD_KINDS } from '../onnx/quantize/range-method.js';

export const MANIFEST_FILE = 'manifest.json';
export const GRAPH_FILE = 'model.onnx';

/** An object without unknown fields. */
const section = <T extends z.core.$ZodLooseShape>(shape: T): z.ZodObject<T, z.core.$strict> =>
  z.strictObject(shape, { error: 'an object' });

/** A value with its allowed range as the error message: zod's own messages do not show what was given. */
const bounded = (low: number, high: number): z.ZodNumber => {
  const error = `a number from ${low} to ${high}`;
  return z.number({ error }).min(low, { error }).max(high, { error });
};
const whole = (low: number, high: number): z.ZodNumber => {
  const error = `a whole number from ${low} to ${high}`;
  return z.int({ error }).min(low, { error }).max(high, { error });
};
const pattern = (regex: RegExp, error: string): z.ZodString => z.string({ error }).regex(regex, { error });
const text = (error = 'a text of 1 to 200 characters'): z.ZodString =>
  z.string({ error }).min(1, { error }).max(200, { error });

const rgb = (low: number, high: number) =>
  z.tuple([bounded(low, high), bounded(low, high), bounded(low, high)], {
    error: 'three numbers: red, green, blue',
  });

const identifier = pattern(
  /^[A-Za-z0-9][A-Za-z0-9._+-]{0,62}$/,
  "1 to 63 letters, digits, '.', '_', '+' or '-', beginning with a letter or digit",
);
const className = pattern(
  /^[A-Za-z0-9][A-Za-z0-9_ -]{0,62}$/,
  "1 to 63 letters, digits, spaces, '_' or '-', beginning with a letter or digit",
);
const sha256 = pattern(/^[0-9a-f]{64}$/, '64 lower-case hexadecimal digits');

const featureMap = section({
  /** As the network calls it; a ResNet's are layer2, layer3 and layer4. */
  name: text(),
  channels: whole(1, 65_536),
  height: whole(1, 4096),
  width: whole(1, 4096),
  /** Whether the logits' gradient by it is known; if absent, it is. Without it only EigenCAM can look at the map. */
  hasGradient: z.boolean({ error: 'true or false' }).optional(),
});

/** Fields of `manifest.json`. Sizes are in pixels or cells, thresholds and mean/std in [0, 1]. */
const fields = section({
  schemaVersion: z.literal(1, { error: '1' }),
  name: identifier,
  version: identifier,
  /** For people, for example `ResNet-50`. */
  architecture: text(),
  /** In the order of the logits. */
  classes: z
    .array(className, { error: 'a list of class names' })
    .min(1, 'at least one class')
    .max(1000, 'at most 1000 classes'),
  /** Which class is the interacting tissue. Absent: none. */
  tissueClass: className.optional(),
  input: section({
    width: whole(32, 4096),
    height: whole(32, 4096),
    /** Per channel, RGB in [0, 1]; the graph normalises with them, nobody else. */
    mean: rgb(0, 1),
    std: rgb(0.001, 1),
  }),
  /** How probabilities are made of logits. */
  probabilityFunction: z.enum(['sigmoid', 'softmax'], { error: 'sigmoid or softmax' }).default('sigmoid'),
  /** What stands between the last feature map and the logits. */
  head: z.enum(['gap_linear', 'general'], { error: 'gap_linear or general' }).default('gap_linear'),
  /** Used where a caller names none. */
  thresholds: section({ class: bounded(0, 1), roi: bounded(0, 1) }),
  /** For one frame, in the network's order; the last one's grid is the Grad-CAM grid. */
  featureMaps: z
    .array(featureMap, { error: 'a list of feature maps' })
    .min(1, 'at least one feature map')
    .max(3, 'at most three feature maps'),
  graph: section({
    file: z.literal(GRAPH_FILE, { error: GRAPH_FILE }),
    sha256,
    inputs: z.array(z.enum(GRAPH_INPUTS, { error: Object.values(GRAPH_INPUTS).join(' or ') }), {
      error: 'a list of names',
    }),
    outputs: z.array(text(), { error: 'a list of names' }),
  }),
  provenance: section({
    /** Name of the file the weights came from, without its folder. */
    sourceFile: text(),
    /** Absent when the weights came from no file. */
    sourceSha256: sha256.optional(),
    /** Program and version that wrote the package. */
    importer: text(),
    /** ISO 8601; absent in packages that are to be reproduced byte for byte. */
    importedAt: z.iso.datetime({ error: 'a time like 2025-01-31T12:00:00Z' }).optional(),
  }),
  /** Numbers that the convolutions compute with; if absent, float32. */
  precision: z.enum(['float32', 'float16', 'int8'], { error: 'float32, float16 or int8' }).optional(),
  /** How an 8-bit graph came to be, and how far it is from the graph it was made of on frames held out. */
  quantization: section({
    /** Of the graph it was made of. */
    sourceGraphSha256: sha256,
    /** How the ranges of activations were taken from the calibration frames. */
    method: z.enum(RANGE_METHOD_KINDS, { error: RANGE_METHOD_KINDS.join(', ') }),
    /** Share of values inside the ranges, per cent; of method percentile alone. */
    percent: bounded(50, 100).optional(),
    /** Whether biases make up for the rounding of weights; if absent, they do not. */
    biasCorrection: z.boolean({ error: 'true or false' }).optional(),
    /** Whether the weights are written for processors with AMX; if absent, they are not. */
    amx: z.boolean({ error: 'true or false' }).optional(),
    /** Convolutions that stayed float32; absent when none did. */
    floatLayers: z.array(text(), { error: 'a list of names' }).optional(),
    calibrationFrames: whole(1, 1_000_000),
    /** Those that method, bias correction and float layers were chosen by; absent in packages of before. */
    selectionFrames: whole(1, 1_000_000).optional(),
    heldOutFrames: whole(1, 1_000_000),
    heatmapCorrelation: bounded(-1, 1),
    worstHeatmapCorrelation: bounded(-1, 1),
    presenceAgreement: bounded(0, 1),
    slfeCosine: bounded(-1, 1).optional(),
    boxIou: bounded(0, 1).optional(),
  }).optional(),
  /** How a graph in half precision came to be, and how far it is from the graph it was made of, where that was measured. */
  conversion: section({
    /** Of the graph it was made of. */
    sourceGraphSha256: sha256,
    halfNodes: whole(1, 1_000_000),
    /** Nodes of the backbone that stay in float32. */
    floatNodes: whole(0, 1_000_000),
    /** 0: nothing was measured. */
    measuredFrames: whole(0, 1_000_000),
    heatmapCorrelation: bounded(-1, 1).optional(),
    worstHeatmapCorrelation: bounded(-1, 1).optional(),
    presenceAgreement: bounded(0, 1).optional(),
    slfeCosine: bounded(-1, 1).optional(),
  }).optional(),
  /** SPDX expression of the weights; NOASSERTION when unknown. */
  license: text(),
});

/** The part that an importer is told; the rest follows from the graph. */
export const manifestFactsSchema = fields.pick({
  name: true,
  version: true,
  classes: true,
  tissueClass: true,
  input: true,
  thresholds: true,
  provenance: true,
  precision: true,
  quantization: true,
  conversion: true,
  license: true,
});

/** The one schema of `manifest.json`. */
export const manifestSchema = fields.superRefine((manifest, context) => {
  const problem = (path: (string | number)[], message: string): void => {
    context.addIssue({ code: 'custom', path, message });
  };
  const { classes, tissueClass, featureMaps, graph } = manifest;
  classes.forEach((name, index) => {
    if (classes.indexOf(name) !== index) problem(['classes', index], 'a name that no other class has');
  });
  if (tissueClass !== undefined && !classes.includes(tissueClass)) {
    problem(['tissueClass'], `one of classes: ${classes.join(', ')}`);
  }
  const required = [GRAPH_OUTPUTS.logits, GRAPH_OUTPUTS.gradcam, ...featureMaps.map((map) => map.name)];
  const missing = required.filter((name) => !graph.outputs.includes(name));
  if (missing.length > 0) problem(['graph', 'outputs'], `a list that has ${missing.join(', ')}`);
  const features = [GRAPH_OUTPUTS.slfe, GRAPH_OUTPUTS.slfeCells].filter((name) =>
    graph.outputs.includes(name),
  );
  if (features.length === 1)
    problem(['graph', 'outputs'], 'a list with both slfe and slfe_cells, or neither');
  const inputs = [GRAPH_INPUTS.frames, ...(features.length > 0 ? [GRAPH_INPUTS.roiThresholds] : [])];
  if (inputs.join() !== graph.inputs.join()) problem(['graph', 'inputs'], `[${inputs.join(', ')}]`);
});

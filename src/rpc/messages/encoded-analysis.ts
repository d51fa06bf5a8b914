import type { FrameAnalysis, FrameFacts, RegionFeature } from '../../domain/frame-analysis.js';
import {
  FrameAnalysis as FrameAnalysisMessage,
  Heatmap,
  RegionFeature as RegionFeatureMessage,
} from '../gen/surgicam/v1/analysis.js';
import { SkippedAnalyses } from '../gen/surgicam/v1/analysis_service.js';
import { toFloat16Bytes } from './float16.js';
import {
  micros,
  toFrameAnalysisMessage,
  uint32,
  type FrameAnalysisOptions,
} from './frame-analysis-message.js';

// Tags of the contract: the number of a field times eight, plus how it is written (0: varint, 2: length and bytes).
const RESPONSE = { frameAnalysis: (2 << 3) | 2, skipped: (15 << 3) | 2 } as const;
const ANALYSIS = { heatmaps: (10 << 3) | 2, features: (11 << 3) | 2, timing: (12 << 3) | 2, ageUs: 14 << 3 };
const HEATMAP_DATA = (5 << 3) | 2;
const FEATURE = { floats: (5 << 3) | 2, halves: (6 << 3) | 2 } as const;

/** Fields of one analysis that are the same for all who asked for the same. */
interface SharedFields {
  readonly facts: FrameFacts;
  readonly parts: readonly Uint8Array[];
  readonly bytes: number;
}

const floats = new WeakMap<object, SharedFields>();
const halves = new WeakMap<object, SharedFields>();

/**
 * A SubscribeResponse, or an AnalyzeStreamResponse, with one analysis, ready to be sent: the same message as
 * `toFrameAnalysisMessage` makes, in another order of fields. A protobuf message is its fields one after the
 * other, so what all subscribers of a recipe share is encoded once, and each costs one copy of it and a dozen numbers.
 * The values of heatmaps and features are copied from where they are.
 */
export function encodeAnalysisResponse(
  analysis: FrameAnalysis,
  options: FrameAnalysisOptions,
  skipped: SkippedAnalyses | undefined,
): Buffer {
  const shared = sharedFields(analysis, options.float16 ?? false);
  const own = ownFields(analysis, options.nowMonotonicMs);
  const rest =
    skipped === undefined
      ? undefined
      : lengthPrefixed(RESPONSE.skipped, SkippedAnalyses.encode(skipped).finish());
  const head = header(RESPONSE.frameAnalysis, shared.bytes + own.length);
  const response = Buffer.allocUnsafe(head.length + shared.bytes + own.length + (rest?.length ?? 0));
  let at = put(response, head, 0);
  for (const part of shared.parts) at = put(response, part, at);
  at = put(response, own, at);
  if (rest !== undefined) put(response, rest, at);
  return response;
}

function sharedFields(analysis: FrameAnalysis, float16: boolean): SharedFields {
  const known = float16 ? halves : floats;
  const { facts, product } = analysis;
  let shared = known.get(product);
  if (shared?.facts !== facts) {
    const parts = encodeShared(analysis, float16);
    shared = { facts, parts, bytes: parts.reduce((sum, { length }) => sum + length, 0) };
    known.set(product, shared);
  }
  return shared;
}

function encodeShared({ facts, product }: FrameAnalysis, float16: boolean): Uint8Array[] {
  const bare = { ...product, features: product.features.map(withoutValues) };
  const message = toFrameAnalysisMessage({ facts, product: bare }, { nowMonotonicMs: 0 });
  const { heatmaps, regionFeatures } = message;
  const small = { ...message, heatmaps: [], regionFeatures: [], timing: undefined, ageUs: 0n };
  return [
    FrameAnalysisMessage.encode(small).finish(),
    ...heatmaps.flatMap(({ data, ...heatmap }) => {
      const fields = Heatmap.encode({ ...heatmap, data: NOTHING }).finish();
      return withBytes(ANALYSIS.heatmaps, fields, HEATMAP_DATA, data);
    }),
    ...regionFeatures.flatMap((feature, i) => {
      const fields = RegionFeatureMessage.encode(feature).finish();
      const { values } = product.features[i]!;
      return float16
        ? withBytes(ANALYSIS.features, fields, FEATURE.halves, toFloat16Bytes(values))
        : withBytes(ANALYSIS.features, fields, FEATURE.floats, littleEndian(values));
    }),
  ];
}

/** Packed floats of a message are little-endian, as the numbers of every platform that Node runs on. */
function littleEndian({ buffer, byteOffset, byteLength }: Float32Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

const NOTHING = Buffer.alloc(0);
const NO_VALUES = new Float32Array(0);

function withoutValues(feature: RegionFeature): RegionFeature {
  return { ...feature, values: NO_VALUES };
}

/** A message inside another: `fields`, which are encoded, and a large field of bytes behind them. */
function withBytes(tag: number, fields: Uint8Array, bytesTag: number, bytes: Uint8Array): Uint8Array[] {
  const bytesHead = header(bytesTag, bytes.length);
  const head = header(tag, fields.length + bytesHead.length + bytes.length);
  return [Buffer.concat([head, fields, bytesHead]), bytes];
}

/** Timing and age: the only fields of an analysis that differ from subscriber to subscriber. */
function ownFields({ facts }: FrameAnalysis, nowMonotonicMs: number): Buffer {
  const { timing } = facts;
  const publishUs = micros(nowMonotonicMs - facts.analyzedAtMonotonicMs);
  const times = [timing.decodeUs, timing.queueUs, timing.inferenceUs, timing.explanationUs, publishUs];
  const inner = Buffer.allocUnsafe(times.length * (1 + MAX_VARINT32));
  let end = 0;
  times.forEach((time, index) => {
    end = putVarint(inner, (index + 1) << 3, end);
    end = putVarint(inner, uint32(time), end);
  });
  const fields = Buffer.allocUnsafe(2 + end + 1 + MAX_VARINT64);
  let at = putVarint(fields, ANALYSIS.timing, 0);
  at = putVarint(fields, end, at);
  at = put(fields, inner.subarray(0, end), at);
  at = putVarint(fields, ANALYSIS.ageUs, at);
  at = putVarint(fields, micros(nowMonotonicMs - facts.capturedAtMonotonicMs), at);
  return fields.subarray(0, at);
}

const MAX_VARINT32 = 5;
const MAX_VARINT64 = 10;

function lengthPrefixed(tag: number, bytes: Uint8Array): Buffer {
  return Buffer.concat([header(tag, bytes.length), bytes]);
}

function header(tag: number, length: number): Buffer {
  const bytes = Buffer.allocUnsafe(2 * MAX_VARINT32);
  return bytes.subarray(0, putVarint(bytes, length, putVarint(bytes, tag, 0)));
}

/** A whole number from 0 to 2^53, seven bits at a time, the lowest first; gives the place behind it. */
function putVarint(into: Buffer, value: number, at: number): number {
  let place = at;
  let rest = value;
  while (rest > 0x7f) {
    into[place++] = (rest % 0x80) | 0x80;
    rest = Math.floor(rest / 0x80);
  }
  into[place++] = rest;
  return place;
}

function put(into: Buffer, bytes: Uint8Array, at: number): number {
  into.set(bytes, at);
  return at + bytes.length;
}

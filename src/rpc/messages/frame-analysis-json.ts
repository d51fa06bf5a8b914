import { FrameAnalysis } from '../gen/surgicam/v1/analysis.js';

interface JsonMessage {
  [name: string]: unknown;
  detections?: JsonMessage[];
  regionFeatures?: JsonMessage[];
}

/**
 * Canonical protobuf JSON with defaults shown: lowerCamelCase, bytes as base64, 64-bit integers as strings, empty
 * lists as `[]`. Generated code leaves empty lists out, so they are put back here.
 */
export function frameAnalysisToJson(message: FrameAnalysis): JsonMessage {
  const json = FrameAnalysis.toJSON(message) as JsonMessage;
  for (const list of ['classScores', 'detections', 'heatmaps', 'regionFeatures', 'framesDropped']) {
    json[list] ??= [];
  }
  for (const detection of json.detections ?? []) detection.outline ??= [];
  for (const feature of json.regionFeatures ?? []) feature.values ??= [];
  return json;
}

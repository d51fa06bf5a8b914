import type { SessionOptions } from './graph-session.js';

/** In onnxruntime's own words, as far as its binding for Node.js passes them on. */
export interface SessionSettings {
  readonly executionProviders: readonly (
    string | { readonly name: string; readonly [option: string]: unknown }
  )[];
  readonly intraOpNumThreads: number;
  readonly interOpNumThreads: number;
  readonly graphOptimizationLevel: 'disabled' | 'basic' | 'extended' | 'layout' | 'all';
  readonly enableCpuMemArena?: boolean;
  readonly enableMemPattern?: boolean;
  readonly logSeverityLevel: 4;
  readonly extra: Readonly<Record<string, string>>;
}

/**
 * The binding (1.30, js/node/src/session_options_helper.cc) hands CUDA and TensorRT a device number and nothing else;
 * docs/gpu.md tells what follows from that.
 */
export function sessionSettings({
  provider,
  intraOpThreads,
  deviceId,
  tuning = {},
}: SessionOptions): SessionSettings {
  const {
    graphOptimization = 'all',
    cpuMemoryArena,
    memoryPattern,
    webgpuLayout = 'auto',
    entries = [],
  } = tuning;
  const isNvidia = provider === 'cuda' || provider === 'tensorrt';
  return {
    executionProviders: [
      {
        name: provider,
        ...(isNvidia && deviceId !== undefined ? { deviceId } : {}),
        ...(provider === 'webgpu' && webgpuLayout !== 'auto' ? { preferredLayout: webgpuLayout } : {}),
      },
    ],
    intraOpNumThreads: intraOpThreads,
    interOpNumThreads: 1,
    graphOptimizationLevel: graphOptimization,
    ...(cpuMemoryArena === undefined ? {} : { enableCpuMemArena: cpuMemoryArena }),
    ...(memoryPattern === undefined ? {} : { enableMemPattern: memoryPattern }),
    logSeverityLevel: 4,
    extra: {
      // Threads that wait for the next layer by spinning take the cores from decoders, the main thread and each other.
      'session.intra_op.allow_spinning': tuning.spinning === true ? '1' : '0',
      ...Object.fromEntries(entries.map(entryOf)),
    },
  };
}

function entryOf(text: string): [string, string] {
  const place = text.indexOf('=');
  return [text.slice(0, place), text.slice(place + 1)];
}

/** What can be set of a session beyond its provider and threads. If absent, the runtime's default. */
export interface SessionTuning {
  readonly graphOptimization?: 'disabled' | 'basic' | 'extended' | 'layout' | 'all';
  readonly cpuMemoryArena?: boolean;
  readonly memoryPattern?: boolean;
  /** Threads that wait for the next layer turn instead of sleeping. If absent, false. */
  readonly spinning?: boolean;
  /** Layout that WebGPU computes convolutions in. */
  readonly webgpuLayout?: 'auto' | 'NCHW' | 'NHWC';
  /** `key=value` of onnxruntime's session configuration, for example `session.set_denormal_as_zero=1`. */
  readonly entries?: readonly string[];
}

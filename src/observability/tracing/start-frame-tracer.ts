import type { FrameTracer, FrameTracerOptions } from './frame-tracer.js';

/** A tracer where there is somewhere to send traces to; else nothing is loaded at all. */
export async function startFrameTracer({
  endpoint,
  ...options
}: Omit<FrameTracerOptions, 'endpoint'> & { readonly endpoint: string | null }): Promise<
  FrameTracer | undefined
> {
  if (endpoint === null) return undefined;
  const { FrameTracer: Tracer } = await import('./frame-tracer.js');
  return new Tracer({ endpoint, ...options });
}

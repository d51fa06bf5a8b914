import { SurgicamError } from '../domain/errors.js';

/** What runs a graph: NVIDIA's CUDA or TensorRT, any graphics card through WebGPU, or the processor. */
export type Provider = 'cuda' | 'tensorrt' | 'webgpu' | 'cpu';

export const DEFAULT_PROVIDERS: readonly Provider[] = ['cuda', 'tensorrt', 'webgpu', 'cpu'];

export interface ProviderChoice<T> {
  readonly provider: Provider;
  /** What `attempt` made with it. */
  readonly result: T;
  /** Why none of the providers before it in the order was taken; absent for the first. */
  readonly fallbackReason?: string;
}

/**
 * Tries the providers in their order until one works; with `strict` only the first. Whether one works is known
 * only by trying: a build holds providers whose libraries, drivers or cards the machine does not have.
 * Error: failed_precondition, naming what each said and what to do.
 */
export async function selectProvider<T>(
  order: readonly Provider[],
  strict: boolean,
  attempt: (provider: Provider) => Promise<T>,
): Promise<ProviderChoice<T>> {
  const refusals: string[] = [];
  for (const provider of strict ? order.slice(0, 1) : order) {
    try {
      const result = await attempt(provider);
      return {
        provider,
        result,
        ...(refusals.length === 0 ? {} : { fallbackReason: refusals.join('; ') }),
      };
    } catch (error) {
      refusals.push(`${provider}: ${shortened(SurgicamError.from(error).message)}`);
    }
  }
  const nextStep = strict
    ? 'install what it needs, name another provider first, or allow falling back (inference.strict: false)'
    : 'install what one of them needs, or add cpu to inference.providers';
  throw new SurgicamError(
    'failed_precondition',
    `the model cannot run on ${strict ? 'the provider asked for' : 'any provider asked for'} (${refusals.join('; ')}); ${nextStep}`,
  );
}

/** The last sentence of a native message: what comes before are source files and function signatures. */
function shortened(message: string): string {
  const line = message.replace(/\s+/g, ' ').trim();
  const cut = line
    .replace(/^.*was false\. /, '')
    .replace(/^OrtSessionOptionsAppendExecutionProvider_\w+: /, '');
  return cut.length > 200 ? `${cut.slice(0, 197)}...` : cut;
}

import { describe, expect, it } from '@jest/globals';
import { selectProvider, type Provider } from '../../src/inference/provider-selection.js';
import { errorOf } from '../fixtures/errors.js';

/** A machine on which only these work. */
function machineWith(...working: Provider[]) {
  const tried: Provider[] = [];
  const attempt = (provider: Provider): Promise<string> => {
    tried.push(provider);
    return working.includes(provider)
      ? Promise.resolve(`session on ${provider}`)
      : Promise.reject(new Error(`${provider} has no library`));
  };
  return { tried, attempt };
}

describe('selectProvider', () => {
  it('takes the first that works and tries no other', async () => {
    const { tried, attempt } = machineWith('cuda', 'cpu');
    expect(await selectProvider(['cuda', 'tensorrt', 'cpu'], false, attempt)).toEqual({
      provider: 'cuda',
      result: 'session on cuda',
    });
    expect(tried).toEqual(['cuda']);
  });

  it('says why it fell back', async () => {
    const { tried, attempt } = machineWith('cpu');
    expect(await selectProvider(['cuda', 'webgpu', 'cpu'], false, attempt)).toEqual({
      provider: 'cpu',
      result: 'session on cpu',
      fallbackReason: 'cuda: cuda has no library; webgpu: webgpu has no library',
    });
    expect(tried).toEqual(['cuda', 'webgpu', 'cpu']);
  });

  it('strict: refuses to fall back and says what to do', async () => {
    const { tried, attempt } = machineWith('cpu');
    const error = await errorOf(() => selectProvider(['cuda', 'cpu'], true, attempt));
    expect(error.code).toBe('failed_precondition');
    expect(error.message).toBe(
      'the model cannot run on the provider asked for (cuda: cuda has no library); install what it needs, name ' +
        'another provider first, or allow falling back (inference.strict: false)',
    );
    expect(tried).toEqual(['cuda']);
  });

  it('fails when none works', async () => {
    const error = await errorOf(() => selectProvider(['cuda', 'webgpu'], false, machineWith().attempt));
    expect(error.code).toBe('failed_precondition');
    expect(error.message).toContain('any provider asked for (cuda: cuda has no library; webgpu: webgpu has');
    expect(error.message).toContain('add cpu to inference.providers');
  });

  it('cuts what native code says down to its sense', async () => {
    const native =
      '/src/webgpu_context.cc:136 void Init() adapter_result.status == Success was false. No supported adapters\n\n';
    const attempt = (provider: Provider): Promise<number> =>
      provider === 'cpu' ? Promise.resolve(1) : Promise.reject(new Error(native + 'x'.repeat(500)));
    const { fallbackReason } = await selectProvider(['webgpu', 'cpu'], false, attempt);
    expect(fallbackReason).toMatch(/^webgpu: No supported adapters x+\.\.\.$/);
    expect(fallbackReason?.length).toBeLessThan(220);
  });
});

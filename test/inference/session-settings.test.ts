import { describe, expect, it } from '@jest/globals';
import { sessionSettings } from '../../src/inference/session-settings.js';

describe('sessionSettings', () => {
  it('are quiet, without spinning, and fully optimized by default', () => {
    expect(sessionSettings({ provider: 'cpu', intraOpThreads: 3 })).toEqual({
      executionProviders: [{ name: 'cpu' }],
      intraOpNumThreads: 3,
      interOpNumThreads: 1,
      graphOptimizationLevel: 'all',
      logSeverityLevel: 4,
      extra: { 'session.intra_op.allow_spinning': '0' },
    });
  });

  it('name the card to CUDA and TensorRT, and to nobody else', () => {
    const providersOf = (provider: 'cuda' | 'tensorrt' | 'webgpu' | 'cpu'): unknown =>
      sessionSettings({ provider, intraOpThreads: 1, deviceId: 2 }).executionProviders[0];
    expect(providersOf('cuda')).toEqual({ name: 'cuda', deviceId: 2 });
    expect(providersOf('tensorrt')).toEqual({ name: 'tensorrt', deviceId: 2 });
    // Its binding refuses options that it does not know.
    expect(providersOf('webgpu')).toEqual({ name: 'webgpu' });
    expect(providersOf('cpu')).toEqual({ name: 'cpu' });
  });

  it('pass on what is asked for', () => {
    const tuning = {
      graphOptimization: 'basic',
      cpuMemoryArena: false,
      memoryPattern: false,
      spinning: true,
      webgpuLayout: 'NCHW',
      entries: ['session.set_denormal_as_zero=1', 'session.intra_op_thread_affinities=1;2=x'],
    } as const;
    expect(sessionSettings({ provider: 'webgpu', intraOpThreads: 1, tuning })).toMatchObject({
      executionProviders: [{ name: 'webgpu', preferredLayout: 'NCHW' }],
      graphOptimizationLevel: 'basic',
      enableCpuMemArena: false,
      enableMemPattern: false,
      extra: {
        'session.intra_op.allow_spinning': '1',
        'session.set_denormal_as_zero': '1',
        'session.intra_op_thread_affinities': '1;2=x',
      },
    });
  });
});

import { describe, expect, it } from '@jest/globals';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { requireVulkanDriver } from '../../src/inference/vulkan-driver.js';
import { errorOf } from '../fixtures/errors.js';
import { temporaryFolder } from '../fixtures/temporary-folder.js';

const folder = temporaryFolder();
const withDriver = path.join(folder, 'with');
const icd = path.join(withDriver, 'vulkan', 'icd.d');
mkdirSync(icd, { recursive: true });
writeFileSync(path.join(icd, 'card.json'), '{}');
const without = path.join(folder, 'without');

/** A machine with drivers in this folder only. */
const env = (data: string) => ({
  XDG_CONFIG_HOME: without,
  XDG_CONFIG_DIRS: without,
  XDG_DATA_HOME: without,
  XDG_DATA_DIRS: `${without}:${data}`,
});
const check = (environment: NodeJS.ProcessEnv, system = [without], platform: NodeJS.Platform = 'linux') => {
  return () => requireVulkanDriver(platform, environment, system);
};

describe('requireVulkanDriver', () => {
  it('finds the manifest of a driver in the folders of the Vulkan loader', () => {
    expect(check(env(withDriver))).not.toThrow();
    expect(check({ ...env(without), XDG_DATA_HOME: withDriver })).not.toThrow();
    expect(check(env(without), [withDriver])).not.toThrow();
  });

  it('leaves a named driver, and other systems, to the loader', () => {
    expect(check({ ...env(without), VK_DRIVER_FILES: '/card.json' })).not.toThrow();
    expect(check(env(without), [without], 'darwin')).not.toThrow();
  });

  it('refuses a machine without one', async () => {
    const error = await errorOf(check(env(without)));
    expect([error.code, error.message]).toEqual(['failed_precondition', 'no Vulkan driver is installed']);
  });
});

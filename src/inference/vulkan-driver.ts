import { readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { SurgicamError } from '../domain/errors.js';

const NAMED_BY = ['VK_DRIVER_FILES', 'VK_ICD_FILENAMES', 'VK_ADD_DRIVER_FILES'] as const;

/** Always looked at; the others are named by the environment. */
const SYSTEM_FOLDERS = ['/usr/local/etc', '/etc'] as const;

/**
 * WebGPU runs on Vulkan on Linux. Where no driver is installed the native code finds that out as well, but writes
 * lines of its own to standard error, past every log. Error: failed_precondition.
 */
export function requireVulkanDriver(
  platform: NodeJS.Platform = process.platform,
  env: NodeJS.ProcessEnv = process.env,
  systemFolders: readonly string[] = SYSTEM_FOLDERS,
): void {
  if (platform !== 'linux' || NAMED_BY.some((name) => (env[name] ?? '') !== '')) return;
  if (driverFolders(env, systemFolders).some(hasManifest)) return;
  throw new SurgicamError('failed_precondition', 'no Vulkan driver is installed');
}

/** Where the Vulkan loader looks for driver manifests ("Driver Discovery on Linux" of its documentation). */
function driverFolders(env: NodeJS.ProcessEnv, systemFolders: readonly string[]): string[] {
  const or = (value: string | undefined, standard: string): string =>
    value === undefined || value === '' ? standard : value;
  const roots = [
    or(env.XDG_CONFIG_HOME, path.join(homedir(), '.config')),
    ...or(env.XDG_CONFIG_DIRS, '/etc/xdg').split(':'),
    ...systemFolders,
    or(env.XDG_DATA_HOME, path.join(homedir(), '.local', 'share')),
    ...or(env.XDG_DATA_DIRS, '/usr/local/share:/usr/share').split(':'),
  ];
  return roots.map((root) => path.join(root, 'vulkan', 'icd.d'));
}

function hasManifest(folder: string): boolean {
  try {
    return readdirSync(folder).some((name) => name.endsWith('.json'));
  } catch {
    return false; // there is no such folder, most of the time
  }
}

import { readFile } from 'node:fs/promises';

/** Whether this machine's processor multiplies 8-bit matrices in tiles (AMX); known on Linux, elsewhere no. */
export async function hasAmx(): Promise<boolean> {
  const text = await readFile('/proc/cpuinfo', 'utf8').catch(() => '');
  return /^flags\s*:.*\bamx_int8\b/m.test(text);
}

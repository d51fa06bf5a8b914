import { rename, writeFile } from 'node:fs/promises';

/** A file appears complete or not at all; one that was there is replaced. */
export async function writeAtomically(file: string, bytes: Uint8Array | string): Promise<void> {
  const part = `${file}.part`;
  await writeFile(part, bytes);
  await rename(part, file);
}

import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { SurgicamError } from '../domain/errors.js';
import type { Dataset, DatasetFrame, DatasetOptions } from './dataset-frame.js';
import { readBoxTable, readLabelTable } from './folder-tables.js';
import { listFolder, naturally } from './list-files.js';

const TREE = 'pictures (.png, .jpg), or folders of them; optionally labels.csv and boxes.csv';
const PICTURE = /\.(png|jpe?g)$/i;

/**
 * Pictures in folders: `<root>/<video>/<name>.png|jpg`, or directly in root, whose name is then the video's.
 * `labels.csv` (header `frame,<class>,...`, frame relative to root) and `boxes.csv` (`frame,class,x1,y1,x2,y2`, with a
 * first line `size,<width>,<height>` that says on what size of frame the boxes were drawn) are optional; with labels,
 * every picture has a row. Errors: not_found, invalid_argument; they name file, line and column.
 */
export async function openFolder(
  root: string,
  { split, classes }: Omit<DatasetOptions, 'layout'>,
): Promise<Dataset> {
  if (split !== undefined) {
    throw SurgicamError.invalidField(
      'split',
      split,
      'absent: the folder layout has no split; name a folder instead',
    );
  }
  const files = await listPictures(root);
  if (files.length === 0) throw new SurgicamError('not_found', `${root} holds no picture; expected ${TREE}`);
  const names = await listFolder(root, TREE);
  const known = new Set(files);
  const labels = names.includes('labels.csv')
    ? await readLabelTable(path.join(root, 'labels.csv'), classes, known)
    : undefined;
  const boxes = names.includes('boxes.csv')
    ? await readBoxTable(path.join(root, 'boxes.csv'), classes, known, labels?.names ?? [])
    : undefined;
  const none = classes.map(() => undefined);
  const frames = files.map((file): DatasetFrame => {
    const own = labels?.byFrame.get(file);
    if (labels !== undefined && own === undefined) {
      throw new SurgicamError('invalid_argument', `${path.join(root, 'labels.csv')} has no row for ${file}`);
    }
    return {
      video: file.includes('/') ? path.posix.dirname(file) : path.basename(path.resolve(root)),
      name: path.posix.parse(file).name,
      imagePath: path.join(root, file),
      ...(own === undefined ? {} : { labels: own }),
      ...(boxes === undefined ? {} : { boxes: boxes.byFrame.get(file) ?? none }),
    };
  });
  checkNames(frames);
  return { layout: 'folder', classes, ...(boxes === undefined ? {} : { boxFrame: boxes.size }), frames };
}

/** Relative paths, with `/`. One level of folders; links are followed, hidden files passed over. */
async function listPictures(root: string): Promise<string[]> {
  const entries = await readdir(root, { withFileTypes: true }).catch((error: unknown) => {
    throw new SurgicamError('not_found', `${root} is missing or no folder; expected ${TREE}`, {
      cause: error,
    });
  });
  const folders = new Set<string>();
  for (const entry of entries) {
    // Data sets are often made of links to pictures: those are known by their names, without a look at each.
    const isLink = entry.isSymbolicLink() && !PICTURE.test(entry.name);
    const isFolder = isLink ? await leadsToFolder(path.join(root, entry.name)) : entry.isDirectory();
    if (isFolder && !entry.name.startsWith('.')) folders.add(entry.name);
  }
  const names = entries.map(({ name }) => name);
  const found = naturally(names.filter((name) => isPicture(name) && !folders.has(name)));
  for (const folder of naturally([...folders])) {
    const inside = (await listFolder(path.join(root, folder), TREE)).filter(isPicture);
    found.push(...inside.map((name) => `${folder}/${name}`));
  }
  return found;
}

function isPicture(name: string): boolean {
  return PICTURE.test(name) && !name.startsWith('.');
}

function leadsToFolder(link: string): Promise<boolean> {
  return stat(link).then(
    (facts) => facts.isDirectory(),
    () => false,
  );
}

/** Results are written by video and name: no two pictures may share both. */
function checkNames(frames: readonly DatasetFrame[]): void {
  const seen = new Map<string, string | undefined>();
  for (const { video, name, imagePath } of frames) {
    const key = `${video}/${name}`;
    if (seen.has(key)) {
      const allowed = `a name of its own: ${seen.get(key)} is ${key}, too`;
      throw SurgicamError.invalidField('picture', imagePath, allowed);
    }
    seen.set(key, imagePath);
  }
}

import sax from 'sax';
import { annotationError } from './annotation-error.js';
import type { Cell } from './text-table.js';

/** The text of an element without the space around it, and where it begins; line and column count from 1. */
export type ElementText = Cell;

export interface XmlElement {
  /** Names from the root to this element. */
  readonly path: readonly string[];
  readonly content: ElementText;
  /** Elements inside it by their path below it, as in `bndbox/xmin`; of several with one path the first counts. */
  readonly inside: ReadonlyMap<string, ElementText>;
}

interface OpenElement {
  readonly name: string;
  /** Of the first character behind the opening tag. */
  readonly line: number;
  readonly column: number;
  text: string;
  readonly inside: Map<string, ElementText>;
}

/** Calls `onElement` as each element ends, inner ones first. Error: invalid_argument with line and column. */
export function readElements(text: string, file: string, onElement: (element: XmlElement) => void): void {
  const open: OpenElement[] = [];
  const parser = sax.parser(true, { position: true });
  const add = (more: string): void => {
    const current = open.at(-1);
    if (current !== undefined) current.text += more;
  };
  let elements = 0;
  parser.onerror = (error) => {
    const [what = ''] = error.message.split('\n');
    const at = { file, line: parser.line + 1, column: Math.max(1, parser.column) };
    throw annotationError(at, what, 'well-formed XML');
  };
  parser.onopentag = ({ name }) => {
    elements++;
    open.push({ name, line: parser.line + 1, column: parser.column + 1, text: '', inside: new Map() });
  };
  parser.ontext = add;
  parser.oncdata = add;
  parser.onclosetag = () => {
    const path = open.map(({ name }) => name);
    const element = open.pop()!;
    const content = contentOf(element);
    open.forEach(({ inside }, depth) => {
      const key = path.slice(depth + 1).join('/');
      if (!inside.has(key)) inside.set(key, content);
    });
    onElement({ path, content, inside: element.inside });
  };
  parser.write(text.replace(/^\uFEFF/, '')).close();
  // the parser has nothing against a file without anything in it
  if (elements === 0) throw annotationError({ file, line: 1, column: 1 }, 'no element', 'well-formed XML');
}

function contentOf({ text, line, column }: OpenElement): ElementText {
  if (text.trim() === '') return { text: '', line, column };
  const before = text.slice(0, text.length - text.trimStart().length).split('\n');
  const indent = before.at(-1)!.length;
  const isFirstLine = before.length === 1;
  return {
    text: text.trim(),
    line: line + before.length - 1,
    column: isFirstLine ? column + indent : indent + 1,
  };
}

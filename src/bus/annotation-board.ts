import { annotationLength, type Annotation } from '../domain/annotation.js';

export interface AnnotationLimits {
  /** Most annotations kept for readers that are behind. */
  readonly count: number;
  /** Most characters kept. One annotation is always kept. */
  readonly characters: number;
}

export const DEFAULT_ANNOTATION_LIMITS: AnnotationLimits = { count: 256, characters: 2 ** 20 };

/** One subscription's part in what is said about a feed: hears all others, and is heard by them. */
export interface AnnotationReader {
  /** The next annotation of somebody else since this reader was opened, if there is one. */
  poll(): Annotation | undefined;
  /** Annotations of others that were lost to this reader because it read slowly, since the beginning. */
  readonly missed: number;
  /** Hands an annotation to all other readers; tells how many there are. */
  say(annotation: Annotation): number;
  close(): void;
}

interface Entry {
  readonly annotation: Annotation;
  readonly by: AnnotationReader;
  readonly characters: number;
}

/** The newest annotations of a feed, beside its analyses: whoever talks much pushes out words, not pictures. */
export class AnnotationBoard {
  private readonly entries: Entry[] = [];
  private readonly readers = new Set<Cursor>();
  /** Number of the oldest entry kept, counted since the beginning. */
  private oldest = 0;
  private characters = 0;

  /** `onPost` is called when there is something new. */
  constructor(
    private readonly onPost: () => void,
    private readonly limits: AnnotationLimits = DEFAULT_ANNOTATION_LIMITS,
  ) {}

  open(): AnnotationReader {
    const reader = new Cursor(this);
    this.readers.add(reader);
    return reader;
  }

  /** Number of the entry to come. */
  get end(): number {
    return this.oldest + this.entries.length;
  }

  /** The entry of a number; undefined when it has been pushed out or is yet to come. */
  at(position: number): Entry | undefined {
    return this.entries[position - this.oldest];
  }

  post(annotation: Annotation, by: Cursor): number {
    const characters = annotationLength(annotation);
    while (this.entries.length > 0 && this.isTooMuch(characters)) this.pushOut();
    this.entries.push({ annotation, by, characters });
    this.characters += characters;
    this.onPost();
    return this.readers.size - (this.readers.has(by) ? 1 : 0);
  }

  forget(reader: Cursor): void {
    this.readers.delete(reader);
  }

  private isTooMuch(more: number): boolean {
    const { count, characters } = this.limits;
    return this.entries.length >= count || this.characters + more > characters;
  }

  private pushOut(): void {
    const { by, characters } = this.entries.shift()!;
    for (const reader of this.readers) reader.pushedOut(this.oldest, by);
    this.characters -= characters;
    this.oldest++;
  }
}

class Cursor implements AnnotationReader {
  missed = 0;
  private position: number;

  constructor(private readonly board: AnnotationBoard) {
    this.position = board.end;
  }

  poll(): Annotation | undefined {
    while (this.position < this.board.end) {
      const { annotation, by } = this.board.at(this.position++)!;
      if (by !== this) return annotation;
    }
    return undefined;
  }

  say(annotation: Annotation): number {
    return this.board.post(annotation, this);
  }

  /** An entry is gone, whether this reader has read it or not. */
  pushedOut(position: number, by: AnnotationReader): void {
    if (position < this.position) return;
    this.position = position + 1;
    if (by !== this) this.missed++;
  }

  close(): void {
    this.board.forget(this);
  }
}

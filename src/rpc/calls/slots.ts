import { SurgicamError } from '../../domain/errors.js';

/** At most so many at a time; the next one is refused, never queued. */
export class Slots {
  private taken = 0;

  constructor(
    /** Name of the limit in the configuration, for the message. */
    private readonly limitName: string,
    private readonly limit: number,
  ) {}

  /** Takes a slot; the function returned gives it back. */
  take(): () => void {
    if (this.taken >= this.limit) {
      throw new SurgicamError(
        'resource_exhausted',
        `${this.limitName} is ${this.limit} and all are taken; try again later`,
        { retryAfterMs: 1000, resource: { type: 'limit', name: this.limitName } },
      );
    }
    this.taken++;
    let held = true;
    return () => {
      if (held) this.taken--;
      held = false;
    };
  }
}

/** At most so many of each name at a time. */
export class NamedSlots {
  private readonly byName = new Map<string, { readonly slots: Slots; users: number }>();

  constructor(
    private readonly limitName: string,
    private readonly limit: number,
  ) {}

  /** Takes a slot of that name; the function returned gives it back. */
  take(name: string): () => void {
    const entry = this.byName.get(name) ?? { slots: new Slots(this.limitName, this.limit), users: 0 };
    const release = entry.slots.take();
    entry.users++;
    this.byName.set(name, entry);
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      release();
      entry.users--;
      if (entry.users === 0) this.byName.delete(name);
    };
  }
}

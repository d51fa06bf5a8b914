/** Values of one origin, by section and name; the values are as given, not checked yet. */
export interface ConfigLayer {
  readonly values: Readonly<Record<string, unknown>>;
  /** Where the value of `path` came from, for messages: `the file x.yaml`, `--port`, `SURGICAM_SERVER_PORT`. */
  originOf(path: string): string;
}

/** Later layers win, key by key. Anything that is not a mapping of mappings is kept for the schema to refuse. */
export function mergeLayers(layers: readonly ConfigLayer[]): Record<string, unknown> {
  const merged: Record<string, unknown> = {};
  for (const { values } of layers) {
    for (const [section, content] of Object.entries(values)) {
      const before = merged[section];
      merged[section] = isMapping(before) && isMapping(content) ? { ...before, ...content } : content;
    }
  }
  return merged;
}

/** The origin of the value in force at `path`; undefined for a default. */
export function originOf(path: readonly PropertyKey[], layers: readonly ConfigLayer[]): string | undefined {
  const [section = '', name] = path.map(String);
  const layer = [...layers].reverse().find(({ values }) => {
    const content = values[section];
    return name === undefined || !isMapping(content) ? section in values : name in content;
  });
  return layer?.originOf(name === undefined ? section : `${section}.${name}`);
}

export function isMapping(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

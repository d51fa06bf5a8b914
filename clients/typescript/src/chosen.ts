import { InvalidArgumentError } from './errors.js';

/** The contract's value of a name. Error: InvalidArgumentError, naming the field and what it may be. */
export function chosen<Names extends Readonly<Record<string, number>>, Name extends keyof Names & string>(
  field: string,
  name: Name,
  names: Names,
): Names[Name] {
  if (Object.hasOwn(names, name)) return names[name];
  const description = `'${name}'; allowed: ${Object.keys(names).join(', ')}`;
  throw new InvalidArgumentError(`${field} is ${description}`, { fieldViolations: [{ field, description }] });
}

/** Checks that a configuration has no keys but the known ones. */
export function check_keys(className: string, config: object, known: readonly string[]): void {
  if (typeof config !== 'object') {
    throw new TypeError(`${className} takes its arguments as an object: new ${className}({ … }).`);
  }
  for (const key of Object.keys(config)) {
    if (!known.includes(key)) {
      throw new TypeError(`${className} has no argument '${key}'; it has ${known.join(', ')}.`);
    }
  }
}

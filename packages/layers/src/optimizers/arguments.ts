/** Checks that a configuration has no keys but the known ones. */
export function checkKeys(className: string, config: object, known: readonly string[]): void {
  if (typeof config !== 'object' || config === null) {
    throw new TypeError(`${className} takes its arguments as an object: new ${className}({ … }).`);
  }
  for (const key of Object.keys(config)) {
    if (known.includes(key)) continue;
    if (key === 'decay' || key === 'lr') {
      throw new TypeError(
        `${className} has no argument '${key}'; use ${key === 'lr' ? 'learning_rate' : `a schedule, or optimizers.legacy.${className}`}.`,
      );
    }
    throw new TypeError(`${className} has no argument '${key}'; it has ${known.join(', ')}.`);
  }
}

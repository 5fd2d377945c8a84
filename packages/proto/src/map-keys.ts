function compareCodePoints(a: string, b: string): number {
  for (let index = 0; ; index++) {
    const left = a.codePointAt(index);
    const right = b.codePointAt(index);
    if (left === undefined || right === undefined)
      return left === right ? 0 : left === undefined ? -1 : 1;
    if (left !== right) return left - right;
    if (left > 0xffff) index++;
  }
}

/**
 * Keys of a map field with texts as keys, in the order of deterministic serialization: by their UTF-8 bytes, which is
 * the order of their code points.
 */
export function mapKeys(map: object): string[] {
  const keys = Object.keys(map);
  return keys.length < 2 ? keys : keys.sort(compareCodePoints);
}

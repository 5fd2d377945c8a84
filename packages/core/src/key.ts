import { MalformedError } from './errors.ts';
import { MAX_KEY_LENGTH } from './limits.ts';

/** True for a key that stays inside any store: relative, `/` between non-empty parts, no `.` or `..`, no backslash, no NUL. */
export function isSafeKey(key: string): boolean {
  if (key.length === 0 || key.length > MAX_KEY_LENGTH) return false;
  if (key.includes('\\') || key.includes('\0') || /^[A-Za-z]:/.test(key)) return false;
  return key.split('/').every((part) => part !== '' && part !== '.' && part !== '..');
}

/**
 * Returns a key that stays inside any store.
 * @throws MalformedError when it does not; `isSafeKey` tells what is allowed.
 */
export function checkKey(key: string): string {
  if (isSafeKey(key)) return key;
  throw new MalformedError(
    `The key ${JSON.stringify(key.slice(0, 200))} is not allowed: keys are relative, use "/", and have no empty, "." or ".." part.`,
  );
}

/** Orders keys by code point, as every store lists them. */
export function compareKeys(a: string, b: string): number {
  const left = Array.from(a, (c) => c.codePointAt(0) ?? 0);
  const right = Array.from(b, (c) => c.codePointAt(0) ?? 0);
  const length = Math.min(left.length, right.length);
  for (let i = 0; i < length; i++) {
    const difference = (left[i] ?? 0) - (right[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}

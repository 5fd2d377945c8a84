import { isKmError } from '@km/core';

/** A damaged input. */
export interface HostileCase {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** Cuts bytes after 0, 1, 2, 4, 8 … bytes, and one byte before the end. */
export function* truncations(bytes: Uint8Array): Generator<HostileCase, void, undefined> {
  const lengths = new Set([0]);
  for (let length = 1; length < bytes.length; length *= 2) lengths.add(length);
  if (bytes.length > 0) lengths.add(bytes.length - 1);
  for (const length of lengths) {
    yield { name: `cut after ${length} bytes`, bytes: bytes.slice(0, length) };
  }
}

/** Changes one byte at a time, at every `step`-th offset: once all its bits, once the lowest, once the highest. */
export function* byteFlips(bytes: Uint8Array, step = 1): Generator<HostileCase, void, undefined> {
  for (let offset = 0; offset < bytes.length; offset += step) {
    for (const mask of [0xff, 0x01, 0x80]) {
      const flipped = bytes.slice();
      flipped[offset] = (bytes[offset] ?? 0) ^ mask;
      yield { name: `byte ${offset} ^ 0x${mask.toString(16)}`, bytes: flipped };
    }
  }
}

/** What happened to the inputs given to `runHostile`. */
export interface HostileOutcome {
  /** Inputs that were accepted. */
  readonly accepted: readonly string[];
  /** Inputs refused with a `KmError`. */
  readonly refused: readonly string[];
  /** Inputs that failed in any other way; must be empty. */
  readonly broken: readonly string[];
}

/** Runs a decoder over damaged inputs and sorts them by what came of them. */
export async function runHostile(
  cases: Iterable<HostileCase>,
  decode: (bytes: Uint8Array) => unknown,
): Promise<HostileOutcome> {
  const accepted: string[] = [];
  const refused: string[] = [];
  const broken: string[] = [];
  for (const { name, bytes } of cases) {
    try {
      await decode(bytes);
      accepted.push(name);
    } catch (error) {
      if (isKmError(error)) refused.push(name);
      else broken.push(`${name}: ${error instanceof Error ? error.stack : String(error)}`);
    }
  }
  return { accepted, refused, broken };
}

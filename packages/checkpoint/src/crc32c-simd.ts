import {
  KERNEL,
  KERNEL_BLOCKS,
  KERNEL_CAPACITY,
  KERNEL_STATE,
  KERNEL_TABLES,
} from './crc32c-kernel.ts';
import { crcTables, updateCrc } from './crc32c-scalar.ts';

/** Advances the inner state of the checksum over bytes. */
export type CrcUpdate = (state: number, bytes: Uint8Array) => number;

const BLOCK = 128;

let made: CrcUpdate | false | undefined;

/** The kernel, ready to use; `undefined` where WebAssembly or its vectors are missing or forbidden. */
export function simdCrc(): CrcUpdate | undefined {
  made ??= start() ?? false;
  return made === false ? undefined : made;
}

function start(): CrcUpdate | undefined {
  try {
    const module = new WebAssembly.Module(Uint8Array.from(atob(KERNEL), (c) => c.charCodeAt(0)));
    const { m: memory, f: fold } = new WebAssembly.Instance(module).exports;
    if (!(memory instanceof WebAssembly.Memory) || typeof fold !== 'function') return undefined;
    const bytes = new Uint8Array(memory.buffer);
    fillTables(bytes.subarray(KERNEL_TABLES));
    return (state, input) => foldAll(bytes, fold, state, input);
  } catch {
    // Content security policies and old engines refuse; the tables in JavaScript give the same result.
    return undefined;
  }
}

function foldAll(
  memory: Uint8Array,
  fold: CallableFunction,
  state: number,
  input: Uint8Array,
): number {
  const tables = crcTables();
  const remainder = memory.subarray(KERNEL_STATE, KERNEL_STATE + BLOCK);
  let crc = state;
  let done = 0;
  while (input.length - done >= BLOCK) {
    const left = input.length - done;
    const length = Math.min(KERNEL_CAPACITY, left - (left % BLOCK));
    memory.set(input.subarray(done, done + length), KERNEL_BLOCKS);
    for (let index = 0; index < 4; index++) {
      const at = KERNEL_BLOCKS + index;
      memory[at] = (memory[at] ?? 0) ^ (crc >>> (8 * index));
    }
    fold(KERNEL_BLOCKS, KERNEL_BLOCKS + length);
    crc = updateCrc(tables, 0, remainder);
    done += length;
  }
  return updateCrc(tables, crc, input.subarray(done));
}

/**
 * Makes the tables of the kernel: for each of the four planes, each nibble and each value of it, the four bytes that
 * stand for it one block later.
 */
function fillTables(target: Uint8Array): void {
  const tables = crcTables();
  const weight = (byte: number, zeros: number): number =>
    updateCrc(tables, updateCrc(tables, 0, Uint8Array.of(byte)), new Uint8Array(zeros));
  const distance = (plane: number): number => 32 * (3 - plane);
  const basis = Array.from({ length: 32 }, (_, bit) => weight(1 << (bit % 8), distance(bit >> 3)));
  const express = inBasis(basis);
  for (let plane = 0; plane < 4; plane++) {
    for (let half = 0; half < 2; half++) {
      for (let value = 0; value < 16; value++) {
        const moved = express(weight(value << (4 * half), distance(plane) + BLOCK));
        for (let out = 0; out < 4; out++) {
          target[16 * ((plane * 2 + half) * 4 + out) + value] = moved >>> (8 * out);
        }
      }
    }
  }
}

/** Gives a function that writes a 32-bit number as a sum (exclusive or) of the basis: bit i stands for member i. */
function inBasis(basis: readonly number[]): (value: number) => number {
  const rows = basis.map((member, index) => ({ member, combination: 1 << index }));
  for (let bit = 0; bit < 32; bit++) {
    const mask = 1 << bit;
    const pivot = rows.findIndex(({ member }, index) => index >= bit && (member & mask) !== 0);
    const chosen = rows[pivot];
    const displaced = rows[bit];
    if (chosen === undefined || displaced === undefined) throw new RangeError('no basis');
    rows[pivot] = displaced;
    rows[bit] = chosen;
    for (const row of rows) {
      if (row === chosen || (row.member & mask) === 0) continue;
      row.member ^= chosen.member;
      row.combination ^= chosen.combination;
    }
  }
  return (value) =>
    rows.reduce(
      (sum, { member, combination }) => ((value & member) !== 0 ? sum ^ combination : sum),
      0,
    );
}

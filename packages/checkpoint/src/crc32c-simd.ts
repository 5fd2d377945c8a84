import { KERNEL, KERNEL_CAPACITY, KERNEL_REST, KERNEL_STEP } from './crc32c-kernel.ts';
import { crcTables, updateCrc } from './crc32c-scalar.ts';

/** Advances the inner state of the checksum over bytes. */
export type CrcUpdate = (state: number, bytes: Uint8Array) => number;

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
  let crc = state;
  let done = 0;
  while (input.length - done > KERNEL_REST + KERNEL_STEP) {
    const length = Math.min(KERNEL_CAPACITY, input.length - done);
    memory.set(input.subarray(done, done + length));
    // The state of the checksum so far is the same as these bytes in front of a new one.
    for (let index = 0; index < 4; index++) {
      memory[index] = (memory[index] ?? 0) ^ (crc >>> (8 * index));
    }
    const folded = length - KERNEL_REST;
    const rest = folded - (folded % KERNEL_STEP);
    fold(0, rest);
    crc = updateCrc(tables, 0, memory.subarray(rest, length));
    done += length;
  }
  return updateCrc(tables, crc, input.subarray(done));
}

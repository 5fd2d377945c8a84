import { allocate, type WasmBackend } from './wasm-backend.ts';

/** Bytes of a line of the cache: vectors that straddle two lines take twice as long to load. */
const LINE = 64;

/** The next address at which no vector straddles two lines of the cache. */
export function aligned(address: number): number {
  return Math.ceil(address / LINE) * LINE;
}

/** Bytes to reserve so that so many follow the aligned address. */
export function alignedBytes(bytes: number): number {
  return bytes + LINE;
}

/**
 * Runs `use` on reserved memory of a backend, then frees it.
 *
 * @param sizes Bytes of each part.
 */
export function withScratch<K extends string, T>(
  backend: WasmBackend,
  sizes: Readonly<Record<K, number>>,
  use: (places: Readonly<Record<K, number>>) => T,
): T {
  const parts = Object.entries<number>(sizes);
  const total = parts.reduce((sum, [, bytes]) => sum + aligned(bytes), 0);
  const address = allocate(backend, alignedBytes(total));
  let next = aligned(address);
  const places = parts.map(([name, bytes]) => {
    const place = [name, next] as const;
    next += aligned(bytes);
    return place;
  });
  try {
    return use(Object.fromEntries(places) as Readonly<Record<K, number>>);
  } finally {
    backend.wasm._free(address);
  }
}

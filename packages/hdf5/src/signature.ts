import type { Pages } from './pages.ts';

/** The first eight bytes of a superblock. */
export const SIGNATURE: readonly number[] = [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a];

/** True when bytes start with the signature of HDF5; a file with a user block has it further on. */
export function hasH5Signature(bytes: Uint8Array): boolean {
  return SIGNATURE.every((byte, i) => bytes[i] === byte);
}

/** Finds the superblock at 0, 512, 1024, 2048 …; `undefined` when there is none. */
export async function findSuperblock(pages: Pages): Promise<number | undefined> {
  const { byteLength } = pages.source;
  for (let at = 0; at + SIGNATURE.length <= byteLength; at = at === 0 ? 512 : at * 2) {
    if (hasH5Signature(await pages.read(at, at + SIGNATURE.length))) return at;
  }
  return undefined;
}

import { type ByteSource, MalformedError, type ReadOptions } from '@km/core';

const HEAD = 'version https://git-lfs.github.com/spec/';

/** Longest pointer file, by the specification of Git LFS. */
const MAX_POINTER_BYTES = 1024;

/**
 * Refuses the bytes of a pointer of Git LFS, which stands in the place of a file that was not downloaded.
 * @throws MalformedError that says so.
 */
export function refuseLfsBytes(head: Uint8Array, name: string): void {
  const text = new TextDecoder().decode(head.subarray(0, HEAD.length));
  if (text !== HEAD) return;
  throw new MalformedError(
    `${name} is a Git LFS pointer, not the file itself; download it with "git lfs pull".`,
    { source: name },
  );
}

/** Refuses a file that is a pointer of Git LFS. @throws MalformedError that says so. */
export async function refuseLfsPointer(source: ByteSource, options?: ReadOptions): Promise<void> {
  if (source.byteLength < HEAD.length || source.byteLength > MAX_POINTER_BYTES) return;
  refuseLfsBytes(await source.read(0, HEAD.length, { signal: options?.signal }), source.name);
}

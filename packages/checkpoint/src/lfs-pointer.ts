import { type ByteSource, type ReadOptions, refuseGitLfsPointer } from '@km/core';

/** Longest pointer file, by the specification of Git LFS. */
const MAX_POINTER_BYTES = 1024;

/** Refuses a file that is a pointer of Git LFS. @throws MalformedError that says so. */
export async function refuseLfsPointer(source: ByteSource, options?: ReadOptions): Promise<void> {
  if (source.byteLength > MAX_POINTER_BYTES) return;
  const head = await source.read(0, source.byteLength, { signal: options?.signal });
  refuseGitLfsPointer(head, source.name);
}

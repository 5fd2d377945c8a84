import { MalformedError } from '@km/core';

const HEAD = 'version https://git-lfs.github.com/spec/';

/**
 * Refuses the bytes of a pointer of Git LFS, which stands in the place of a file that was not downloaded.
 * @throws MalformedError that says so.
 */
export function refuseLfsPointer(bytes: Uint8Array, name: string): void {
  if (new TextDecoder().decode(bytes.subarray(0, HEAD.length)) !== HEAD) return;
  throw new MalformedError(
    `${name} is a Git LFS pointer, not the file itself; download it with "git lfs pull".`,
    { source: name },
  );
}

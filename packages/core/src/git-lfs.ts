import { MalformedError } from './errors.ts';

const HEAD = 'version https://git-lfs.github.com/spec/';

/**
 * Refuses the first bytes of a pointer of Git LFS, which stands in the place of a file that was not downloaded.
 * @throws MalformedError that says so.
 */
export function refuseGitLfsPointer(head: Uint8Array, name: string): void {
  if (new TextDecoder().decode(head.subarray(0, HEAD.length)) !== HEAD) return;
  throw new MalformedError(
    `${name} is a Git LFS pointer, not the file itself; fetch it with "git lfs pull".`,
    { source: name, offset: 0 },
  );
}

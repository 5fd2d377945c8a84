import { type KmError, MalformedError, refuseGitLfsPointer, TruncatedError } from '@km/core';
import type { Pages } from './pages.ts';
import { SIGNATURE } from './signature.ts';

const OTHERS: readonly { readonly starts: readonly string[]; readonly what: string }[] = [
  {
    starts: ['PK\x03\x04', 'PK\x05\x06'],
    what: 'is a zip archive, not HDF5; if it is a model in the .keras format, load it as that, whatever its name',
  },
  {
    starts: ['<!doctype', '<html', '<?xml'],
    what: 'is a web page, not HDF5; the download returned an error or a login page',
  },
  { starts: ['\x1f\x8b'], what: 'is compressed with gzip; decompress it first' },
  { starts: ['\x93numpy'], what: 'is a NumPy array, not HDF5' },
  {
    starts: ['{', '['],
    what: 'is JSON, not HDF5; an architecture alone is read by model_from_json',
  },
  {
    starts: ['\x08\x01\x12'],
    what: 'looks like a saved_model.pb, not HDF5; load the directory that holds it',
  },
];

/** Makes the error of a file that is not HDF5, saying what it looks like. */
export async function notHdf5(pages: Pages): Promise<KmError> {
  const { byteLength, name } = pages.source;
  if (byteLength === 0) return new TruncatedError(`${name} is empty.`, { source: name, offset: 0 });
  const head = await pages.read(0, Math.min(byteLength, 64));
  refuseGitLfsPointer(head, name);
  const text = String.fromCharCode(...head)
    .trimStart()
    .toLowerCase();
  const found = OTHERS.find(({ starts }) =>
    starts.some((start) => text.startsWith(start.toLowerCase())),
  );
  if (found !== undefined)
    return new MalformedError(`${name} ${found.what}.`, { source: name, offset: 0 });
  if (SIGNATURE.every((byte, i) => i >= head.length || head[i] === byte)) {
    return new TruncatedError(`${name} ends within the signature of HDF5.`, {
      source: name,
      offset: byteLength,
    });
  }
  return new MalformedError(
    `${name} is not an HDF5 file: its signature is missing; check that the path and the download are right.`,
    { source: name, offset: 0 },
  );
}

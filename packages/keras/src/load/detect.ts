import {
  type ByteSource,
  MalformedError,
  NotFoundError,
  type ReadOptions,
  refuseGitLfsPointer,
} from '@km/core';
import type { Place } from '../paths/platform.ts';

/** What lies at a place, told by its content and never by its name. */
export type Detected =
  | { readonly kind: 'h5' | 'zip'; readonly source: ByteSource }
  | { readonly kind: 'saved-model' }
  | { readonly kind: 'checkpoint'; readonly prefix: string }
  | { readonly kind: 'json'; readonly source: ByteSource };

const HDF5 = [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a];
const ZIP = [0x50, 0x4b, 0x03, 0x04];

/** Places of the HDF5 signature: at the start, or after a user block of 512, 1024, … bytes. */
const USER_BLOCKS = [0, 512, 1024, 2048, 4096, 8192];

/**
 * Finds out what lies at a place.
 * @throws NotFoundError when nothing is there; MalformedError for content that is no model, saying what it is.
 */
export async function detect(place: Place, options?: ReadOptions): Promise<Detected> {
  const { store, path } = place;
  const source = path === '' ? undefined : await store.open(path, options);
  if (source !== undefined) return detectFile(source, options);
  const folder = path === '' ? '' : `${path.replace(/\/$/, '')}/`;
  for (const name of ['saved_model.pb', 'saved_model.pbtxt']) {
    if ((await store.open(`${folder}${name}`, options)) !== undefined)
      return { kind: 'saved-model' };
  }
  const prefix = path.replace(/\.(index|data-\d+-of-\d+)$/, '');
  if (prefix !== '' && (await store.open(`${prefix}.index`, options)) !== undefined) {
    return { kind: 'checkpoint', prefix };
  }
  throw new NotFoundError(
    `Nothing to load at ${place.shown}: there is no such file, no ${place.shown}/saved_model.pb and no ${place.shown}.index.`,
    { source: place.shown },
  );
}

async function detectFile(source: ByteSource, options?: ReadOptions): Promise<Detected> {
  const head = await source.read(0, Math.min(source.byteLength, 64), options);
  if (startsWith(head, ZIP)) return { kind: 'zip', source };
  for (const at of USER_BLOCKS) {
    if (at + HDF5.length > source.byteLength) break;
    const bytes = at === 0 ? head : await source.read(at, at + HDF5.length, options);
    if (startsWith(bytes, HDF5)) return { kind: 'h5', source };
  }
  refuseGitLfsPointer(head, source.name);
  const text = new TextDecoder('latin1').decode(head);
  if (/^\s*\{/.test(text)) return { kind: 'json', source };
  throw new MalformedError(`${source.name} ${describe(text, source.byteLength)}`, {
    source: source.name,
  });
}

function describe(text: string, byteLength: number): string {
  if (byteLength === 0) return 'is empty: the download or copy failed.';
  if (/^\s*<(!doctype|html|\?xml)/i.test(text)) return 'is a web page, not a model: check the URL.';
  return 'is no HDF5 file, no .keras archive and no JSON: it is damaged, or not a Keras model. Pass a SavedModel as its directory.';
}

function startsWith(bytes: Uint8Array, signature: readonly number[]): boolean {
  return signature.every((byte, i) => bytes[i] === byte);
}

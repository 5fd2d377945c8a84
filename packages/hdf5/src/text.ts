import { malformed, type Named } from './errors.ts';

/** Decodes UTF-8, of which ASCII is a part. */
export function decodeText(file: Named, bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw malformed(file, 'a text is not UTF-8');
  }
}

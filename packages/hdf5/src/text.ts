import { type H5Context, malformed } from './context.ts';

/** Decodes UTF-8, of which ASCII is a part. */
export function decodeText(context: H5Context, bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw malformed(context, `a text is not UTF-8 (${(cause as Error).name})`);
  }
}

const decoder = new TextDecoder('latin1');

/** Text with a character for each byte, as a key of maps. */
export function textOf(bytes: Uint8Array): string {
  return decoder.decode(bytes);
}

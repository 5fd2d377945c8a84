/** Escapes control characters, which could make a terminal do things; those in `kept` stay. */
export function printable(text: string, kept = ''): string {
  let result = '';
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    const isControl = code < 0x20 || (code >= 0x7f && code < 0xa0) || isDirection(code);
    result += isControl && !kept.includes(character) ? escaped(code) : character;
  }
  return result;
}

/** Marks that turn the direction of text, and so can make it look like other text. */
function isDirection(code: number): boolean {
  return (code >= 0x202a && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069);
}

function escaped(code: number): string {
  return code < 0x100
    ? `\\x${code.toString(16).padStart(2, '0')}`
    : `\\u${code.toString(16).padStart(4, '0')}`;
}

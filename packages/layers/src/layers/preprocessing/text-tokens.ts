/** How texts are made alike before they are split; null leaves them as they are. */
export type Standardize =
  | 'lower_and_strip_punctuation'
  | 'lower'
  | 'strip_punctuation'
  | ((text: string) => string)
  | null;
/** How texts become tokens; null keeps each text as one token. */
export type Split = 'whitespace' | 'character' | ((text: string) => readonly string[]) | null;

const PUNCTUATION = /[!"#$%&()*+,\-./:;<=>?@[\\\]^_`{|}~']/g;
const WHITESPACE = /[ \t\n\v\f\r]+/;

/** Makes texts alike: lower case (of ASCII letters, as TensorFlow does) and no punctuation. */
export function standardizeText(text: string, how: Standardize): string {
  if (typeof how === 'function') return how(text);
  if (how === null) return text;
  const lower = how === 'strip_punctuation' ? text : lowerCase(text);
  return how === 'lower' ? lower : lower.replaceAll(PUNCTUATION, '');
}

const lowerCase = (text: string): string =>
  text.replaceAll(/[A-Z]+/g, (letters) => letters.toLowerCase());

/** Splits a text into tokens. */
export function splitText(text: string, how: Split): readonly string[] {
  if (typeof how === 'function') return how(text);
  if (how === null) return [text];
  if (how === 'character') return [...text];
  return text.split(WHITESPACE).filter((token) => token !== '');
}

/** Joins neighbouring tokens to groups of each of the given widths. */
export function groupTokens(tokens: readonly string[], widths: readonly number[]): string[] {
  return widths.flatMap((width) =>
    Array.from({ length: Math.max(tokens.length - width + 1, 0) }, (_, i) =>
      tokens.slice(i, i + width).join(' '),
    ),
  );
}

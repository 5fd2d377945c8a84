import { MalformedError } from '@km/core';

const SPACE = /(?:[ \t\r\n\f\v]|#[^\n]*)*/y;
const NAME = /[A-Za-z_][A-Za-z0-9_]*/y;
const EXTENSION = /\[[A-Za-z0-9_./\s]*\]/y;
const NUMBER = /-?\s*(?:0[xX][0-9a-fA-F]+|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?[fF]?)/y;
const QUOTED = /"(?:[^"\\\n]|\\[\s\S])*"|'(?:[^'\\\n]|\\[\s\S])*'/y;

/** Reads the tokens of protobuf's text format one after the other. */
export class TextReader {
  readonly text: string;
  /** File that the text comes from, for messages. */
  readonly name: string;
  #position = 0;

  constructor(text: string, name: string) {
    this.text = text;
    this.name = name;
    this.#match(SPACE);
  }

  /** True when nothing is left. */
  get isAtEnd(): boolean {
    return this.#position >= this.text.length;
  }

  /** Takes a punctuation mark when it comes next. */
  accept(mark: string): boolean {
    if (this.text[this.#position] !== mark) return false;
    this.#position += 1;
    this.#match(SPACE);
    return true;
  }

  /** Takes a punctuation mark. @throws MalformedError when another character stands there. */
  expect(mark: string): void {
    if (!this.accept(mark)) throw this.error(`"${mark}"`);
  }

  /** True when a punctuation mark comes next. */
  startsWith(mark: string): boolean {
    return this.text[this.#position] === mark;
  }

  /** Takes a name: of a field, an enum value, or a word like `true` and `inf`. */
  takeName(): string | undefined {
    return this.#token(NAME);
  }

  /** Takes the name of an extension, or of the type of an Any: `[type.googleapis.com/…]`. */
  takeExtension(): string | undefined {
    return this.#token(EXTENSION);
  }

  /** Takes a number as it stands, without spaces. */
  takeNumber(): string | undefined {
    return this.#token(NUMBER)?.replaceAll(/\s/g, '');
  }

  /** Takes strings that stand one after the other, with their quotes. */
  takeQuoted(): readonly string[] {
    const parts: string[] = [];
    for (let part = this.#token(QUOTED); part !== undefined; part = this.#token(QUOTED)) {
      parts.push(part);
    }
    return parts;
  }

  /** Makes the error that something else stands here. */
  error(expected: string): MalformedError {
    const line = this.text.slice(0, this.#position).split('\n').length;
    return new MalformedError(
      `${this.name}, line ${line}: expected ${expected}; the file is damaged or no SavedModel in text form.`,
      { source: this.name, offset: this.#position },
    );
  }

  #token(pattern: RegExp): string | undefined {
    const token = this.#match(pattern);
    if (token === undefined || token === '') return undefined;
    this.#match(SPACE);
    return token;
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#position;
    const token = pattern.exec(this.text)?.[0];
    if (token !== undefined) this.#position += token.length;
    return token;
  }
}

import { MalformedError, UnsupportedError } from '@km/core';

/** Longest pattern that is compiled; patterns seen have some hundred characters. */
const MAX_PATTERN = 10_000;

/** What RE2 writes differently from JavaScript. */
const TRANSLATIONS: readonly (readonly [RegExp, string])[] = [
  [/^\\A/, '^'],
  [/^\\z/, '$'],
  [/^\\C/, '[\\s\\S]'],
  [/^\\a/, '\\x07'],
  [/^\\x\{([0-9A-Fa-f]+)\}/, '\\u{$1}'],
  [/^\\p([A-Z])/, '\\p{$1}'],
  [/^\\P([A-Z])/, '\\P{$1}'],
  [/^\(\?P</, '(?<'],
];

const CLASSES: ReadonlyMap<string, string> = new Map([
  ['alnum', '0-9A-Za-z'],
  ['alpha', 'A-Za-z'],
  ['ascii', '\\x00-\\x7f'],
  ['blank', '\\t '],
  ['cntrl', '\\x00-\\x1f\\x7f'],
  ['digit', '0-9'],
  ['graph', '!-~'],
  ['lower', 'a-z'],
  ['print', ' -~'],
  ['punct', '!-\\/:-@\\[-`\\{-~'],
  ['space', '\\t\\n\\v\\f\\r '],
  ['upper', 'A-Z'],
  ['word', '0-9A-Za-z_'],
  ['xdigit', '0-9A-Fa-f'],
]);

/** Characters that JavaScript lets be escaped in patterns of Unicode characters. */
const SYNTAX = /[$()*+./?[\\\]^{|}-]/;

/** Splits a pattern of RE2 into what it says and the flags at its start. */
class Translator {
  readonly #pattern: string;
  #at = 0;
  #inClass = false;
  #classStart = -1;

  constructor(pattern: string) {
    this.#pattern = pattern;
  }

  translate(): string {
    let result = '';
    while (this.#at < this.#pattern.length) result += this.#next();
    return result;
  }

  #next(): string {
    const rest = this.#pattern.slice(this.#at);
    for (const [form, replacement] of TRANSLATIONS) {
      const found = form.exec(rest);
      if (found === null || (this.#inClass && /A|z|\(/.test(form.source.slice(-2)))) continue;
      return this.#take(found[0].length, found[0].replace(form, replacement));
    }
    if (rest.startsWith('\\Q')) return this.#quoted(rest);
    if (rest.startsWith('\\')) return this.#escaped(rest);
    if (this.#inClass) return this.#insideClass(rest);
    if (rest.startsWith('[')) {
      const head = /^\[\^?/.exec(rest)?.[0] ?? '[';
      this.#inClass = true;
      this.#classStart = this.#at + head.length;
      return this.#take(head.length, head);
    }
    // An end brace or bracket alone stands for itself in RE2.
    if (rest.startsWith(']')) return this.#take(1, '\\]');
    if (rest.startsWith('{') && !/^\{\d+(,\d*)?\}/.test(rest)) return this.#take(1, '\\{');
    const repeat = /^\{\d+(,\d*)?\}/.exec(rest)?.[0];
    if (repeat !== undefined) return this.#take(repeat.length, repeat);
    return rest.startsWith('}') ? this.#take(1, '\\}') : this.#take(1, rest.slice(0, 1));
  }

  #insideClass(rest: string): string {
    const named = /^\[:(\^?)(\w+):\]/.exec(rest);
    const members = named === null ? undefined : CLASSES.get(named[2] ?? '');
    if (named !== null && members !== undefined) {
      if (named[1] === '^') throw new UnsupportedError(`The class ${named[0]} is not supported.`);
      return this.#take(named[0].length, members);
    }
    if (rest.startsWith(']') && this.#at > this.#classStart) {
      this.#inClass = false;
      return this.#take(1, ']');
    }
    if (rest.startsWith('[') || rest.startsWith(']')) return this.#take(1, `\\${rest.slice(0, 1)}`);
    return this.#take(1, rest.slice(0, 1));
  }

  #quoted(rest: string): string {
    const end = rest.indexOf('\\E');
    const text = rest.slice(2, end < 0 ? undefined : end);
    return this.#take(
      end < 0 ? rest.length : end + 2,
      text.replace(/[$()*+./?[\\\]^{|}-]/g, '\\$&'),
    );
  }

  #escaped(rest: string): string {
    const next = rest.slice(1, 2);
    if (/\w/.test(next) || SYNTAX.test(next)) return this.#take(2, rest.slice(0, 2));
    // RE2 lets every punctuation mark be escaped, JavaScript only those of its syntax.
    const point = next.codePointAt(0) ?? 0;
    return this.#take(2, point < 128 ? `\\x${point.toString(16).padStart(2, '0')}` : next);
  }

  #take(count: number, result: string): string {
    this.#at += count;
    return result;
  }
}

/**
 * Compiles a pattern of RE2, the regular expressions of TensorFlow.
 * @param whole True for a pattern that has to match a text from its start to its end.
 * @throws MalformedError for patterns that are none, UnsupportedError for long ones.
 */
export function compilePattern(pattern: string, flags: string, whole = false): RegExp {
  if (pattern.length > MAX_PATTERN) {
    throw new UnsupportedError(
      `A pattern of ${pattern.length} characters; at most ${MAX_PATTERN} are read.`,
    );
  }
  const options = /^\(\?([imsU]+)\)/.exec(pattern);
  const body = pattern.slice(options?.[0].length ?? 0);
  const given = options?.[1] ?? '';
  if (given.includes('U')) {
    throw new UnsupportedError('Patterns with swapped greediness (?U) are not supported.');
  }
  const own = [...'ims'].filter((flag) => given.includes(flag)).join('');
  const translated = new Translator(body).translate();
  try {
    return new RegExp(whole ? `^(?:${translated})$` : translated, `u${own}${flags}`);
  } catch (error) {
    throw new MalformedError(`The pattern ${JSON.stringify(pattern)} is not understood.`, {
      cause: error,
    });
  }
}

/** Turns the rewrite of RE2, in which `\1` is the first group, into a function of a match. */
export function rewriter(rewrite: string): (match: readonly (string | undefined)[]) => string {
  return (match) =>
    rewrite.replace(/\\(\d|\\)/g, (_, digit: string) =>
      digit === '\\' ? '\\' : (match[Number(digit)] ?? ''),
    );
}

import type { Token } from './host-values.ts';

/** Counts tokens, and the documents (rows) that hold each. */
export class TokenCounts {
  readonly #tokens: Map<Token, number> = new Map();
  readonly #documents: Map<Token, number> = new Map();
  /** Number of documents seen. */
  documents: number = 0;

  /** Takes in the tokens of one document. */
  add(document: readonly Token[]): void {
    for (const token of document) this.#tokens.set(token, (this.#tokens.get(token) ?? 0) + 1);
    for (const token of new Set(document)) {
      this.#documents.set(token, (this.#documents.get(token) ?? 0) + 1);
    }
    this.documents += 1;
  }

  /** True if nothing was counted. */
  get empty(): boolean {
    return this.#tokens.size === 0;
  }

  clear(): void {
    this.#tokens.clear();
    this.#documents.clear();
    this.documents = 0;
  }

  /** Returns the tokens by falling count, those of equal count in falling order, without the given ones. */
  ranked(without: ReadonlySet<Token | null>): Token[] {
    return [...this.#tokens]
      .filter(([token]) => !without.has(token))
      .sort(([a, n], [b, m]) => m - n || compare(b, a))
      .map(([token]) => token);
  }

  /** Returns the inverse document frequency of a token. */
  inverseFrequency(token: Token): number {
    return Math.log(1 + this.documents / (1 + (this.#documents.get(token) ?? 0)));
  }
}

/** Orders numbers by value and texts by code points, as TensorFlow orders bytes. */
function compare(a: Token, b: Token): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  const [left, right] = [[...String(a)], [...String(b)]];
  for (let i = 0; i < Math.min(left.length, right.length); i++) {
    const order = (left[i]?.codePointAt(0) ?? 0) - (right[i]?.codePointAt(0) ?? 0);
    if (order !== 0) return order;
  }
  return left.length - right.length;
}

import { HostTensor } from '../executor/host-tensor.ts';
import type { OpBuilder, OpFamily } from '../executor/op-node.ts';
import { bytesOf, shapeOf, type Value } from '../executor/values.ts';
import { inputAt } from './define.ts';
import { compilePattern, rewriter } from './host/regex.ts';
import { decodeText, encodeText, hostStrings } from './host/text.ts';

/** Makes the op of a function of one string. */
export function mapping(change: (text: Uint8Array) => Uint8Array): OpBuilder {
  return () => (inputs) => {
    const x = inputAt(inputs, 0);
    return hostStrings(shapeOf(x), bytesOf(x).map(change));
  };
}

/** Replaces what a pattern matches, everywhere or once. */
function replaceMatches(text: Uint8Array, pattern: RegExp, rewrite: string): Uint8Array {
  const write = rewriter(rewrite);
  return encodeText(
    decodeText(text).replace(pattern, (...match: (string | undefined)[]) => write(match)),
  );
}

/** Ops of regular expressions. */
export const patternOps: OpFamily = {
  StaticRegexReplace: (node) => {
    const { attrs } = node;
    const pattern = compilePattern(
      attrs.string('pattern'),
      attrs.bool('replace_global') ? 'g' : '',
    );
    const rewrite = attrs.string('rewrite');
    return mapping((text) => replaceMatches(text, pattern, rewrite))(node);
  },
  RegexReplace: ({ attrs }) => {
    const flags = attrs.bool('replace_global') ? 'g' : '';
    return (inputs) => {
      const [pattern, rewrite] = inputs
        .slice(1)
        .map((input) => decodeText(bytesOf(input)[0] ?? new Uint8Array()));
      const compiled = compilePattern(pattern ?? '', flags);
      const x = inputAt(inputs, 0);
      const data = bytesOf(x).map((text) => replaceMatches(text, compiled, rewrite ?? ''));
      return hostStrings(shapeOf(x), data);
    };
  },
  StaticRegexFullMatch: ({ attrs }) => {
    const pattern = compilePattern(attrs.string('pattern'), '', true);
    return (inputs) => matches(inputAt(inputs, 0), pattern);
  },
  RegexFullMatch: () => (inputs) => {
    const pattern = decodeText(bytesOf(inputAt(inputs, 1))[0] ?? new Uint8Array());
    return matches(inputAt(inputs, 0), compilePattern(pattern, '', true));
  },
};

function matches(x: Value, pattern: RegExp): HostTensor {
  const data = bytesOf(x).map((text) => (pattern.test(decodeText(text)) ? 1 : 0));
  return new HostTensor('bool', shapeOf(x), data);
}

/**
 * Gives namespaces of declarations their values back: `complete-types.mjs` in the folder of a package that is built. A name that is both a
 * constant and a type comes out of the bundler of declarations as a type alone where it is exported within a namespace.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** Moves such names from the types of a namespace to its values. */
function completed(text) {
  const values = new Map();
  const declared = text.replaceAll(/^type ([\w$]+) = ([\w$]+);\n/gm, (line, alias, name) => {
    const isConstant = new RegExp(`^declare const ${escaped(name)}: `, 'm').test(text);
    const isComplete = text.includes(`declare const ${alias}: typeof ${name};`);
    if (!isConstant || isComplete) return line;
    values.set(alias, name);
    return `${line}declare const ${alias}: typeof ${name};\n`;
  });
  return declared.replaceAll(
    /^ {2}export \{ (.*) \};\n {2}export type \{ (.*) \};$/gm,
    (_, constants, types) => {
      const isValue = (name) => values.has(name.split(' ')[0]);
      const names = types.split(', ');
      const all = [constants, ...names.filter(isValue)].join(', ');
      const rest = names.filter((name) => !isValue(name)).join(', ');
      return `  export { ${all} };\n  export type { ${rest} };`;
    },
  );
}

const escaped = (name) => name.replaceAll('$', '\\$');

const folder = path.resolve('dist');
for (const name of readdirSync(folder).filter((file) => /\.d\.c?ts$/.test(file))) {
  const file = path.join(folder, name);
  writeFileSync(file, completed(readFileSync(file, 'utf8')));
}

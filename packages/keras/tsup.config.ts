import { defineConfig } from 'tsup';
import { base, forNode } from '../../tsup.base.ts';

export default defineConfig([
  { ...base, entry: ['src/index.ts'] },
  { ...base, entry: ['src/node.ts'], format: ['cjs'], clean: false },
  { ...forNode(['src/node.ts']), dts: true },
]);

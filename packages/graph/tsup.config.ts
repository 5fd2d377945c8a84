import { defineConfig } from 'tsup';
import { base, forNode } from '../../tsup.base.ts';

export default defineConfig([
  { ...base, entry: ['src/index.ts'] },
  forNode({ node: 'src/index.ts' }),
]);

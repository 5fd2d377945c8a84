import { defineConfig } from 'tsup';
import { base, forNode } from '../../tsup.base.ts';

export default defineConfig([
  {
    ...base,
    entry: ['src/index.ts'],
    external: [...(base.external ?? []), /^@tensorflow\//],
  },
  forNode({ node: 'src/index.ts' }),
]);

import { defineConfig } from 'tsup';
import { base } from '../../tsup.base.ts';

export default defineConfig({
  ...base,
  entry: ['src/index.ts', 'src/fingerprint64.ts', 'src/node.ts', 'src/tensor-proto.ts'],
});

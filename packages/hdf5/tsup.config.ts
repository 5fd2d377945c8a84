import { defineConfig } from 'tsup';
import { base } from '../../tsup.base.ts';

const { splitting: _, ...shared } = base;

// tsup then splits the ES modules, so that what Keras's own files do not need (dense groups, filters, h5wasm) is loaded
// when a file needs it; the CommonJS files stay whole, as splitting them would turn import() into require().
export default defineConfig({ ...shared, entry: ['src/index.ts', 'src/node.ts'] });

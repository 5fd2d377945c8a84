import { defineConfig } from 'tsup';
import { base } from '../../tsup.base.ts';

const generated = [
  'checkpoint',
  'event',
  'example',
  'fingerprint',
  'keras-metadata',
  'saved-model',
] as const;

function entries(extension: string): Record<string, string> {
  return {
    index: 'src/index.ts',
    ...Object.fromEntries(generated.map((name) => [name, `src/generated/${name}${extension}`])),
  };
}

export default defineConfig({ ...base, entry: entries('.js'), dts: { entry: entries('.d.ts') } });

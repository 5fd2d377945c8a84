/** What each package may import, as drawn in docs/architecture.md §1; `optional` libraries are loaded when touched. */
export const arrows = {
  core: { packages: [], libraries: ['@zip.js/zip.js'] },
  proto: { packages: [], libraries: ['protobufjs'] },
  'keras-config': { packages: ['core'], libraries: [] },
  hdf5: { packages: ['core'], libraries: ['h5wasm'] },
  checkpoint: { packages: ['core', 'proto'], libraries: [] },
  savedmodel: { packages: ['core', 'proto', 'checkpoint'], libraries: [] },
  graph: { packages: ['core', 'proto'], libraries: ['@tensorflow/tfjs-core'] },
  layers: { packages: ['core', 'keras-config', 'graph'], libraries: ['@tensorflow/tfjs-core'] },
  keras: {
    packages: [
      'core',
      'proto',
      'keras-config',
      'hdf5',
      'checkpoint',
      'savedmodel',
      'graph',
      'layers',
    ],
    libraries: [
      '@tensorflow/tfjs-core',
      '@tensorflow/tfjs-backend-cpu',
      '@tensorflow/tfjs-backend-wasm',
    ],
  },
  cli: {
    packages: [
      'core',
      'proto',
      'keras-config',
      'hdf5',
      'checkpoint',
      'savedmodel',
      'graph',
      'layers',
      'keras',
    ],
    libraries: [
      '@tensorflow/tfjs-core',
      '@zip.js/zip.js',
      'commander',
      'cli-progress',
      'cli-table3',
    ],
  },
  'test-utils': { packages: ['core'], libraries: [] },
};

/** Packages whose every source file may import `node:` modules. */
export const nodeOnly = new Set(['cli', 'test-utils']);

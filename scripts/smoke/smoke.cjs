/** Loads with CommonJS what was saved, and recognises errors of either copy of the packages. */
const { mkdtempSync, rmSync } = require('node:fs');
const { tmpdir } = require('node:os');
const path = require('node:path');
const { isKmError } = require('@km/core');
const { layers, models, ready, Sequential } = require('@km/keras');

async function main() {
  await ready();
  const folder = mkdtempSync(path.join(tmpdir(), 'km-smoke-'));
  try {
    const model = new Sequential([new layers.Dense({ units: 5, input_shape: [3] })]);
    const file = path.join(folder, 'model.h5');
    await model.save(file);
    const loaded = await models.load_model(file);
    if (loaded.count_params() !== 20) throw new Error('weights are missing');
    const error = await models.load_model(path.join(folder, 'none.h5')).catch((caught) => caught);
    if (!isKmError(error, 'KM_NOT_FOUND')) throw error;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});

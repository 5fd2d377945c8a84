/** Saves a model and prints the digest of its description: run by itself, to compare processes. */
import { createHash } from 'node:crypto';
import { memoryStore } from '@km/core';
import { Input, layers, Model, ready } from '@km/keras';

await ready();
const inputs = Input({ shape: [3], name: 'x' });
const hidden = new layers.Dense({ units: 4, activation: 'relu' }).apply(inputs);
const model = new Model({ inputs, outputs: new layers.Dense({ units: 2 }).apply(hidden) });
model.compile({ optimizer: 'adam', loss: 'mse' });
const store = memoryStore();
await model.save({ store, path: 'm' }, { save_format: 'tf' });
const description = store.objects.get('m/saved_model.pb') ?? new Uint8Array();
process.stdout.write(`${createHash('sha256').update(description).digest('hex')}\n`);

import { register } from '@km/layers';
import * as tf from '@tensorflow/tfjs-core';
import { ready } from './ready.ts';

/** Prepares the runtime unless the program has done so, and keeps the backend that it chose. */
export async function prepare(): Promise<void> {
  if ((tf.engine().backendName ?? '') === '') await ready();
  else register();
}

export * as keras from './keras.ts';

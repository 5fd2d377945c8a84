export * as models from './models.ts';

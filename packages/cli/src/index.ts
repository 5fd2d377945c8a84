export { EXIT_CODES } from './exit-code.ts';
export type { CliIo, CliStream } from './io.ts';
export { run } from './run.ts';

#!/usr/bin/env node
import { run } from '@km/cli';

const interrupt = new AbortController();
// The second Ctrl-C ends the process as usual, should the first one hang.
process.once('SIGINT', () => interrupt.abort());
// The reader of a pipe may go early, as `head` does.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  process.exit(error.code === 'EPIPE' ? 0 : 1);
});
const { stdin, stdout, stderr } = process;
void run(process.argv.slice(2), { stdin, stdout, stderr, signal: interrupt.signal }).then(
  (exitCode) => {
    process.exitCode = exitCode;
  },
);

import { fieldOf, isKmError, messageOf } from '@km/core';
import type { CliStream } from './io.ts';
import { printable } from './text/printable.ts';
import { UsageError } from './usage-error.ts';

/** Prints an error as one message: code, what, where, what to do; with `debug` also where it was thrown. */
export function printError(error: unknown, stderr: CliStream, debug: boolean): void {
  stderr.write(`km: ${labelOf(error)}: ${printable(messageOf(error))}\n`);
  const place = placeOf(error);
  if (place !== '') stderr.write(`    at ${printable(place)}\n`);
  if (debug) stderr.write(`${printable(stackOf(error), '\n')}\n`);
}

function labelOf(error: unknown): string {
  if (error instanceof UsageError) return 'usage';
  if (isKmError(error)) return error.code;
  return fieldOf(error, 'name') ?? 'error';
}

/** Where the failure is, as far as the message does not say so itself. */
function placeOf(error: unknown): string {
  if (!isKmError(error)) return '';
  const { source, path, offset, message } = error;
  const parts: string[] = [];
  if (source !== undefined && !message.includes(source)) parts.push(source);
  if (path !== undefined && !message.includes(path)) parts.push(path);
  if (offset !== undefined && !message.includes(String(offset))) parts.push(`byte ${offset}`);
  return parts.join(', ');
}

function stackOf(error: unknown): string {
  const stack = fieldOf(error, 'stack') ?? '';
  const cause: unknown = error instanceof Error ? error.cause : undefined;
  return cause === undefined ? stack : `${stack}\ncaused by: ${stackOf(cause) || messageOf(cause)}`;
}

import {
  type KmErrorOptions,
  LimitError,
  MalformedError,
  NotFoundError,
  UnsupportedError,
} from '@km/core';

/** The file that an error is about. */
export interface Named {
  readonly name: string;
}

/** Where in the file: an address, or the path of a group or dataset. */
export type Where = number | string | undefined;

function optionsOf({ name }: Named, where: Where): KmErrorOptions {
  if (where === undefined) return { source: name };
  return typeof where === 'number'
    ? { source: name, offset: where }
    : { source: name, path: where };
}

/** Makes the error of a structure that breaks the format. */
export function malformed(file: Named, what: string, where?: Where): MalformedError {
  const at = typeof where === 'number' ? ` at address ${where}` : '';
  const text = `${file.name}: ${what}${at}; the file is damaged or was not written by HDF5.`;
  return new MalformedError(text, optionsOf(file, where));
}

/** Makes the error of a file that lacks something of Keras. */
export function incomplete(file: Named, what: string, where: string): MalformedError {
  const text = `${file.name}: ${where} ${what}; the file is incomplete.`;
  return new MalformedError(text, optionsOf(file, where));
}

/** Makes the error of a valid file that uses what is not read. */
export function unsupported(file: Named, what: string, where?: Where): UnsupportedError {
  return new UnsupportedError(`${file.name}: ${what}.`, optionsOf(file, where));
}

/** Makes the error of a file that asks for too much. */
export function tooLarge(file: Named, what: string, where?: Where): LimitError {
  const text = `${file.name}: ${what}; the file is damaged or hostile.`;
  return new LimitError(text, optionsOf(file, where));
}

/** Makes the error of a file that holds something else than asked for. */
export function notFound(file: Named, what: string): NotFoundError {
  return new NotFoundError(`${file.name}: ${what}.`, optionsOf(file, undefined));
}

/** A command line, or a file that it names, that does not fit the command or the model. */
export class UsageError extends Error {
  override readonly name: string = 'UsageError';
}

/** Options of the commands that run a model. */
export interface RuntimeOptions {
  /** File with an architecture, for a file that holds weights only. */
  readonly architecture?: string;
  /** Module that exports classes and functions by the names that the file has for them. */
  readonly customObjects?: string;
  /** tfjs backend. */
  readonly backend?: string;
}

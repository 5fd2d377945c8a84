declare module 'cli-progress' {
  /** What of the options is used. */
  interface BarOptions {
    readonly format: string;
    readonly stream: unknown;
    readonly hideCursor: boolean;
    readonly clearOnComplete: boolean;
    readonly gracefulExit: boolean;
  }

  /** One line with a bar. */
  interface Bar {
    start(total: number, value: number, payload: Readonly<Record<string, string>>): void;
    setTotal(total: number): void;
    update(value: number, payload: Readonly<Record<string, string>>): void;
    stop(): void;
  }

  const library: { readonly SingleBar: new (options: BarOptions) => Bar };
  export = library;
}

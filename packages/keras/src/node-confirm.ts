import { createInterface } from 'node:readline/promises';

/** Where a person is asked. */
export interface Terminal {
  readonly input: NodeJS.ReadableStream & { readonly isTTY?: boolean };
  readonly output: NodeJS.WritableStream & { readonly isTTY?: boolean };
}

/**
 * Asks a person a question until the answer is yes or no, as Keras does; the end of the input is a no. Gives `undefined`
 * when nobody sits at the terminal.
 */
export async function confirmAt(
  { input, output }: Terminal,
  question: string,
): Promise<boolean | undefined> {
  if (input.isTTY !== true || output.isTTY !== true) return undefined;
  const terminal = createInterface({ input, output });
  try {
    terminal.setPrompt(`${question} [y/n] `);
    terminal.prompt();
    for await (const line of terminal) {
      const answer = line.trim().toLowerCase();
      if (/^(y(es)?|no?)$/.test(answer)) return answer.startsWith('y');
      terminal.setPrompt('Enter "y" (overwrite) or "n" (cancel). ');
      terminal.prompt();
    }
    return false;
  } finally {
    terminal.close();
  }
}

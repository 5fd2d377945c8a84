import { type ArgumentNames, checkKnown } from '../known-arguments.ts';
import type { Logs } from '../training/types.ts';
import { Callback } from './callback.ts';

/** Arguments of `RemoteMonitor`. */
export interface RemoteMonitorConfig {
  /** Address of the server. */
  readonly root?: string;
  /** Path to which results go. */
  readonly path?: string;
  /** Field of the form that holds the results as JSON. */
  readonly field?: string;
  readonly headers?: Readonly<Record<string, string>> | null;
  /** True: the results are the body, as JSON, and not a field of a form. */
  readonly send_as_json?: boolean;
}

const ARGUMENTS: ArgumentNames<RemoteMonitorConfig> = {
  root: true,
  path: true,
  field: true,
  headers: true,
  send_as_json: true,
};

/** Sends the results of each epoch to a server by POST; a server that cannot be reached is a warning. */
export class RemoteMonitor extends Callback {
  readonly root: string;
  readonly path: string;
  readonly field: string;
  readonly headers: Readonly<Record<string, string>> | null;
  readonly send_as_json: boolean;

  constructor(config: RemoteMonitorConfig = {}) {
    super();
    checkKnown('RemoteMonitor', config, ARGUMENTS);
    this.root = config.root ?? 'http://localhost:9000';
    this.path = config.path ?? '/publish/epoch/end/';
    this.field = config.field ?? 'data';
    this.headers = config.headers ?? null;
    this.send_as_json = config.send_as_json ?? false;
  }

  override async on_epoch_end(epoch: number, logs: Logs): Promise<void> {
    const results = JSON.stringify({ epoch, ...logs });
    const { headers } = this;
    const body = this.send_as_json ? results : new URLSearchParams([[this.field, results]]);
    const type = this.send_as_json ? { 'Content-Type': 'application/json' } : {};
    try {
      await fetch(this.root + this.path, {
        method: 'POST',
        headers: { ...type, ...headers },
        body,
      });
    } catch (error) {
      console.warn(
        `Could not reach the server of RemoteMonitor at ${this.root}: ${error instanceof Error ? error.message : String(error)}`,
      );
    }
  }
}

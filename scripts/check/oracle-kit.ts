import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import type { MatrixRow } from './oracle-rows.ts';

/** The scripts that ask one version of TensorFlow. */
export interface Kit {
  readonly version: string;
  /** Path of `km_oracle.py`. */
  readonly script: string;
  readonly python: string;
}

/** Environment of all runs of Python. */
export const PYTHON_ENVIRONMENT: NodeJS.ProcessEnv = {
  ...process.env,
  TF_ENABLE_ONEDNN_OPTS: '0',
  TF_CPP_MIN_LOG_LEVEL: '3',
  CUDA_VISIBLE_DEVICES: '-1',
};

/** The kit of a version. KM_ORACLE says where `km_oracle.py` lies, KM_ORACLE_HOME where the environments are. */
export function kitOf(version: string): Kit {
  const folder = process.env.KM_ORACLE;
  if (folder === undefined) throw new Error('KM_ORACLE must name the folder of km_oracle.py.');
  return { version, script: path.join(folder, 'km_oracle.py'), python: pythonOf(version) };
}

/** The Python that has a version of TensorFlow. */
export function pythonOf(version: string): string {
  const home = process.env.KM_ORACLE_HOME ?? path.join(homedir(), '.cache', 'km-oracle');
  const python = path.join(home, `tf-${version}`, 'bin', 'python');
  if (existsSync(python)) return python;
  throw new Error(`${python} does not exist: run the kit's setup.sh ${version}.`);
}

/** What a run of Python printed. */
export interface PythonRun {
  readonly output: string;
  readonly errors: string;
  readonly status: number | null;
}

/** Runs a script of Python with a text as its input. */
export async function runPython(
  python: string,
  args: readonly string[],
  input = '',
): Promise<PythonRun> {
  const child = spawn(python, args, { env: PYTHON_ENVIRONMENT });
  const [output, errors]: [Buffer[], Buffer[]] = [[], []];
  child.stdout.on('data', (chunk: Buffer) => output.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => errors.push(chunk));
  child.stdin.end(input);
  const status = await new Promise<number | null>((resolve) => child.on('close', resolve));
  return { output: String(Buffer.concat(output)), errors: String(Buffer.concat(errors)), status };
}

/** Runs the kit's matrix command; resolves to its rows. */
export async function matrix(
  { script, python }: Kit,
  args: readonly string[],
): Promise<readonly MatrixRow[]> {
  const { output, errors, status } = await runPython(python, [script, 'matrix', ...args]);
  try {
    return JSON.parse(output).rows;
  } catch {
    throw new Error(`the kit printed no JSON (exit ${String(status)}): ${errors.slice(-500)}`);
  }
}

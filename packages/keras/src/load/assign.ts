import { type LazyTensor, MalformedError, type ReadOptions, type Tensor } from '@km/core';
import type { Variable } from '@km/layers';
import type { ReportBuilder } from './load-report.ts';

/** A value of a file with its name there. */
export interface StoredWeight {
  readonly name: string;
  readonly tensor: LazyTensor;
}

/** What to do with a value whose shape does not fit. */
export interface AssignOptions extends ReadOptions {
  /** Leaves out a value whose shape does not fit, and reports it. */
  readonly skip_mismatch?: boolean | undefined;
}

/**
 * Puts a value that has been read into a variable and notes it in the report.
 * @throws MalformedError when the shapes differ, unless `skip_mismatch`.
 */
export function assignRecord(
  variable: Variable,
  name: string,
  record: Tensor,
  report: ReportBuilder,
  options: AssignOptions = {},
): void {
  const match = { stored: name, variable: variable.name };
  if (!sameShape(variable.shape, record.shape)) {
    if (options.skip_mismatch !== true) throw shapeMismatch(variable, name, record.shape);
    report.mismatched.push({ ...match, storedShape: record.shape, variableShape: variable.shape });
    return;
  }
  const value = asStored(variable, record);
  if (value.dtype !== variable.dtype) {
    report.cast.push({ ...match, from: value.dtype, to: variable.dtype });
  }
  variable.assign(value);
  report.matched.push(match);
}

/** HDF5 has no name for bfloat16: such values come as bare 16-bit words. */
function asStored(variable: Variable, record: Tensor): Tensor {
  if (variable.dtype === 'bfloat16' && record.dtype === 'uint16') {
    return { dtype: 'bfloat16', shape: record.shape, data: record.data };
  }
  return record;
}

/** Reads a value and puts it into a variable. */
export async function assignStored(
  variable: Variable,
  stored: StoredWeight,
  report: ReportBuilder,
  options: AssignOptions = {},
): Promise<void> {
  assignRecord(variable, stored.name, await stored.tensor.read(options), report, options);
}

/** True for equal shapes. */
export function sameShape(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((size, axis) => size === b[axis]);
}

function shapeMismatch(variable: Variable, name: string, shape: readonly number[]): MalformedError {
  return new MalformedError(
    `Cannot assign ${name} of shape (${shape.join(', ')}) to variable ${variable.name} of shape (${variable.shape.join(', ')}): the file is of another architecture. Build the model as it was saved, or pass skip_mismatch.`,
    { path: name },
  );
}

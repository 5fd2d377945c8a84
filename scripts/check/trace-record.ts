import type { Json } from '@km/test-utils';

/** A variable that is no weight, by its values. */
export interface OtherVariable {
  readonly shape: readonly number[];
  readonly values: readonly number[];
}

/** A lookup table; texts as they are, whole numbers as texts. */
export interface RecordedTable {
  readonly keys: readonly string[];
  readonly table: readonly string[];
  readonly keysAreText: boolean;
  readonly valuesAreText: boolean;
}

/** What a function captures: the index of a weight, another variable, or a table. */
export type RecordedCapture = number | OtherVariable | RecordedTable;

/** A traced call of a recorded layer; references lead into the container of the record. */
export interface CallRecord {
  /** The functions, encoded and in base 64. */
  readonly library: string;
  readonly function: string;
  /** References of the arguments, with the dtypes that the function takes. */
  readonly args: readonly { readonly value: Json; readonly dtype: string }[];
  readonly captures: readonly RecordedCapture[];
  readonly call: Json;
}

/** The traced calls of a recorded layer. */
export interface CaseRecord {
  readonly id: string;
  readonly class_name: string;
  readonly bounds: Json;
  readonly weights: Json;
  /** True when TensorFlow computes in half precision. */
  readonly half: boolean;
  readonly calls: readonly CallRecord[];
  /** Why there are no calls. */
  readonly reason?: string;
}

/** What became of the calls of a layer. */
export interface TraceOutcome {
  readonly id: string;
  readonly class_name: string;
  readonly status: 'passed' | 'failed' | 'skipped';
  readonly gradient: 'passed' | 'failed' | 'none';
  readonly reason: string;
}

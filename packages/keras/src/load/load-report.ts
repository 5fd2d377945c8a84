import type { DType, Shape } from '@km/core';

/** A stored value that went into a variable. */
export interface Match {
  /** Name of the value in the file. */
  readonly stored: string;
  /** Name of the variable. */
  readonly variable: string;
}

/** A value whose stored element type is not that of its variable. */
export interface Cast extends Match {
  readonly from: DType;
  readonly to: DType;
}

/** A value that was left out because its shape does not fit. */
export interface Mismatch extends Match {
  readonly storedShape: Shape;
  readonly variableShape: Shape;
}

/** What became of every stored value and of every variable of a load. */
export interface LoadReport {
  readonly matched: readonly Match[];
  /** Variables that got no value. */
  readonly missing: readonly string[];
  /** Stored values that no variable took. */
  readonly extra: readonly string[];
  /** Values converted to the dtype of their variable. */
  readonly cast: readonly Cast[];
  /** Stored values that are kept until the layer is built that they belong to. */
  readonly waiting: readonly string[];
  /** Values left out by `skip_mismatch`. */
  readonly mismatched: readonly Mismatch[];
  /** What else the caller should know, one sentence each. */
  readonly notes: readonly string[];
}

/** Collects a report. */
export class ReportBuilder implements LoadReport {
  readonly matched: Match[] = [];
  readonly missing: string[] = [];
  readonly extra: string[] = [];
  readonly cast: Cast[] = [];
  readonly waiting: string[] = [];
  readonly mismatched: Mismatch[] = [];
  readonly notes: string[] = [];
}

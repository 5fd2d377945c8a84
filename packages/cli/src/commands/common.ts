import { type Command, InvalidArgumentError, Option } from 'commander';
import { SAVE_FORMATS } from '../model/save-as.ts';

/** Adds the options that every command has. */
export function addCommon(command: Command): Command {
  return command
    .option('--json', 'print JSON, for programs')
    .option('-q, --quiet', 'show no progress bar and no warnings')
    .option('--debug', 'print where an error was thrown');
}

/** Adds the options of the commands that run a model. */
export function addRuntime(command: Command): Command {
  return addCommon(
    command
      .option(
        '--architecture <file>',
        'JSON architecture or model file, for a file with weights only',
      )
      .option('--custom-objects <module>', 'JavaScript module that exports custom classes by name')
      .option('--backend <name>', 'tfjs backend: wasm or cpu'),
  );
}

/** Adds the options of the commands that save a model. */
export function addSaving(command: Command): Command {
  return command
    .addOption(
      new Option(
        '--format <format>',
        'format to write; without it the suffix decides: .h5, .hdf5, .keras, .weights.h5, .json, .ckpt, else tf',
      ).choices(SAVE_FORMATS),
    )
    .option('--no-overwrite', 'keep what is there already')
    .option('--no-optimizer', "leave the optimizer's state out");
}

/** Parses a whole number that is at least 1. */
export function count(text: string): number {
  const value = integer(text);
  if (value < 1) throw new InvalidArgumentError('Give a whole number, 1 or more.');
  return value;
}

/** Parses a whole number that is not negative. */
export function integer(text: string): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(value)) return value;
  throw new InvalidArgumentError('Give a whole number, 0 or more.');
}

/** Parses a part of a whole, 0 included and 1 not. */
export function fraction(text: string): number {
  const value = Number(text);
  if (/^\d*\.?\d+$/.test(text) && value < 1) return value;
  throw new InvalidArgumentError('Give a number from 0 up to, but not including, 1.');
}

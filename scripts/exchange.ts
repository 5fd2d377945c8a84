/**
 * Writes docs/exchange.md from what the checks against TensorFlow printed: `exchange.ts LOG…`, logs of `check:oracle`,
 * `check:corpus` and `scripts/check/oracle-step.ts`. A later log replaces the groups of an earlier one.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { exchangePage, type Group } from './exchange-page.ts';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));

const COUNTS = /^(.+?) +(\d+) passed, (\d+) failed, (\d+) skipped, largest difference (\S+)$/;
const NOTE = /^ {2}(failed|skipped) +(.+?): (.*)$/;

/** The groups that a check printed, by their titles. */
function groupsOf(log: string): Map<string, Group> {
  const groups = new Map<string, Group>();
  let notes: Group['notes'][number][] = [];
  for (const line of log.split('\n')) {
    const [, status, id, reason] = NOTE.exec(line) ?? [];
    if (status !== undefined) notes.push({ status, id: id ?? '', reason: reason ?? '' });
    const [, title = '', passed, failed, skipped, largest = ''] = COUNTS.exec(line) ?? [];
    if (title === '') continue;
    const counts = { passed: Number(passed), failed: Number(failed), skipped: Number(skipped) };
    groups.set(title, { ...counts, largest, notes });
    notes = [];
  }
  return groups;
}

function main(logs: readonly string[]): void {
  if (logs.length === 0) throw new Error('usage: exchange.ts LOG…');
  const groups = new Map(logs.flatMap((log) => [...groupsOf(readFileSync(log, 'utf8'))]));
  writeFileSync(path.join(root, 'docs', 'exchange.md'), exchangePage(groups));
}

main(process.argv.slice(2));

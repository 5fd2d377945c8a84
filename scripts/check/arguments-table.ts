import type { Pair, Refused } from '../../packages/layers/test/arguments/subject.ts';
import { SUBJECTS } from '../../packages/layers/test/arguments/subjects.ts';
import { FILE_CALLBACKS } from './arguments-files.ts';

/** How an argument is proven, and why no output tells. */
interface Verdict {
  readonly module: string;
  readonly owner: string;
  readonly argument: string;
  readonly kind: 'proven' | 'config' | 'refused';
  readonly reason: string | null;
}

function verdictOf(values: Pair | Refused): Pick<Verdict, 'kind' | 'reason'> {
  if ('refused' in values) return { kind: 'refused', reason: values.reason };
  const reason = values.sameBehaviour;
  return reason === null ? { kind: 'proven', reason } : { kind: 'config', reason };
}

function verdicts(): Verdict[] {
  const subjects = [...SUBJECTS].flatMap(([module, list]) =>
    list.map((each) => ({ module, each })),
  );
  const files = FILE_CALLBACKS.map((each) => ({ module: 'callbacks', each }));
  return [...subjects, ...files].flatMap(({ module, each }) =>
    Object.entries(each.arguments).map(([argument, values]) => ({
      module,
      owner: each.className,
      argument,
      ...verdictOf(values),
    })),
  );
}

/** Items by a key, in the order in which the keys appear. */
function grouped<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    groups.set(key, [...(groups.get(key) ?? []), item]);
  }
  return groups;
}

/** Names in a line; of many, the first ones and how many more there are. */
function shortened(names: readonly string[]): string {
  const shown = names.slice(0, 6).map((name) => `\`${name}\``);
  return names.length > 6 ? `${shown.join(', ')} and ${names.length - 6} more` : shown.join(', ');
}

/** Prints how the arguments of all classes are proven: numbers, and reasons where no output tells. */
export function printArguments(): string {
  const all = verdicts();
  const rows = [...grouped(all, ({ module }) => module)].map(([module, list]) => {
    const count = (kind: Verdict['kind']): number => list.filter((v) => v.kind === kind).length;
    const classes = new Set(list.map(({ owner }) => owner)).size;
    return `| ${module} | ${classes} | ${count('proven')} | ${count('config')} | ${count('refused')} |`;
  });
  const told = all.filter(({ reason }) => reason !== null);
  const reasons = [...grouped(told, ({ kind, reason }) => `${kind}: ${reason}`)].map(
    ([reason, list]) =>
      `* ${reason} — ${shortened(list.map(({ owner, argument }) => `${owner}.${argument}`))}`,
  );
  return `## What is proven of each argument

\`npm run check:arguments -- API_DUMP\` makes two objects that differ in one argument and compares their configs, outputs, weights, masks and training;
an argument that changes nothing is a failure. Some arguments show in the config only, and some are refused by name:

| module | classes | proven by outputs | by config only | refused |
|---|---:|---:|---:|---:|
${rows.join('\n')}

${reasons.join('\n')}
`;
}

/** What a check printed of a group of cases. */
export interface Group {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  /** Largest difference, relative where numbers exceed 1. */
  readonly largest: string;
  readonly notes: readonly {
    readonly status: string;
    readonly id: string;
    readonly reason: string;
  }[];
}

type Groups = ReadonlyMap<string, Group>;

const VERSIONS = ['2.4.4', '2.10.1', '2.12.1', '2.15.1', '2.19.1', '2.21.0'];

/** What one version makes of SavedModels, by the title that the check prints before the version. */
const WAYS: readonly (readonly [column: string, title: (version: string) => string])[] = [
  ['read here', (version) => `${version} → @km`],
  ['written here, read there', (version) => `@km → ${version}`],
  ['served', (version) => `served, ${version}`],
  ['one step', (version) => `one step, ${version}`],
  ['own classes', (version) => `written in TypeScript, ${version}`],
  ['without classes', (version) => `revived, ${version}`],
  ['fingerprints', (version) => `fingerprints, ${version}`],
  ['checkpoints', (version) => `checkpoints, ${version}`],
  ['`train.Checkpoint`', (version) => `train.Checkpoint, ${version}`],
];

const ACROSS = /^(@km|served|revived), from (\S+) → (\S+)$/;

const HEAD = `# Exchange of SavedModels with TensorFlow

Models go both ways between @km and installations of TensorFlow; from 2.16 on with \`tf_keras\`, and Keras 3 where it has a
way (\`TFSMLayer\`). Written by \`scripts/exchange.ts\` from what these commands print, with \`KM_ORACLE\` naming the folder of the kit that
asks TensorFlow (\`km_oracle.py\`), and CORPUS a folder of model files with recorded results:

\`\`\`sh
npm run check:oracle -- 2.4.4 2.10.1 2.19.1 --formats tf > one.log  # a choice of the models
npm run check:oracle -- 2.12.1 2.21.0 --formats tf --all > two.log
npm run check:oracle -- 2.15.1 --formats tf --all --across 2.4.4,2.10.1,2.12.1,2.19.1,2.21.0 > three.log
node scripts/run.mjs scripts/check/oracle-step.ts 2.4.4 2.15.1 2.19.1 --corpus CORPUS > four.log
npm run check:corpus -- CORPUS > five.log
node scripts/run.mjs scripts/exchange.ts one.log two.log three.log four.log five.log
\`\`\`

A number is that of the cases that hold; "+ n" are exceptions, all of which are named below; what follows is the largest
difference, relative where numbers exceed 1. Weights are the same bit for bit. What has no number was not run.
`;

const BOTH_WAYS = `## Both ways, by version

| column | what holds |
|---|---|
| read here | config, weights, outputs, losses and metrics of one step, for each model of the kit that the version writes |
| written here, read there | \`tf.keras.models.load_model\` of the same model saved here: the same config, weights, outputs, logs and step |
| served | signatures of \`tf.saved_model.load\`, the loader of TensorFlow 1, \`saved_model_cli run\`, \`tf.train.Checkpoint\` on \`variables/variables\`, \`TFSMLayer\` of Keras 3; no larger than TensorFlow's own file |
| one step | outputs and changes in training, losses, and weights after one step with SGD, here and in the model that TensorFlow revives |
| own classes | layers and models of classes written in TypeScript load there without a class and train on: six steps with three optimizers |
| without classes | models of custom Python classes, loaded here without them: calls, losses, evaluation, two steps; and the same of the file saved again, in TensorFlow |
| fingerprints | \`fingerprint.pb\` as TensorFlow's own reader checks it |
| checkpoints, \`train.Checkpoint\` | weights, optimizers and managers, both ways |
`;

/** The page of all that is known. */
export function exchangePage(groups: Groups): string {
  return [HEAD, BOTH_WAYS, byVersion(groups), across(groups), corpus(groups), exceptions(groups)]
    .join('\n')
    .trimEnd()
    .concat('\n');
}

function cell(group: Group | undefined): string {
  if (group === undefined) return '';
  const { passed, failed, skipped, largest } = group;
  if (passed + failed + skipped === 0) return 'has none';
  const named = skipped > 0 ? ` + ${skipped}` : '';
  const wrong = failed > 0 ? `, **${failed} fail**` : '';
  const far = Number(largest) > 0 ? `, ${Number(largest).toExponential(0)}` : '';
  return `${passed}${named}${wrong}${far}`;
}

function row(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |\n`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return `${row(head)}${`|${'---|'.repeat(head.length)}\n`}${rows.map(row).join('')}`;
}

function byVersion(groups: Groups): string {
  const rows = VERSIONS.map((version) => [
    version,
    ...WAYS.map(([, title]) => cell(groups.get(title(version)))),
  ]);
  return table(['TensorFlow', ...WAYS.map(([column]) => column)], rows);
}

function across(groups: Groups): string {
  const pairs = new Map<string, Map<string, Group>>();
  for (const [title, group] of groups) {
    const [, way = '', from = '', to = ''] = ACROSS.exec(title) ?? [];
    if (way === '') continue;
    const key = `${from} | ${to}`;
    pairs.set(key, (pairs.get(key) ?? new Map<string, Group>()).set(way, group));
  }
  const rows = Array.from(pairs, ([key, ways]) => [
    ...key.split(' | '),
    ...['@km', 'served', 'revived'].map((way) => cell(ways.get(way))),
  ]);
  const head = ['written by', 'saved again here, read by', 'models', 'served', 'without classes'];
  return `## From one version to another\n\n${table(head, rows)}`;
}

function corpus(groups: Groups): string {
  const titles: readonly (readonly [title: string, what: string])[] = [
    ['savedmodel', 'Keras models: config, weights, outputs'],
    ['SavedModels', 'objects, functions and variables of any SavedModel'],
    ['signatures', 'signatures of any SavedModel'],
    ...VERSIONS.map(
      (version) =>
        [`one step, corpus, ${version}`, `one step as TensorFlow ${version} takes it`] as const,
    ),
  ];
  const rows = titles.flatMap(([title, what]) =>
    groups.has(title) ? [[what, cell(groups.get(title))]] : [],
  );
  return `## SavedModels of a corpus\n\n${table(['what', 'cases'], rows)}`;
}

/** Reasons that differ in figures or in words of TensorFlow only, told once. */
const TOLD: readonly (readonly [RegExp, string])[] = [
  [/^as TensorFlow's own file/, 'TensorFlow makes the same of its own file'],
  [/^in TensorFlow: /, 'TensorFlow itself does not load it, or not train it'],
  [/^TensorFlow cannot make it/, 'TensorFlow cannot make the model'],
];

const MOST_NAMES = 12;

/** What is not the same, by its reason, with the versions of which it holds. */
function exceptions(groups: Groups): string {
  const found = new Map<string, { readonly ids: Set<string>; readonly titles: Set<string> }>();
  for (const [title, { notes }] of groups) {
    if (!isShown(title)) continue;
    for (const { id, reason, status } of notes) {
      const known = TOLD.find(([words]) => words.test(reason))?.[1] ?? withoutPlaces(reason);
      const told = status === 'failed' ? `fails: ${known}` : known;
      const entry = found.get(told) ?? { ids: new Set(), titles: new Set() };
      entry.ids.add(id.replace(/\.tf$/, ''));
      entry.titles.add(title);
      found.set(told, entry);
    }
  }
  const rows = Array.from(found, ([reason, { ids, titles }]) => [
    ids.size > MOST_NAMES ? `${ids.size} cases` : [...ids].join('; '),
    [...titles].join('; '),
    reason.replaceAll('|', '\\|').slice(0, 300),
  ]);
  return `## Exceptions\n\n${table(['case', 'where', 'reason'], rows)}`;
}

/** A reason without the folders of one run. */
function withoutPlaces(reason: string): string {
  return reason.replaceAll(/(\/[\w.-]+){2,}/g, 'it');
}

/** True for the groups that the page has. */
function isShown(title: string): boolean {
  const own = VERSIONS.some((version) => WAYS.some(([, name]) => name(version) === title));
  return (
    own || ACROSS.test(title) || /^(savedmodel|SavedModels|signatures|one step, corpus)/.test(title)
  );
}

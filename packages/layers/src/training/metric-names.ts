import type { Metric } from '../metrics/metric.ts';

/** Metrics of one output. */
interface Named {
  readonly plain: readonly Metric[];
  readonly weighted: readonly Metric[];
}

/**
 * Gives metrics the names under which they are reported: after their output when there are several, and apart
 * from a plain metric of the same name.
 * @throws TypeError when two metrics have one name.
 */
export function nameMetrics(outputs: readonly Named[], output_names: readonly string[]): void {
  const taken = new Set<string>();
  const several = outputs.length > 1;
  const claim = (metric: Metric, name: string): void => {
    if (taken.has(name)) {
      throw new TypeError(
        `Found two metrics with the same name: ${name}. All the metrics added to the model need to have unique names.`,
      );
    }
    taken.add(name);
    metric.name = name;
  };
  outputs.forEach(({ plain, weighted }, i) => {
    const prefix = several ? `${output_names[i] ?? ''}_` : '';
    for (const metric of plain) claim(metric, prefix + metric.name);
    for (const metric of weighted) {
      const name = prefix + metric.name;
      claim(metric, taken.has(name) ? `${prefix}weighted_${metric.name}` : name);
    }
  });
}

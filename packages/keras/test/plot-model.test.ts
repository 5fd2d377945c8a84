import { memoryStore } from '@km/core';
import { Input, layers, Model, ready, Sequential, utils } from '@km/keras';
import fc from 'fast-check';
import { layeredLayout } from '../src/plot/layered-layout.ts';

beforeAll(() => ready());

function build(): Model {
  const inputs = Input({ shape: [4], name: 'in<put' });
  const hidden = new layers.Dense({ units: 4, activation: 'relu', name: 'first' }).apply(inputs);
  const inner = new Sequential({
    layers: [new layers.Dense({ units: 4, name: 'deep', input_shape: [4] })],
    name: 'inner',
  });
  const sum = new layers.Add({ name: 'sum' }).apply([inner.apply(hidden), hidden]);
  return new Model({ inputs, outputs: new layers.Dense({ units: 1, name: 'last' }).apply(sum) });
}

const textsOf = (svg: string): string[] =>
  [...svg.matchAll(/<text [^>]*>([^<]*)<\/text>/g)].map(([, text]) => text ?? '');

const edgesOf = (svg: string): number => [...svg.matchAll(/marker-end/g)].length;

test('a model is drawn with its layers and connections, and written to a file', async () => {
  const store = memoryStore();
  const svg = await utils.plot_model(build(), { to_file: { store, path: 'm.svg' } });
  expect(new TextDecoder().decode(store.objects.get('m.svg'))).toBe(svg);
  expect(textsOf(svg)).toEqual([
    'in&lt;put',
    'InputLayer',
    'first',
    'Dense',
    'inner',
    'Sequential',
    'sum',
    'Add',
    'last',
    'Dense',
  ]);
  expect(edgesOf(svg)).toBe(5);
});

test('shapes, dtypes, activations and what is trained are shown when asked for', async () => {
  const model = build();
  const last = model.get_layer('last');
  last.trainable = false;
  const svg = await utils.plot_model(model, {
    to_file: null,
    show_shapes: true,
    show_dtype: true,
    show_layer_activations: true,
    show_trainable: true,
    layer_range: ['sum', 'last'],
  });
  expect(textsOf(svg)).toEqual([
    ...['T', 'sum', 'Add', 'float32', 'input:', '[(None, 4), (None, 4)]', 'output:', '(None, 4)'],
    ...['NT', 'last', 'Dense', 'linear', 'float32', 'input:', '(None, 4)', 'output:', '(None, 1)'],
  ]);
});

test('nested models are drawn inside of their box', async () => {
  const options = { to_file: null, show_layer_names: false } as const;
  const closed = await utils.plot_model(build(), options);
  expect(textsOf(closed)).toEqual(['InputLayer', 'Dense', 'Sequential', 'Add', 'Dense']);
  const open = await utils.plot_model(build(), { ...options, expand_nested: true });
  expect(textsOf(open)).toEqual([
    ...['InputLayer', 'Dense', 'Sequential', 'InputLayer', 'Dense', 'Add', 'Dense'],
  ]);
  expect(edgesOf(open)).toBe(6);
});

test.each(['TB', 'BT', 'LR', 'RL'] as const)('the inputs stand where %s says', async (rankdir) => {
  const svg = await utils.plot_model(build(), { to_file: null, rankdir });
  const places = [...svg.matchAll(/translate\((-?[\d.]+) (-?[\d.]+)\)"><rect/g)].map((found) =>
    found.slice(1).map(Number),
  );
  const axis = rankdir === 'TB' || rankdir === 'BT' ? 1 : 0;
  const [first, last] = [places[0]?.[axis] ?? 0, places.at(-1)?.[axis] ?? 0];
  expect(first < last).toBe(rankdir === 'TB' || rankdir === 'LR');
});

test('a model is described for Graphviz as Keras does', () => {
  const inner = new Sequential({
    name: 'inner',
    layers: [new layers.Dense({ units: 2, activation: 'relu', input_shape: [3], name: 'one' })],
  });
  const lstm = new layers.LSTM({ units: 1, name: 'lstm' });
  const model = new Sequential({
    layers: [
      Input({ shape: [5, 3], name: 'x' }),
      new layers.TimeDistributed({ layer: inner, name: 'each' }),
      new layers.Bidirectional({ layer: lstm, name: 'both', trainable: false }),
    ],
  });
  const lines = (options: object): string[] =>
    utils.model_to_dot(model, options).trim().split('\n');
  expect(lines({})).toEqual([
    ...['digraph G {', 'rankdir=TB;', 'concentrate=True;', 'dpi=96;', 'node [shape=record];'],
    '1 [label="x|InputLayer"];',
    '2 [label="each(inner)|TimeDistributed(Sequential)"];',
    '3 [label="both(lstm)|Bidirectional(LSTM)"];',
    ...['1 -> 2;', '2 -> 3;', '}'],
  ]);
  expect(lines({ expand_nested: true, show_layer_activations: true, subgraph: true })).toEqual([
    'subgraph "cluster_sequential" {',
    ...['  style=dashed;', '  label="sequential";', '  labeljust=l;'],
    '  subgraph "cluster_inner" {',
    ...['    style=dashed;', '    label="inner";', '    labeljust=l;'],
    ...[
      '    2 [label="one_input|InputLayer"];',
      '    3 [label="one|{Dense|relu}"];',
      '    2 -> 3;',
    ],
    '  }',
    '  1 [label="x|InputLayer"];',
    '  4 [label="each|TimeDistributed"];',
    '  5 [label="both(lstm)|Bidirectional(LSTM)"];',
    ...['  1 -> 4;', '  4 -> 2;', '  3 -> 5;', '}'],
  ]);
  const shown = { show_shapes: true, show_dtype: true, show_trainable: true };
  expect(lines({ ...shown, layer_range: ['both', 'both'] }).slice(5, -1)).toEqual([
    '1 [label="NT|{both(lstm)|Bidirectional(LSTM)|float32}|{input:|output:}|{{(None, 5, 2)}|{(None, 2)}}"];',
  ]);
});

test('what cannot be drawn is refused', async () => {
  const stack = new Sequential({ layers: [new layers.Dense({ units: 1 })] });
  await expect(utils.plot_model(stack, { to_file: null })).rejects.toThrow('not yet been built');
  const store = memoryStore();
  const png = utils.plot_model(build(), { to_file: { store, path: 'm.png' } });
  await expect(png).rejects.toThrow('.svg');
  const range = utils.plot_model(build(), { to_file: null, layer_range: ['nobody', 'last'] });
  await expect(range).rejects.toThrow('nobody');
});

const graphs = fc
  .array(fc.tuple(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 1, max: 60 })), {
    minLength: 1,
    maxLength: 12,
  })
  .chain((sizes) => {
    const pair = fc.tuple(fc.nat(sizes.length - 1), fc.nat(sizes.length - 1));
    return fc.record({ sizes: fc.constant(sizes), pairs: fc.array(pair, { maxLength: 20 }) });
  });

test('in any graph boxes keep apart, inside of the drawing, behind those they depend on', () => {
  fc.assert(
    fc.property(graphs, ({ sizes, pairs }) => {
      const items = sizes.map(([along, across]) => ({ along, across }));
      const edges = pairs.filter(([from, to]) => from < to);
      const layout = layeredLayout(items, edges);
      const boxes = layout.centres.map(({ along, across }, k) => {
        const item = items[k] ?? { along: 0, across: 0 };
        return {
          start: along - item.along / 2,
          end: along + item.along / 2,
          left: across - item.across / 2,
          right: across + item.across / 2,
        };
      });
      for (const [k, a] of boxes.entries()) {
        expect(a.start).toBeGreaterThanOrEqual(-1e-6);
        expect(a.left).toBeGreaterThanOrEqual(-1e-6);
        expect(a.end).toBeLessThanOrEqual(layout.along + 1e-6);
        expect(a.right).toBeLessThanOrEqual(layout.across + 1e-6);
        for (const b of boxes.slice(k + 1)) {
          const apart = a.end < b.start || b.end < a.start || a.right < b.left || b.right < a.left;
          expect(apart).toBe(true);
        }
      }
      for (const [from, to] of edges) {
        expect(boxes[from]?.end ?? 0).toBeLessThan(boxes[to]?.start ?? 0);
      }
    }),
  );
});

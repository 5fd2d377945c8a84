import type { Structure } from '@km/savedmodel';
import { fixturePath } from '@km/test-utils';
import { pythonRepr } from '../src/inspect/python-text.ts';
import { argumentLines } from '../src/inspect/show-arguments.ts';
import { modelPath } from './examples.ts';
import { km } from './support.ts';

// What saved_model_cli of TensorFlow 2.15.1 prints, with the ops sorted.
const MODULE = `
MetaGraphDef with tag-set: 'serve' contains the following SignatureDefs:

signature_def['__saved_model_init_op']:
  The given SavedModel SignatureDef contains the following input(s):
  The given SavedModel SignatureDef contains the following output(s):
    outputs['__saved_model_init_op'] tensor_info:
        dtype: DT_INVALID
        shape: unknown_rank
        name: NoOp
  Method name is: 

signature_def['find']:
  The given SavedModel SignatureDef contains the following input(s):
    inputs['words'] tensor_info:
        dtype: DT_STRING
        shape: (-1)
        name: find_words:0
  The given SavedModel SignatureDef contains the following output(s):
    outputs['ids'] tensor_info:
        dtype: DT_INT64
        shape: (-1)
        name: StatefulPartitionedCall:0
  Method name is: tensorflow/serving/predict

signature_def['serving_default']:
  The given SavedModel SignatureDef contains the following input(s):
    inputs['twice'] tensor_info:
        dtype: DT_BOOL
        shape: ()
        name: serving_default_twice:0
    inputs['x'] tensor_info:
        dtype: DT_FLOAT
        shape: (-1, 2)
        name: serving_default_x:0
  The given SavedModel SignatureDef contains the following output(s):
    outputs['first'] tensor_info:
        dtype: DT_INT64
        shape: ()
        name: StatefulPartitionedCall_1:0
    outputs['y'] tensor_info:
        dtype: DT_FLOAT
        shape: (-1, 2)
        name: StatefulPartitionedCall_1:1
  Method name is: tensorflow/serving/predict
The MetaGraph with tag set ['serve'] contains the following ops: {'AddV2', 'AssignVariableOp', 'Const', 'DisableCopyOnRead', 'HashTableV2', 'Identity', 'InitializeTableFromTextFileV2', 'LookupTableFindV2', 'MergeV2Checkpoints', 'Mul', 'NoOp', 'Pack', 'Placeholder', 'ReadVariableOp', 'RestoreV2', 'SaveV2', 'Select', 'ShardedFilename', 'StatefulPartitionedCall', 'StatelessIf', 'StaticRegexFullMatch', 'StridedSlice', 'StringJoin', 'VarHandleOp', 'VarIsInitializedOp'}

Concrete Functions:
  Function Name: 'find'
    Option #1
      Callable with:
        Argument #1
          words: TensorSpec(shape=(None,), dtype=tf.string, name='words')

  Function Name: 'move'
    Option #1
      Callable with:
        Argument #1
          x: TensorSpec(shape=(None, 2), dtype=tf.float32, name='x')
        Argument #2
          twice: TensorSpec(shape=(), dtype=tf.bool, name='twice')
`;

const VERSION_1 = `
MetaGraphDef with tag-set: 'serve' contains the following SignatureDefs:

signature_def['serving_default']:
  The given SavedModel SignatureDef contains the following input(s):
    inputs['x'] tensor_info:
        dtype: DT_FLOAT
        shape: (-1, 3)
        name: x:0
  The given SavedModel SignatureDef contains the following output(s):
    outputs['y'] tensor_info:
        dtype: DT_FLOAT
        shape: (-1, 1)
        name: y:0
  Method name is: tensorflow/serving/predict

signature_def['sparse']:
  The given SavedModel SignatureDef contains the following input(s):
    inputs['s'] tensor_info:
        dtype: DT_INT64
        shape: unknown_rank
        name: 
  The given SavedModel SignatureDef contains the following output(s):
    outputs['sum'] tensor_info:
        dtype: DT_INT64
        shape: unknown_rank
        name: SparseReduceSum:0
  Method name is: tensorflow/serving/predict
The MetaGraph with tag set ['serve'] contains the following ops: {'AddV2', 'Assign', 'AssignVariableOp', 'Const', 'Identity', 'MatMul', 'MergeV2Checkpoints', 'NoOp', 'Pack', 'Placeholder', 'PlaceholderWithDefault', 'Range', 'ReadVariableOp', 'RestoreV2', 'SaveV2', 'Select', 'ShardedFilename', 'Size', 'SparseReduceSum', 'StaticRegexFullMatch', 'StringJoin', 'VarHandleOp', 'VarIsInitializedOp', 'VariableV2'}

MetaGraphDef with tag-set: 'serve, gpu' contains the following SignatureDefs:

signature_def['serving_default']:
  The given SavedModel SignatureDef contains the following input(s):
    inputs['x'] tensor_info:
        dtype: DT_FLOAT
        shape: (-1, 3)
        name: x:0
  The given SavedModel SignatureDef contains the following output(s):
    outputs['y'] tensor_info:
        dtype: DT_FLOAT
        shape: (-1, 1)
        name: y:0
  Method name is: tensorflow/serving/predict
The MetaGraph with tag set ['serve', 'gpu'] contains the following ops: {'AddV2', 'Assign', 'AssignVariableOp', 'Const', 'Identity', 'MatMul', 'MergeV2Checkpoints', 'NoOp', 'Pack', 'Placeholder', 'PlaceholderWithDefault', 'Range', 'ReadVariableOp', 'RestoreV2', 'SaveV2', 'Select', 'ShardedFilename', 'Size', 'SparseReduceSum', 'StaticRegexFullMatch', 'StringJoin', 'VarHandleOp', 'VarIsInitializedOp', 'VariableV2'}
`;

const FUNCTIONS_OF_DENSE = `
Concrete Functions:
  Function Name: '__call__'
    Option #1
      Callable with:
        Argument #1
          flatten_input: TensorSpec(shape=(None, 4, 4), dtype=tf.float32, name='flatten_input')
        Argument #2
          DType: bool
          Value: False
        Argument #3
          DType: NoneType
          Value: None
    Option #2
      Callable with:
        Argument #1
          flatten_input: TensorSpec(shape=(None, 4, 4), dtype=tf.float32, name='flatten_input')
        Argument #2
          DType: bool
          Value: True
        Argument #3
          DType: NoneType
          Value: None

  Function Name: '_default_save_signature'
    Option #1
      Callable with:
        Argument #1
          flatten_input: TensorSpec(shape=(None, 4, 4), dtype=tf.float32, name='flatten_input')

  Function Name: 'call_and_return_all_conditional_losses'
    Option #1
      Callable with:
        Argument #1
          flatten_input: TensorSpec(shape=(None, 4, 4), dtype=tf.float32, name='flatten_input')
        Argument #2
          DType: bool
          Value: False
        Argument #3
          DType: NoneType
          Value: None
    Option #2
      Callable with:
        Argument #1
          flatten_input: TensorSpec(shape=(None, 4, 4), dtype=tf.float32, name='flatten_input')
        Argument #2
          DType: bool
          Value: True
        Argument #3
          DType: NoneType
          Value: None
`;

test('--all prints graphs, signatures, ops and functions as saved_model_cli does [SavedModelCLITestCase.testShowCommandAll] [SavedModelCLITestCase.testShowAllWithPureConcreteFunction]', async () => {
  for (const [name, expected] of [
    ['module', MODULE],
    ['v1', VERSION_1],
    ['v1_text', VERSION_1],
  ] as const) {
    const model = fixturePath(`savedmodel/tf-2.15.1/${name}`);
    expect(await km(['inspect', model, '--all'])).toEqual({ code: 0, out: expected, err: '' });
  }
});

test('--all lists every trace of the functions of a Keras model', async () => {
  const { code, out } = await km(['inspect', modelPath('dense_tf'), '--all']);
  expect(code).toBe(0);
  expect(out.slice(out.indexOf('\nConcrete'))).toBe(FUNCTIONS_OF_DENSE);
});

test('traces come in the order of the names that a fresh TensorFlow gives them', async () => {
  const { out } = await km(['inspect', modelPath('dense_tf', '2.10.1'), '--all']);
  const [, calls = ''] = out.split("Function Name: '__call__'");
  const [own = ''] = calls.split('Function Name');
  const traces = own.matchAll(/^ +(\w+): TensorSpec.*?Value: (True|False)/gms);
  expect(Array.from(traces, ([, name, training]) => `${name} ${training}`)).toEqual([
    'inputs False',
    'flatten_input False',
    'inputs True',
    'flatten_input True',
  ]);
});

test('--all is refused for other files and with --json', async () => {
  expect(await km(['inspect', modelPath('dense.h5'), '--all'])).toMatchObject({
    code: 2,
    err: expect.stringContaining('leave --all away'),
  });
  expect(await km(['inspect', modelPath('dense_tf'), '--all', '--json'])).toMatchObject({
    code: 2,
    err: expect.stringContaining('leave --json away'),
  });
});

const X: Structure = { kind: 'tensorSpec', name: 'x', dtype: 'float32', shape: [null] };
const ANY: Structure = { kind: 'tensorSpec', name: '', dtype: 'string', shape: null };

test('values are written as Python writes them', () => {
  const cases: [Structure, string][] = [
    [X, "TensorSpec(shape=(None,), dtype=tf.float32, name='x')"],
    [ANY, 'TensorSpec(shape=<unknown>, dtype=tf.string, name=None)'],
    [{ kind: 'float', value: 1 }, '1.0'],
    [{ kind: 'float', value: -0 }, '-0.0'],
    [{ kind: 'float', value: 1e-7 }, '1e-07'],
    [{ kind: 'float', value: 1.5e16 }, '1.5e+16'],
    [{ kind: 'float', value: Number.NaN }, 'nan'],
    [{ kind: 'float', value: Number.NEGATIVE_INFINITY }, '-inf'],
    [{ kind: 'int', value: 12n }, '12'],
    [{ kind: 'string', value: "it's" }, '"it\'s"'],
    [{ kind: 'string', value: 'a\n' }, "'a\\n'"],
    [{ kind: 'tuple', items: [{ kind: 'none' }] }, '(None,)'],
    [{ kind: 'dict', entries: new Map([['k', { kind: 'bool', value: true }]]) }, "{'k': True}"],
    [
      {
        kind: 'typeSpec',
        className: 'RaggedTensorSpec',
        classCode: 3,
        components: 2,
        state: {
          kind: 'tuple',
          items: [
            { kind: 'shape', shape: [null, null] },
            { kind: 'dtype', dtype: 'float32' },
            { kind: 'int', value: 1n },
            { kind: 'dtype', dtype: 'int64' },
          ],
        },
      },
      'RaggedTensorSpec(TensorShape([None, None]), tf.float32, 1, tf.int64)',
    ],
  ];
  for (const [value, expected] of cases) expect(pythonRepr(value)).toBe(expected);
});

test('containers end in backspaces, and arguments by name show their names only', () => {
  const text: Structure = { kind: 'string', value: 'a' };
  const signature: Structure = {
    kind: 'tuple',
    items: [
      { kind: 'tuple', items: [{ kind: 'list', items: [text, ANY] }, text] },
      { kind: 'dict', entries: new Map([['training', { kind: 'bool', value: false }]]) },
    ],
  };
  expect(argumentLines(signature, 2)).toEqual([
    '    Option #2',
    '      Callable with:',
    '        Argument #1',
    '          DType: list',
    "          Value: ['a', TensorSpec(shape=<unknown>, dtype=tf.string, name=None), \b\b]",
    '        Argument #2',
    '          a',
    '        Named Argument #1',
    '          training',
  ]);
});

import { arraySymbols } from './array-symbols.ts';
import { colorSymbols } from './color-symbols.ts';
import { complexSymbols } from './complex-symbols.ts';
import { convolutionSymbols } from './convolution-symbols.ts';
import { decompositionSymbols } from './decomposition-symbols.ts';
import { diagonalSymbols } from './diagonal-symbols.ts';
import { dtypeSymbols } from './dtype-symbols.ts';
import { gatherSymbols } from './gather-symbols.ts';
import { imageSymbols } from './image-symbols.ts';
import { integerSymbols } from './integer-symbols.ts';
import { legacyImageSymbols } from './legacy-image-symbols.ts';
import { linalgSymbols } from './linalg-symbols.ts';
import { lossSymbols } from './loss-symbols.ts';
import { mathSymbols } from './math-symbols.ts';
import { nnSymbols } from './nn-symbols.ts';
import { quantizationSymbols } from './quantization-symbols.ts';
import { raggedSymbols } from './ragged-symbols.ts';
import { randomSymbols } from './random-symbols.ts';
import { reductionSymbols } from './reduction-symbols.ts';
import { segmentSymbols } from './segment-symbols.ts';
import { selectionSymbols } from './selection-symbols.ts';
import { signalSymbols } from './signal-symbols.ts';
import { similaritySymbols } from './similarity-symbols.ts';
import { specialSymbols } from './special-symbols.ts';
import { statelessSymbols } from './stateless-symbols.ts';
import { stringSymbols } from './string-symbols.ts';
import type { SymbolFunction } from './symbol-args.ts';
import { windowSymbols } from './window-symbols.ts';

let table: ReadonlyMap<string, SymbolFunction> | undefined;

/** Returns the functions of TensorFlow that are known, by their names without `tf.`. */
export function symbolTable(): ReadonlyMap<string, SymbolFunction> {
  table ??= new Map(
    [
      mathSymbols(),
      linalgSymbols(),
      reductionSymbols(),
      arraySymbols(),
      gatherSymbols(),
      selectionSymbols(),
      nnSymbols(),
      convolutionSymbols(),
      imageSymbols(),
      randomSymbols(),
      integerSymbols(),
      diagonalSymbols(),
      decompositionSymbols(),
      complexSymbols(),
      signalSymbols(),
      specialSymbols(),
      stringSymbols(),
      dtypeSymbols(),
      segmentSymbols(),
      colorSymbols(),
      similaritySymbols(),
      legacyImageSymbols(),
      lossSymbols(),
      quantizationSymbols(),
      windowSymbols(),
      statelessSymbols(),
      raggedSymbols(),
    ].flat(),
  );
  return table;
}

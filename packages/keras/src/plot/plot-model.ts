import { UnsupportedError } from '@km/core';
import type { Model } from '@km/layers';
import { type CheckpointPath, writablePlace } from '../paths/checkpoint-path.ts';
import { drawGraph, type RankDirection } from './draw-graph.ts';
import { type ModelGraphOptions, modelGraph } from './model-graph.ts';

/** Arguments of `plot_model` besides the model, under Keras's names. */
export interface PlotModelOptions extends ModelGraphOptions {
  /** File that gets the image; `null` for none. Its name ends with `.svg`. */
  readonly to_file?: CheckpointPath | null;
  readonly rankdir?: RankDirection;
  /** Size of the image; 96 is one pixel for each unit of the drawing. */
  readonly dpi?: number;
}

const NATURAL_DPI = 96;
const DIRECTIONS: readonly string[] = ['TB', 'LR', 'BT', 'RL'];

/**
 * Draws the layers of a model and how they are connected, as an SVG image. Resolves to the image as text, which is
 * written to `model.svg` unless `to_file` says otherwise.
 * @throws TypeError for a model that is not built; UnsupportedError for a file that is no `.svg`.
 */
export async function plot_model(model: Model, options: PlotModelOptions = {}): Promise<string> {
  const { to_file = 'model.svg', rankdir = 'TB', dpi = NATURAL_DPI, ...shown } = options;
  if (!DIRECTIONS.includes(rankdir)) {
    throw new RangeError(`rankdir is one of ${DIRECTIONS.join(', ')}, not '${rankdir}'.`);
  }
  const image = drawGraph(modelGraph(model, shown), rankdir, dpi / NATURAL_DPI);
  if (to_file === null) return image;
  const { store, path } = writablePlace(to_file);
  if (!path.toLowerCase().endsWith('.svg')) {
    throw new UnsupportedError(`plot_model draws SVG images: let to_file end with .svg.`, {
      source: path,
    });
  }
  await store.write(path, [new TextEncoder().encode(image)]);
  return image;
}

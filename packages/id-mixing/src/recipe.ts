/**
 * A mix written down: who, how much at which layer, how strongly. People are labels, not files, and
 * layers are resolutions (or names), so a recipe holds for other photos and for larger generators.
 *
 * ```json
 * { "format": "mfim-recipe", "version": 1, "name": "shape of A, details of B",
 *   "sources": [ { "label": "A", "weights": { "32": 1, "64": 0 } },
 *                { "label": "B", "weights": { "32": 0, "64": 1 } } ],
 *   "strength": 0.9 }
 * ```
 */
import type { Schema } from '@mfim/tensor-contracts';
import type { LayerWeights } from './layer-weights.ts';

/** The recipe version that this code writes, and the newest that it reads. */
export const RECIPE_VERSION = 1;

/** One person of a recipe. */
export interface RecipeSource {
  /** Unique within the recipe. */
  readonly label: string;
  readonly weights: LayerWeights;
}

/** A parsed, checked recipe. */
export interface Recipe {
  readonly format: 'mfim-recipe';
  readonly version: typeof RECIPE_VERSION;
  /** For people. */
  readonly name?: string;
  readonly sources: readonly RecipeSource[];
  /** 0 keeps the target's identity, 1 (default) is the full mix. */
  readonly strength?: LayerWeights;
}

const label: Schema = { type: 'string', pattern: '\\S' };
const weights: Schema = { type: ['number', 'object'], additionalProperties: { type: 'number' } };

/** JSON Schema of a recipe (the subset that `checkSchema` reads). */
export const RECIPE_SCHEMA: Schema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'MFIM identity mixing recipe',
  type: 'object',
  additionalProperties: false,
  required: ['format', 'version', 'sources'],
  properties: {
    format: { const: 'mfim-recipe' },
    version: { const: RECIPE_VERSION },
    name: { type: 'string' },
    sources: {
      type: 'array',
      minItems: 1,
      items: {
        type: 'object',
        additionalProperties: false,
        required: ['label', 'weights'],
        properties: { label, weights },
      },
    },
    strength: weights,
  },
};

/**
 * What a key map is: data that says under which names, and in which layouts, another project stores the parameters of one
 * of our networks. One map per origin lies beside the network that uses it. `mapKeys`, `fromTheirs` and `toTheirs` read it.
 */
import type { LayoutChange } from './layout-change.ts';

/**
 * How a placeholder's text changes between the sides. Without a form it is the same on both.
 * - `offset`: digits; theirs = ours + offset.
 * - `names`: a table from ours to theirs; nothing else matches. Only here may a text contain dots, on either side.
 */
export type PlaceholderForm = { readonly offset: number } | { readonly names: Readonly<Record<string, string>> };

/**
 * Names under both sides, such as ours `blocks.{block}.conv`, theirs `b{block}.conv.weight`. `{name}` stands for one or more
 * characters other than dots; each name occurs once on both sides. The first rule that fits a name is taken.
 */
export interface KeyRule {
  readonly ours: string;
  readonly theirs: string;
  /** Default `same`. */
  readonly layout?: LayoutChange;
  /** What our parameter is filled with where their file has no such tensor; without it, absence is an error. */
  readonly fill?: number;
}

/** One origin's names beside ours. */
export interface KeyMap {
  /** For messages, such as `StyleGAN2 generator of stylegan2-ada-pytorch`. */
  readonly origin: string;
  readonly rules: readonly KeyRule[];
  readonly placeholders?: Readonly<Record<string, PlaceholderForm>>;
  /** Templates of their tensors that we have no use for, such as `{layer}.num_batches_tracked`; here `{name}` may span dots. */
  readonly ignored?: readonly string[];
}

/** One parameter under both names. */
export interface KeyPair {
  readonly ours: string;
  readonly theirs: string;
  readonly layout: LayoutChange;
  readonly fill?: number;
}

/** Names with placeholders, `b{block}.conv.weight`, matched and filled in. */
import { InputError } from '@mfim/tensor-contracts';
import type { PlaceholderForm } from './key-map.ts';

const PLACEHOLDER = /\{(\w+)\}/g;

/** Which side of a key map a template belongs to. */
export type Side = 'ours' | 'theirs';

/** The texts of the placeholders, always as on our side. */
export type Bindings = ReadonlyMap<string, string>;

/** A compiled template. */
export interface NameTemplate {
  readonly placeholders: readonly string[];
  /** The bindings of a name that fits. */
  match(name: string): Bindings | undefined;
  fill(bindings: Bindings): string;
}

const escape = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);

function textsOf(form: PlaceholderForm | undefined, side: Side): string {
  if (form === undefined) return '[^.]+';
  if ('offset' in form) return String.raw`\d+`;
  const texts = Object.entries(form.names).map(([ours, theirs]) => (side === 'ours' ? ours : theirs));
  return texts.toSorted((first, second) => second.length - first.length).map(escape).join('|');
}

/** The text on our side; undefined where the form has none. */
function toOurs(text: string, form: PlaceholderForm | undefined): string | undefined {
  if (form === undefined) return text;
  if ('names' in form) return Object.entries(form.names).find(([, theirs]) => theirs === text)?.[0];
  const value = Number(text) - form.offset;
  return value >= 0 && String(Number(text)) === text ? String(value) : undefined;
}

/** The text on their side; undefined where the form has none. */
function toTheirs(text: string, form: PlaceholderForm | undefined): string | undefined {
  if (form === undefined) return text;
  if ('names' in form) return Object.hasOwn(form.names, text) ? form.names[text] : undefined;
  const value = Number(text) + form.offset;
  return value >= 0 && String(Number(text)) === text ? String(value) : undefined;
}

/**
 * Compiles a template.
 *
 * @throws InputError when a placeholder occurs twice.
 */
export function nameTemplate(template: string, side: Side, forms: Readonly<Record<string, PlaceholderForm>> = {}): NameTemplate {
  const placeholders = Array.from(template.matchAll(PLACEHOLDER), (match) => match[1] as string);
  if (new Set(placeholders).size !== placeholders.length) {
    throw new InputError({ where: 'key map', expected: 'each placeholder once', got: template, remedy: 'give the second one another name' });
  }
  const pattern = template.split(PLACEHOLDER).map((part, index) => (index % 2 === 0 ? escape(part) : `(${textsOf(forms[part], side)})`));
  const expression = new RegExp(`^${pattern.join('')}$`);
  return {
    placeholders,
    match(name) {
      const found = expression.exec(name);
      if (found === null) return undefined;
      const bindings = new Map<string, string>();
      for (const [index, placeholder] of placeholders.entries()) {
        const text = found[index + 1] as string;
        const form = forms[placeholder];
        const ours = side === 'theirs' ? toOurs(text, form) : text;
        if (ours === undefined || toTheirs(ours, form) === undefined) return undefined;
        bindings.set(placeholder, ours);
      }
      return bindings;
    },
    fill(bindings) {
      return template.replaceAll(PLACEHOLDER, (_, placeholder: string) => {
        const ours = bindings.get(placeholder) as string;
        return side === 'ours' ? ours : (toTheirs(ours, forms[placeholder]) as string);
      });
    },
  };
}

/** Whether a name fits a template of ignored names, whose placeholders may span dots. */
export function ignoredNames(templates: readonly string[]): (name: string) => boolean {
  const expressions = templates.map((template) => {
    const parts = template.split(PLACEHOLDER).map((part, index) => (index % 2 === 0 ? escape(part) : '.+'));
    return new RegExp(`^${parts.join('')}$`);
  });
  return (name) => expressions.some((expression) => expression.test(name));
}

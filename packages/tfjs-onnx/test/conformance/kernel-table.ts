/** The README's table of kernels, from the rules and the conformance cases. */
import { kernelFamilies } from '../../src/kernels/kernel-rules.ts';
import { kernelCases } from './all-cases.ts';

const MARK = ' ∂';

/** Kernels whose gradient the suite checks. */
function differentiable(): ReadonlySet<string> {
  return new Set(kernelCases.filter(({ gradient }) => gradient !== 'none').map(({ kernel }) => kernel));
}

/** The table in Markdown, one row a family. */
export function kernelTable(): string {
  const marked = differentiable();
  const rows = Object.entries(kernelFamilies).map(([family, rules]) => {
    const names = rules.map(({ kernel }) => kernel).toSorted().map((kernel) => `\`${kernel}\`${marked.has(kernel) ? MARK : ''}`);
    const refused = [...new Set(rules.flatMap((rule) => rule.refused ?? []))];
    return `| ${family} | ${names.join(', ')} | ${refused.join('; ')} |`;
  });
  return ['| family | kernels | refused |', '|---|---|---|', ...rows].join('\n');
}

import { readFileSync, readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { readExample } from '../src/read-example.ts';

const PACKAGES = new URL('../../../packages/', import.meta.url);
const readme = (install: string, code: string) => `# x\n\n\`\`\`sh\n${install}\n\`\`\`\n\n\`\`\`js\n${code}\n\`\`\`\n`;

test.each(readdirSync(PACKAGES))('%s: the README has an install line and an example that keeps to it', (name) => {
  const { installed, code } = readExample(readFileSync(new URL(`${name}/README.md`, PACKAGES), 'utf8'));
  expect(installed).toContain(`@mfim/${name}`);
  expect(code).toContain(`from '@mfim/${name}`);
});

test('reads packages, subpaths, side effects and Node modules', () => {
  const code = "import 'a';\nimport { b } from '@scope/b/node';\nimport { c } from 'node:fs';\nawait b(c);";
  expect(readExample(readme('npm install a @scope/b', code))).toEqual({ installed: ['a', '@scope/b'], code: `${code}\n` });
});

test.each([
  ['no install line', readme('yarn add a', "import 'a';"), /npm install <packages>/],
  ['no example', '# x\n\nnpm install a\n', /block/],
  ['an import that is not installed', readme('npm install a', "import { b } from 'b';"), /expected b/],
])('refuses %s', (_, text, message) => {
  expect(() => readExample(text)).toThrow(message);
});

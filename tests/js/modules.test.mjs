import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const STATIC = join(dirname(fileURLToPath(import.meta.url)), '../../static');
const modules = readdirSync(STATIC, { recursive: true })
  .map(String)
  .filter((name) => name.endsWith('.js'));

const text = (name) => readFileSync(join(STATIC, name), 'utf8');

/** Also those in comments: Django rewrites every `import('./x.js')`, whatever it stands in. */
const importsOf = (name) =>
  [...text(name).matchAll(/(?:from\s+|import\()'(\.[^']+)'/g)]
    .map(([, path]) => relative(STATIC, join(STATIC, dirname(name), path)))
    .filter((path) => modules.includes(path));

test('no modules import one another in a circle, or their hashed names never settle', () => {
  const done = new Set();
  const visit = (name, way) => {
    assert.ok(!way.includes(name), [...way, name].join(' → '));
    if (done.has(name)) return;
    for (const next of importsOf(name)) visit(next, [...way, name]);
    done.add(name);
  };
  for (const name of modules) visit(name, []);
});

test('every import ends with a semicolon, or its name is not hashed', () => {
  for (const name of modules) {
    assert.doesNotMatch(text(name), /^\} from '[^']+'$|^import .* from '[^']+'$/m, name);
  }
});

test('no module turns data into markup', () => {
  for (const name of modules) {
    assert.doesNotMatch(text(name), /innerHTML|outerHTML|insertAdjacentHTML|document\.write/, name);
  }
});

test('every module opens with a sentence about its purpose', () => {
  for (const name of modules) assert.match(text(name), /^\/\*\*? /, name);
});

/** Compares what TypeScript makes of sources with and without comments; reads pairs as JSON. */

import { readFileSync } from 'node:fs';
import ts from 'typescript';

const options = { target: ts.ScriptTarget.ES2022, removeComments: true };
const code = (source) => ts.transpileModule(source, { compilerOptions: options }).outputText;
const pairs = JSON.parse(readFileSync(0, 'utf8'));
const wrong = Object.entries(pairs).filter(([, [full, short]]) => code(full) !== code(short));
process.stdout.write(JSON.stringify(wrong.map(([name]) => name)));

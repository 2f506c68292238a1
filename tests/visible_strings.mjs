/** Prints the strings of JavaScript files that people may read, as JSON: {file: [string]}. */

import { readFileSync } from 'node:fs';
import ts from 'typescript';

// calls whose words are for the browser, attributes that nobody reads, keys, and what styles say
const QUIET_CALLS =
  /^(must|querySelector(All)?|closest|matches|getElementById|createElement|addEventListener|removeEventListener|setProperty|fetch|open|import|icon|getContext|toggle|add|remove|contains|get|CustomEvent|RegExp|\w*Error|DOMException)$/;
const QUIET_KEYS =
  /^(class|type|role|href|d|viewBox|id|for|name|method|transform|points|style|rel|fill|stroke.*|font|autocomplete|data-.*)$/;
const SPOKEN = /^(text|title|label|aria-label|placeholder|alt|said|message|words|does)$/;
const SILENT =
  /^[Mm][\d.]|\bsans-serif\b|\d+(px|%)\)|rgb\(|^\(prefers|^\(pointer|^(Alt|Ctrl|Shift|Escape|Tab|Enter|Space|Backspace)(\+|$)|-Type$|-After$|^(value|tick|dot|bar|line) |^this (page|browser) has no/;
const LANGUAGE = /[A-Za-z]{2,}.*\s|\s.*[A-Za-z]{2,}|^[A-Z][a-z]+\b/;

/** @param {ts.Node} node */
function quiet(node) {
  if (node.parent.parent && ts.isThrowStatement(node.parent.parent)) return false; // new Error with a sentence
  for (let at = node; at.parent; at = at.parent) {
    const up = at.parent;
    if (ts.isImportDeclaration(up) || ts.isExportDeclaration(up) || ts.isElementAccessExpression(up)) return true;
    if (ts.isPropertyAssignment(up) && up.initializer === at) {
      const key = up.name.getText().replaceAll(/['"]/g, '');
      if (SPOKEN.test(key)) return false;
      if (QUIET_KEYS.test(key)) return true;
    }
    if ((ts.isCallExpression(up) || ts.isNewExpression(up)) && up.arguments?.includes(at)) {
      const called = up.expression.getText().split('.').at(-1) ?? '';
      return QUIET_CALLS.test(called);
    }
    if (ts.isBinaryExpression(up) && /[!=]==?/.test(up.operatorToken.getText())) return true;
    if (ts.isCaseClause(up) && up.expression === at) return true;
    if (ts.isFunctionLike(up) || ts.isBlock(up)) return false;
  }
  return false;
}

/** @param {ts.Node} node @param {(text: string) => void} take */
function visit(node, take) {
  let text = '';
  if (ts.isStringLiteralLike(node)) text = node.text;
  else if (ts.isTemplateExpression(node))
    text = node.head.text + node.templateSpans.map((span) => `{…}${span.literal.text}`).join('');
  if (LANGUAGE.test(text) && !SILENT.test(text) && !quiet(node)) take(text);
  ts.forEachChild(node, (child) => visit(child, take));
}

const found = {};
for (const file of process.argv.slice(2)) {
  const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true);
  const texts = [];
  visit(source, (text) => texts.push(text));
  found[file] = texts;
}
process.stdout.write(JSON.stringify(found));

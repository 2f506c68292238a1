import assert from 'node:assert/strict';
import { test } from 'node:test';
import { canvasActions, keyLabels } from '../../static/annotator/actions.js';
import { suggestionActions } from '../../static/annotator/box-actions.js';
import { bindKeys, keyName } from '../../static/annotator/hotkeys.js';

const press = (key, more = {}) =>
  keyName({ key, ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, ...more });

const classes = Array.from({ length: 10 }, (_, index) => ({
  index,
  name: `class ${index}`,
  color: '#fff',
  hotkey: String((index + 1) % 10),
  note: '',
}));

function table() {
  const editor = { state: {}, viewport: {}, classes };
  return [...canvasActions(editor, {}, {}), ...suggestionActions(editor, {})];
}

test('keys are named by the character typed', () => {
  assert.equal(press('B'), 'b');
  assert.equal(press('Z', { metaKey: true, shiftKey: true }), 'Ctrl+Shift+z');
  assert.equal(press('?', { shiftKey: true }), '?');
  assert.equal(press('ArrowLeft', { altKey: true, shiftKey: true }), 'Alt+Shift+ArrowLeft');
  assert.equal(press(' '), 'Space');
});

test('digits typed with Shift, as on a French keyboard, are digits', () => {
  assert.equal(press('2', { shiftKey: true }), '2');
});

test('no key of the page does two things', () => {
  assert.ok(bindKeys(table()).size > 40);
});

test('a second action on a key is refused by name', () => {
  const action = (label) => ({ id: label, group: '', label, keys: ['x'], run() {} });
  assert.throws(() => bindKeys([action('One'), action('Two')]), /"One" and "Two"/);
});

test('every action of the help has words and key caps', () => {
  for (const action of table()) {
    assert.ok(
      keyLabels(action).every((label) => label.length > 0),
      action.id,
    );
  }
});

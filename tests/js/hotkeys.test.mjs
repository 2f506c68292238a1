import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  boxHandlers,
  familyHandlers,
  suggestionHandlers,
} from '../../static/annotator/commands/box-handlers.js';
import { bindKeys, keyName } from '../../static/annotator/commands/hotkeys.js';
import { capsOf, keyLabels } from '../../static/annotator/commands/key-caps.js';
import { bindActions } from '../../static/annotator/commands/pages.js';
import { TABLE } from '../../static/annotator/commands/table.js';
import { viewHandlers } from '../../static/annotator/commands/view-handlers.js';

const press = (key, more = {}) =>
  keyName({ key, ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, ...more });

const classes = Array.from({ length: 10 }, (_, index) => ({
  index,
  name: `class ${index}`,
  hotkey: String((index + 1) % 10),
}));

function handlers() {
  const editor = { state: {}, viewport: {}, classes };
  return {
    ...viewHandlers(editor, {}, {}),
    ...boxHandlers(editor, {}, {}, () => {}),
    ...familyHandlers(editor, {}, {}),
    ...suggestionHandlers(editor, {}),
  };
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

test('Alt and a letter is that letter where Alt types another', () => {
  assert.equal(press('å', { altKey: true, code: 'KeyA' }), 'Alt+a');
});

test('no key of the table does two things', () => {
  assert.ok(bindKeys(TABLE).size > 80);
});

test('every row of the table does something, and nothing is done that has no row', () => {
  const rows = new Set(TABLE.map((row) => row.id));
  const unknown = Object.keys(handlers()).filter((id) => !rows.has(id));
  assert.deepEqual(unknown, []);
});

test('a second action on a key is refused by name', () => {
  const action = (label) => ({ id: label, group: '', label, keys: ['x'], run() {} });
  assert.throws(() => bindKeys([action('One'), action('Two')]), /"One" and "Two"/);
});

test('every action has words and key caps', () => {
  for (const row of TABLE) {
    assert.ok(row.label, row.id);
    assert.ok(keyLabels(row).length > 0, row.id);
  }
  assert.deepEqual(capsOf('Ctrl++'), ['Ctrl', '+']);
  assert.deepEqual(capsOf('Alt+Shift+ArrowLeft'), ['Alt', 'Shift', '←']);
});

test('a page has its own rows and those common ones that something stands behind', () => {
  const nothing = { run() {} };
  const actions = bindActions('review', { ...handlers(), wrong: nothing }, { crosshair: ['x'] });
  const byKey = bindKeys(actions);
  assert.equal(byKey.get('x').id, 'wrong');
  assert.equal(byKey.get('e').id, 'grab'); // nobody corrects here
  assert.ok(!byKey.has('y'));
  assert.deepEqual(actions.find((action) => action.id === 'crosshair').keys, []);
});

test('an own key takes the place of the default', () => {
  const byKey = bindKeys(bindActions('draw', handlers(), { crosshair: ['f'], fit: ['g'] }));
  assert.equal(byKey.get('f').id, 'crosshair');
  assert.equal(byKey.get('g').id, 'fit');
});

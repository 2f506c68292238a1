import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  clashes,
  difference,
  fromFile,
  refusal,
  toFile,
  withOwnKeys,
} from '../../static/annotator/core/keymap.js';

const ROWS = [
  { id: 'fit', label: 'Fit image', keys: ['f'] },
  { id: 'draw', label: 'Draw', keys: ['b'] },
  { id: 'cancel', label: 'Cancel', keys: ['Escape'] },
];

test('a key that is taken is refused by the name of its action', () => {
  assert.equal(refusal(ROWS, 'fit', 'b'), 'It is already “Draw”.');
  assert.equal(refusal(ROWS, 'fit', 'f'), '');
  assert.match(refusal(ROWS, 'fit', 'Escape'), /keeps its meaning/);
});

test('own keys stand in for defaults, and push a default off its key', () => {
  const rows = withOwnKeys(ROWS, { fit: ['b'] });
  assert.deepEqual(
    rows.map((row) => row.keys),
    [['b'], [], ['Escape']],
  );
  assert.deepEqual(clashes(rows), []);
});

test('a key map survives the file, and only differences are written', () => {
  const own = difference(ROWS, [{ ...ROWS[0], keys: ['q'] }, ROWS[1], ROWS[2]]);
  assert.deepEqual(own, { fit: ['q'] });
  assert.deepEqual(fromFile(toFile(own), ROWS), own);
});

test('a file that is none, or would put two actions on a key, is refused with a reason', () => {
  const file = (keys) => JSON.stringify({ kind: 'boxwise-keys', version: 1, keys });
  assert.throws(() => fromFile('{', ROWS), /not JSON/);
  assert.throws(() => fromFile('{}', ROWS), /no key map/);
  assert.throws(() => fromFile(file({ fly: ['x'] }), ROWS), /no action “fly”/);
  assert.throws(() => fromFile(file({ fit: 'x' }), ROWS), /list of names/);
  assert.throws(() => fromFile(file({ fit: ['b'] }), ROWS), /“Fit image” and “Draw”/);
  assert.throws(() => fromFile(file({ fit: ['Escape'] }), ROWS), /keeps its meaning/);
  assert.deepEqual(fromFile(file({ fit: ['b'], draw: ['f'] }), ROWS), { fit: ['b'], draw: ['f'] });
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PAGE_IDS, rowsOn } from '../../static/annotator/commands/pages.js';
import {
  asChosen,
  difference,
  fromFile,
  holder,
  toFile,
  withOwnKeys,
} from '../../static/annotator/core/keymap.js';

const row = (name, keys, common = true) => ({ name, label: name, keys, common });
const DRAW = [row('fit', ['f']), row('draw', ['b']), row('grab', ['e']), row('cancel', ['Escape'])];
const CHECK = [row('check.correct', ['e'], false), row('check.wrong', ['x'], false), ...DRAW];
const PAGES = [DRAW, CHECK];
const keysOf = (rows) => Object.fromEntries(rows.map(({ name, keys }) => [name, keys.join()]));
const whoHas = (own, name, key) => holder(PAGES, own, name, key)?.row.name;

test('a key is refused by the name of the action that has it, on any page where both are', () => {
  assert.equal(whoHas({}, 'fit', 'b'), 'draw');
  assert.equal(whoHas({}, 'fit', 'f'), undefined);
  assert.equal(whoHas({}, 'fit', 'x'), 'check.wrong');
  assert.equal(whoHas({}, 'check.wrong', 'b'), 'draw');
  assert.equal(whoHas({ fit: ['z'] }, 'check.wrong', 'f'), undefined);
});

test('a common action gives way to a page only with the keys both come with', () => {
  assert.equal(whoHas({}, 'grab', 'e'), undefined);
  assert.equal(whoHas({}, 'draw', 'e'), 'grab');
  assert.equal(
    whoHas({ 'check.correct': ['x'], 'check.wrong': ['e'] }, 'check.correct', 'e'),
    'check.wrong',
  );
  assert.equal(keysOf(asChosen(CHECK, {})).grab, '');
  assert.equal(keysOf(asChosen(DRAW, {})).grab, 'e');
});

test('own keys stand in for defaults, and no key of a page ever does two things', () => {
  assert.deepEqual(keysOf(withOwnKeys(DRAW, { fit: ['b'] })), {
    fit: 'b',
    draw: '',
    grab: 'e',
    cancel: 'Escape',
  });
  // a verdict keeps its key whatever a person gave to the common actions
  const rows = keysOf(withOwnKeys(CHECK, { fit: ['x'], draw: ['x'] }));
  assert.deepEqual([rows['check.wrong'], rows.fit, rows.draw], ['x', '', '']);
});

test('a key map survives the file, and only differences are written', () => {
  const own = difference(PAGES, { fit: ['q'], draw: ['b'], 'check.wrong': ['y'] });
  assert.deepEqual(own, { fit: ['q'], 'check.wrong': ['y'] });
  assert.deepEqual(fromFile(toFile(own), PAGES), own);
});

test('a file that is none, or would put two actions on a key, is refused with a reason', () => {
  const read = (keys) =>
    fromFile(JSON.stringify({ kind: 'boxwise-keys', version: 1, keys }), PAGES);
  assert.throws(() => fromFile('{', PAGES), /not valid JSON/);
  assert.throws(() => fromFile('{}', PAGES), /not a key map/);
  assert.throws(() => read({ fly: ['x'] }), /no action “fly”/);
  assert.throws(() => read({ fit: 'x' }), /list of names/);
  assert.throws(() => read({ fit: ['b'] }), /“fit” and “draw”/);
  assert.throws(() => read({ fit: ['x'] }), /“fit” and “check.wrong”/);
  assert.throws(() => read({ fit: ['Escape'] }), /is reserved/);
  assert.deepEqual(read({ fit: ['b'], draw: ['f'] }), { fit: ['b'], draw: ['f'] });
});

test('on no page does a key do two things, and no name stands for two rows', () => {
  for (const id of PAGE_IDS) {
    const rows = rowsOn(id);
    assert.equal(new Set(rows.map(({ name }) => name)).size, rows.length, id);
    const keys = asChosen(rows, {}).flatMap((one) => one.keys);
    assert.deepEqual(
      keys.filter((key, at) => keys.indexOf(key) !== at),
      [],
      id,
    );
    // keys of a page's own are all there, not taken by another of its own
    for (const one of withOwnKeys(rows, {}).filter(({ common }) => !common))
      assert.ok(one.keys.length, `${id}: ${one.name}`);
  }
});

test('a key that decides means one thing on every page', () => {
  const MEANT = {
    x: /^Reject/,
    n: /^(Nothing here|No object here)/,
    k: /^(Skip|Cannot judge)/,
    y: /^(Accept|Approve|Looks right|Take the merged)/,
    u: /^(Undo|Take back)/,
    Enter: /^(Submit|Send|Resolve|Save)/,
  };
  for (const id of PAGE_IDS)
    for (const row of withOwnKeys(rowsOn(id), {}))
      for (const key of row.keys.filter((each) => MEANT[each]))
        assert.match(row.label, MEANT[key], `${id}: ${key}`);
});

test('keys stored when actions were others still leave every page its keys', () => {
  const own = {
    draw: ['n'],
    'compare.swap': ['x'],
    'compare.change-on': ['n', 'ArrowRight'],
    'notes.close': ['x'],
    'review.gone': ['k'],
    gone: ['b'],
  };
  for (const id of PAGE_IDS) {
    const keys = withOwnKeys(rowsOn(id), own).flatMap((row) => row.keys);
    assert.equal(new Set(keys).size, keys.length, id);
  }
});

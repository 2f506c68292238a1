import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createDecisions } from '../../static/review/adjudicate/decisions.js';
import { mainDifference } from '../../static/review/adjudicate/words.js';
import { countKinds, telling, words } from '../../static/review/compare/changes.js';

const box = (x1, class_id = 0) => ({ class_id, x1, y1: 0, x2: x1 + 50, y2: 50 });
const drawn = (person, at) => ({ person, box: at, overlap: 0.9 });
const group = (agreement, boxes, merged = true) => ({
  mean: box(10),
  merged,
  agreement,
  probability: null,
  spread: null,
  drawn: boxes.map((at, person) => drawn(person, at)),
});
const LETTERS = ['A', 'B', 'C'];
const name = (index) => ['fish', 'shark'][index];

test('groups that agree need no look, and come into the label as they are', () => {
  const decisions = createDecisions([group(0.4, [box(0)]), group(0.95, [box(10)])], 0.8);
  assert.deepEqual(decisions.open, [0]);
  assert.ok(!decisions.done);
  decisions.none();
  assert.ok(decisions.done);
  assert.equal(decisions.boxes().length, 1);
  assert.deepEqual(decisions.counts(), { merged: 1, person: 0, none: 1, drawn: 0 });
});

test('a person’s box, the merged box, drawn boxes and undo', () => {
  const decisions = createDecisions([group(0.4, [box(0), box(20)]), group(0.5, [box(9)])], 0.8);
  assert.ok(!decisions.person(2));
  assert.ok(decisions.person(1));
  assert.equal(decisions.current, 1);
  decisions.drawn([box(70), box(80)]);
  assert.deepEqual(
    decisions.boxes().map(({ x1 }) => x1),
    [20, 70, 80],
  );
  assert.equal(decisions.current, -1);
  decisions.drawn([box(200)]);
  assert.equal(decisions.boxes().length, 4);
  assert.ok(decisions.undo());
  assert.ok(decisions.undo());
  assert.equal(decisions.current, 1);
  decisions.drawn([]);
  assert.equal(decisions.of(1).kind, 'none');
});

test('a group left out needs a look however it looks, and decisions of an earlier visit hold', () => {
  const groups = [group(0.9, [box(0)], false)];
  const first = createDecisions(groups, 0.8);
  assert.deepEqual(first.boxes(), []);
  first.merged();
  const again = createDecisions(groups, 0.8, first.entries());
  assert.ok(again.done);
  assert.deepEqual(again.boxes(), [box(10)]);
});

test('the sentence names who differs, and keeps quiet where nobody stands out', () => {
  const say = (boxes, letters = LETTERS) => mainDifference(group(0.5, boxes), letters, name);
  assert.equal(say([]), 'A reviewer added this box.');
  assert.equal(say([box(0)]), 'Only A drew this.');
  assert.equal(say([box(0), box(0, 1), box(0)]), 'A and C say fish; B says shark.');
  assert.equal(say([box(0), box(0)]), 'C drew nothing here.');
  const odd = { ...box(0), x2: 90 };
  assert.equal(
    say([box(0), box(1), odd]),
    'C puts the right edge 40 px further out. The others agree within 1 px on every edge.',
  );
  assert.equal(say([box(0), box(1), box(2)]), '');
});

test('changes are counted, ordered and worded', () => {
  const [left, right] = [{ boxes: [box(0), box(9)] }, { boxes: [box(0, 1), box(60)] }];
  const changes = [
    { kind: 'same', left: 0, right: 0, overlap: 1 },
    { kind: 'moved', left: 1, right: 1, overlap: 0.5 },
    { kind: 'relabelled', left: 0, right: 0, overlap: 0.9 },
    { kind: 'added', left: null, right: 1, overlap: 0 },
  ];
  assert.deepEqual(
    telling(changes).map(({ kind }) => kind),
    ['added', 'relabelled', 'moved'],
  );
  assert.deepEqual(countKinds(changes), { added: 1, removed: 0, moved: 1, relabelled: 1, same: 1 });
  assert.equal(words(changes[2], left, right, name), 'fish → shark');
  assert.equal(words(changes[1], left, right, name), 'fish, overlap 0.50');
  assert.equal(words(changes[3], left, right, name), 'fish');
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createMarks } from '../../static/review/grid/marks.js';

const RIGHT = { verdict: 'right', reason: '' };
const WRONG = { verdict: 'rejected', reason: 'Wrong class' };

test('marking goes on to the next picture nobody has looked at', () => {
  const marks = createMarks([7, 8, 9], [[8, RIGHT]]);
  marks.mark(WRONG);
  assert.equal(marks.current, 9);
  marks.mark(RIGHT);
  assert.equal(marks.current, 9);
  assert.deepEqual(marks.untouched(), []);
  assert.equal(marks.count('right'), 2);
});

test('after the last picture the cursor returns to one left behind', () => {
  const marks = createMarks([1, 2, 3]);
  marks.moveTo(2);
  marks.mark(RIGHT);
  assert.equal(marks.current, 1);
});

test('the rest is one step, and undo brings back what stood there', () => {
  const marks = createMarks([1, 2, 3]);
  marks.mark(WRONG);
  assert.equal(marks.markRest(), 2);
  assert.equal(marks.markRest(), 0);
  assert.ok(marks.undo());
  assert.deepEqual(marks.untouched(), [2, 3]);
  assert.ok(marks.undo());
  assert.equal(marks.of(1), undefined);
  assert.equal(marks.cursor, 0);
  assert.ok(!marks.undo());
});

test('the cursor stays on the page, and marks of other pages are forgotten', () => {
  const marks = createMarks([1, 2], [[5, RIGHT]]);
  marks.moveTo(-3);
  assert.equal(marks.cursor, 0);
  marks.moveTo(9);
  assert.equal(marks.cursor, 1);
  assert.deepEqual(marks.entries(), []);
});

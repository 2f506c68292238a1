import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createMarks } from '../../static/review/grid/marks.js';

const RIGHT = { verdict: 'right', reason: '' };
const WRONG = { verdict: 'rejected', reason: 'wrong_class' };

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

test('what the server has stays decided and is not sent again until it gives it back', () => {
  const marks = createMarks([1, 2, 3]);
  marks.mark(RIGHT);
  marks.moveTo(1);
  marks.store(2, WRONG);
  assert.equal(marks.current, 3);
  assert.deepEqual(marks.entries(), [[1, RIGHT]]);
  assert.deepEqual(marks.untouched(), [3]);
  marks.moveTo(1);
  marks.mark(RIGHT);
  assert.deepEqual(marks.of(2), WRONG);
  marks.takeBack(2);
  assert.equal(marks.current, 2);
  assert.deepEqual(marks.untouched(), [2, 3]);
});

test('undo never touches what the server has', () => {
  const marks = createMarks([1, 2]);
  marks.mark(RIGHT);
  marks.store(1, WRONG);
  assert.equal(marks.undo(), false);
  assert.deepEqual(marks.of(1), WRONG);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { boxOf, sidesOf, toGo } from '../../static/annotator/core/points.js';

const TOP = { x: 50, y: 10 };
const LEFT = { x: 20, y: 40 };
const BOTTOM = { x: 45, y: 90 };
const RIGHT = { x: 80, y: 60 };

/** All orders of four. @param {any[]} items */
const orders = (items) =>
  items.length < 2
    ? [items]
    : items.flatMap((item) =>
        orders(items.filter((other) => other !== item)).map((rest) => [item, ...rest]),
      );

test('four points give the same box in any order', () => {
  for (const marks of orders([TOP, LEFT, BOTTOM, RIGHT]))
    assert.deepEqual(boxOf(marks, null), { x1: 20, y1: 10, x2: 80, y2: 90 });
});

test('two points tell which sides are still to come', () => {
  assert.deepEqual(sidesOf([TOP, LEFT], { x: 80, y: 90 }), ['n', 'w']);
  assert.equal(toGo([TOP, LEFT], { x: 80, y: 90 }), '2 of 4. To go: bottom, right');
});

test('open sides follow the pointer, known ones stay', () => {
  assert.deepEqual(boxOf([TOP, LEFT], { x: 70, y: 60 }), { x1: 20, y1: 10, x2: 70, y2: 60 });
});

test('named edges are where they were set, whatever lies beyond', () => {
  const marks = [
    { x: 0, y: 15, side: 'n' },
    { x: 25, y: 0, side: 'w' },
    { x: 99, y: 70, side: 's' },
    { x: 60, y: 99, side: 'e' },
  ];
  assert.deepEqual(boxOf(marks, null), { x1: 25, y1: 15, x2: 60, y2: 70 });
  assert.deepEqual(sidesOf(marks, null), ['n', 'w', 's', 'e']);
});

test('points and edges mix: the edge is exact, points give the rest', () => {
  const marks = [{ x: 0, y: 12, side: 'n' }, LEFT, BOTTOM, RIGHT];
  assert.deepEqual(boxOf(marks, null), { x1: 20, y1: 12, x2: 80, y2: 90 });
});

test('edges set past one another still give a box', () => {
  const marks = [
    { x: 80, y: 0, side: 'w' },
    { x: 20, y: 0, side: 'e' },
    { x: 0, y: 10, side: 'n' },
    { x: 0, y: 50, side: 's' },
  ];
  assert.deepEqual(boxOf(marks, null), { x1: 20, y1: 10, x2: 80, y2: 50 });
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  bigEnough,
  clipped,
  fromCorners,
  handlePoint,
  iou,
  isSlip,
  moved,
  readingOrder,
  resized,
} from '../../static/annotator/core/geometry.js';

const SIZE = { width: 100, height: 80 };
const BOX = { x1: 10, y1: 20, x2: 30, y2: 50 };

test('a box drawn backwards is the same box', () => {
  assert.deepEqual(fromCorners({ x: 30, y: 50 }, { x: 10, y: 20 }), BOX);
});

test('a moved box keeps its size at the edge of the image', () => {
  assert.deepEqual(moved(BOX, 500, -500, SIZE), { x1: 80, y1: 0, x2: 100, y2: 30 });
});

test('dragging a handle past the far side flips the box', () => {
  assert.deepEqual(resized(BOX, 'w', { x: 40, y: 0 }, SIZE), { x1: 30, y1: 20, x2: 40, y2: 50 });
});

test('a corner moves two edges, an edge only one', () => {
  assert.deepEqual(resized(BOX, 'se', { x: 60, y: 70 }, SIZE), { x1: 10, y1: 20, x2: 60, y2: 70 });
  assert.deepEqual(resized(BOX, 's', { x: 60, y: 70 }, SIZE), { x1: 10, y1: 20, x2: 30, y2: 70 });
});

test('resizing stops at the edge of the image', () => {
  assert.equal(resized(BOX, 'e', { x: 999, y: 0 }, SIZE).x2, 100);
});

test('every handle sits on the outline', () => {
  assert.deepEqual(handlePoint(BOX, 'n'), { x: 20, y: 20 });
  assert.deepEqual(handlePoint(BOX, 'se'), { x: 30, y: 50 });
});

test('overlap is 1 with itself, 0 apart, and a third for half shifted', () => {
  assert.equal(iou(BOX, BOX), 1);
  assert.equal(iou(BOX, { x1: 50, y1: 50, x2: 60, y2: 60 }), 0);
  assert.ok(Math.abs(iou(BOX, moved(BOX, 10, 0, SIZE)) - 1 / 3) < 1e-12);
});

test('a slip of the hand is not a box', () => {
  assert.equal(bigEnough({ x1: 5, y1: 5, x2: 6, y2: 40 }), false);
  assert.equal(bigEnough(BOX), true);
});

test('what lies outside the image is cut off', () => {
  const cut = clipped({ x1: -5, y1: -5, x2: 200, y2: 200 }, SIZE);
  assert.deepEqual(cut, { x1: 0, y1: 0, x2: 100, y2: 80 });
});

test('boxes are read in rows from the top, each from the left', () => {
  const box = (name, x1, y1) => ({ name, x1, y1, x2: x1 + 10, y2: y1 + 10 });
  const boxes = [box('d', 5, 40), box('b', 50, 0), box('c', 80, 3), box('a', 0, 4)];
  assert.deepEqual(
    readingOrder(boxes).map(({ name }) => name),
    ['a', 'b', 'c', 'd'],
  );
});

test('a slip of the hand is told from a small or thin object by its size on the screen', () => {
  const box = (w, h) => ({ x1: 0, y1: 0, x2: w, y2: h });
  assert.ok(isSlip(box(5, 6), 1, false));
  assert.ok(isSlip(box(2, 90), 1, false));
  assert.ok(!isSlip(box(4, 90), 1, false));
  assert.ok(!isSlip(box(5, 6), 2, false)); // zoomed in, it is meant
  assert.ok(isSlip(box(12, 12), 1, true));
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { clickedOf, hitTest } from '../../static/annotator/core/hittest.js';

const BIG = { id: 1, class_id: 0, x1: 0, y1: 0, x2: 100, y2: 100, suggested: false };
const SMALL = { id: 2, class_id: 0, x1: 40, y1: 40, x2: 60, y2: 60, suggested: false };

test('the smallest box under the pointer wins', () => {
  const hit = hitTest([SMALL, BIG], null, { x: 50, y: 50 }, 1);
  assert.equal(hit.box.id, 2);
  assert.equal(hit.onEdge, false);
});

test('only the selected box has handles', () => {
  assert.equal(hitTest([BIG], null, { x: 0, y: 0 }, 1).kind, 'box');
  const hit = hitTest([BIG], 1, { x: 1, y: 2 }, 1);
  assert.deepEqual([hit.kind, hit.handle], ['handle', 'nw']);
});

test('the line of the selected box resizes between its handles too', () => {
  const hit = hitTest([BIG], 1, { x: 102, y: 25 }, 1);
  assert.deepEqual([hit.kind, hit.handle], ['handle', 'e']);
});

test('of handles close together the nearest is meant', () => {
  const tiny = { ...SMALL, x2: 44, y2: 44 };
  assert.equal(hitTest([tiny], 2, { x: 44, y: 44 }, 1).handle, 'se');
});

test('the reach of a handle is on the screen, not in the image', () => {
  assert.equal(hitTest([BIG], 1, { x: 5, y: 5 }, 1).kind, 'handle');
  assert.equal(hitTest([BIG], 1, { x: 5, y: 5 }, 8).kind, 'box');
});

test('beside every box there is nothing', () => {
  assert.equal(hitTest([SMALL], 2, { x: 90, y: 90 }, 1), null);
});

test('a click means the smallest box, and each further one in its place the next below', () => {
  assert.equal(clickedOf([3, 2, 1], [], null), 3);
  assert.equal(clickedOf([3, 2, 1], [3, 2, 1], 3), 2);
  assert.equal(clickedOf([3, 2, 1], [3, 2, 1], 1), 3);
  // somewhere else, or with another box selected, it begins anew
  assert.equal(clickedOf([2, 1], [3, 2, 1], 2), 2);
  assert.equal(clickedOf([3, 2, 1], [3, 2, 1], 7), 3);
  assert.equal(clickedOf([], [3], 3), null);
});

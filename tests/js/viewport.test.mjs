import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createViewport, MAX_SCALE, MIN_SCALE } from '../../static/annotator/core/viewport.js';

function opened() {
  const viewport = createViewport();
  viewport.setView({ width: 824, height: 624 });
  viewport.setImage({ width: 400, height: 300 });
  return viewport;
}

const near = (a, b) => assert.ok(Math.abs(a.x - b.x) < 1e-9 && Math.abs(a.y - b.y) < 1e-9);

test('an image opens fitted, in the middle, with air around it', () => {
  const viewport = opened();
  assert.equal(viewport.scale, 2);
  assert.deepEqual([viewport.left, viewport.top], [12, 12]);
});

test('screen to image and back is the same place', () => {
  const viewport = opened();
  viewport.zoomAt({ x: 100, y: 50 }, 3.7);
  viewport.panBy(-31, 17);
  near(viewport.toScreen(viewport.toImage({ x: 321, y: 123 })), { x: 321, y: 123 });
});

test('zooming keeps the place under the pointer', () => {
  const viewport = opened();
  const pointer = { x: 300, y: 200 };
  const before = viewport.toImage(pointer);
  viewport.zoomAt(pointer, 2.5);
  near(viewport.toImage(pointer), before);
});

test('zoom stays between a tenth and thirty-two', () => {
  const viewport = opened();
  viewport.zoomMiddle(1e6);
  assert.equal(viewport.scale, MAX_SCALE);
  viewport.zoomMiddle(1e-9);
  assert.equal(viewport.scale, MIN_SCALE);
});

test('nobody can lose the image by panning', () => {
  const viewport = opened();
  viewport.panBy(1e6, 1e6);
  assert.ok(viewport.left < 824 && viewport.top < 624);
  viewport.panBy(-1e6, -1e6);
  assert.ok(viewport.left + 800 > 0 && viewport.top + 600 > 0);
});

test('a fitted image stays fitted when the window changes', () => {
  const viewport = opened();
  viewport.setView({ width: 424, height: 624 });
  assert.equal(viewport.scale, 1);
});

test('a zoomed image keeps its middle when the window changes', () => {
  const viewport = opened();
  viewport.zoomMiddle(3);
  const before = viewport.toImage({ x: 412, y: 312 });
  viewport.setView({ width: 600, height: 500 });
  near(viewport.toImage({ x: 300, y: 250 }), before);
});

test('a box that the view was zoomed to stays in it when the window changes, until somebody moves', () => {
  const box = { x1: 300, y1: 200, x2: 500, y2: 300 };
  const viewport = opened();
  viewport.zoomToBox(box);
  viewport.setView({ width: 300, height: 900 });
  assert.equal(viewport.scale, 0.75);
  near(viewport.toScreen({ x: 400, y: 250 }), { x: 150, y: 450 });
  viewport.panBy(-20, 0);
  viewport.setView({ width: 600, height: 900 });
  assert.equal(viewport.scale, 0.75);
});

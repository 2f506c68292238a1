import assert from 'node:assert/strict';
import { test } from 'node:test';
import { GLASS, placeGlass } from '../../static/annotator/core/magnifier.js';

const VIEW = { width: 950, height: 700 };
const meet = (a, b) => a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;
const around = ({ x, y }) => ({ x: x - 5, y: y - 5, w: 10, h: 10 });

test('it is off the box being drawn, its words and the pointer, wherever they are', () => {
  for (let x = 150; x < 900; x += 37)
    for (let y = 120; y < 650; y += 31)
      for (const [w, h] of [
        [90, 60],
        [40, 110],
        [140, 100],
      ]) {
        const at = { x, y };
        const box = { x: x - w, y: y - h, w, h };
        const words = [{ x: x + (x + 250 < VIEW.width ? 40 : -220), y: y + 19, w: 180, h: 18 }];
        const glass = placeGlass(at, VIEW, false, box, words);
        for (const part of [box, ...words, around(at)])
          assert.ok(!meet(glass, part), JSON.stringify({ at, box, glass, part }));
      }
});

test('it stays in view, and above a finger where there is room', () => {
  const at = { x: 195, y: 300 };
  const glass = placeGlass(at, { width: 390, height: 512 }, true, null, []);
  assert.deepEqual([glass.x + GLASS / 2, glass.y + GLASS], [195, 240]);
  for (const corner of [
    { x: 5, y: 5 },
    { x: 385, y: 5 },
    { x: 5, y: 500 },
    { x: 385, y: 500 },
  ]) {
    const there = placeGlass(corner, { width: 390, height: 512 }, true, null, []);
    assert.ok(there.x >= 8 && there.y >= 8 && there.x + GLASS <= 382 && there.y + GLASS <= 504);
    assert.ok(!meet(there, around(corner)));
  }
});

test('where everything is covered it stays at the freer side', () => {
  const box = { x: 0, y: 0, w: 950, h: 700 };
  assert.equal(placeGlass({ x: 300, y: 350 }, VIEW, false, box, []).x, 360);
});

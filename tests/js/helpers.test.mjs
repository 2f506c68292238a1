import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findClasses, meantByNumber } from '../../static/annotator/core/class-search.js';
import {
  createVisibility,
  isLocked,
  isShown,
  toggled,
} from '../../static/annotator/core/display.js';
import { nearestHandle } from '../../static/annotator/core/geometry.js';
import { snapped } from '../../static/annotator/core/snap.js';
import { outcomes } from '../../static/annotator/core/suggestions.js';

const BOX = { class_id: 0, x1: 10, y1: 10, x2: 30.04, y2: 30 };
const doc = (more) => ({ ...BOX, id: 1, suggested: false, ...more });

test('a point snaps to edges it is beside, each axis by itself, within reach only', () => {
  const lines = [{ x1: 100, y1: 100, x2: 200, y2: 300 }];
  assert.deepEqual(snapped({ x: 103, y: 150 }, lines, 5), { x: 100, y: 150 });
  assert.deepEqual(snapped({ x: 203, y: 298 }, lines, 5), { x: 200, y: 300 });
  assert.deepEqual(snapped({ x: 103, y: 400 }, lines, 5), { x: 103, y: 400 });
  assert.deepEqual(snapped({ x: 107, y: 150 }, lines, 5), { x: 107, y: 150 });
});

test('each suggestion has an outcome told from the boxes at the end', () => {
  const suggested = Array.from({ length: 5 }, (_, i) => ({ ...BOX, score: i === 4 ? 0.2 : 0.9 }));
  const boxes = [
    doc({ source: 0, x2: 30 }),
    doc({ source: 1, x2: 35 }),
    doc({ source: 3, suggested: true, score: 0.9 }),
    doc({ source: 4, suggested: true, score: 0.2 }),
    doc({}),
  ];
  assert.deepEqual(outcomes(suggested, boxes, 0.5), [
    'accepted',
    'changed',
    'dismissed',
    'left',
    'unseen',
  ]);
});

test('another class is a change', () => {
  assert.deepEqual(outcomes([BOX], [doc({ source: 0, class_id: 2 })], 0), ['changed']);
});

const CLASSES = Array.from({ length: 50 }, (_, index) => ({
  index,
  name: ['grey seal', 'seal', 'seagull', 'boat'][index] ?? `thing ${index}`,
  hotkey: index < 10 ? String((index + 1) % 10) : '',
  note: '',
}));

test('classes are found by their beginning first', () => {
  const names = findClasses(CLASSES, 'sea').map(({ entry }) => entry.name);
  assert.deepEqual(names, ['seal', 'seagull', 'grey seal']);
  assert.equal(findClasses(CLASSES, '').length, 50);
});

test('two digits choose at once where no number goes on from them', () => {
  assert.equal(meantByNumber(CLASSES, '42').name, 'thing 41');
  assert.equal(meantByNumber(CLASSES, '4'), undefined);
  assert.equal(meantByNumber(CLASSES, '7').name, 'thing 6');
  assert.equal(meantByNumber(CLASSES, 'x'), undefined);
});

test('what is hidden by box, class, confidence or turn is not shown', () => {
  const visibility = createVisibility();
  const suggestion = doc({ suggested: true, score: 0.4 });
  assert.equal(isShown(suggestion, visibility), true);
  assert.equal(isShown(suggestion, { ...visibility, confidence: 0.5 }), false);
  assert.equal(isShown(suggestion, { ...visibility, suggestions: false }), false);
  assert.equal(isShown(doc({}), { ...visibility, confidence: 0.5, suggestions: false }), true);
  assert.equal(isShown(doc({}), { ...visibility, onlyClass: 3 }), false);
  assert.equal(isShown(doc({}), { ...visibility, hiddenClasses: toggled(new Set(), 0) }), false);
  assert.equal(isLocked(doc({}), { ...visibility, lockedIds: toggled(new Set(), 1) }), true);
});

test('near a corner the corner is meant, else the nearer edge', () => {
  const box = { x1: 0, y1: 0, x2: 100, y2: 100 };
  assert.equal(nearestHandle(box, { x: 95, y: 8 }), 'ne');
  assert.equal(nearestHandle(box, { x: 50, y: 96 }), 's');
  assert.equal(nearestHandle(box, { x: 4, y: 40 }), 'w');
});

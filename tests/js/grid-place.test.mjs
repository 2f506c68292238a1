import assert from 'node:assert/strict';
import { test } from 'node:test';

globalThis.location = /** @type {any} */ ({ pathname: '/jobs/a/review/grid' });
const { addressOf, placeIn } = await import('../../static/review/grid/place.js');

/** @param {string[]} earlier @param {string} after @param {number} [cursor] */
const around = (earlier, after, cursor) => {
  const address = addressOf(new URLSearchParams('source=any'), { after, earlier }, cursor);
  const query = new URLSearchParams(address.split('?')[1]);
  assert.equal(query.get('source'), 'any');
  return placeIn(query);
};

test('a place of the grid comes back from its address, the first page too', () => {
  assert.deepEqual(around([], ''), { earlier: [], after: '', cursor: 0 });
  assert.deepEqual(around([''], '0.4:7', 5), { earlier: [''], after: '0.4:7', cursor: 5 });
  assert.deepEqual(around(['', '0.4:7'], '0.5:9').earlier, ['', '0.4:7']);
});

test('a long way back does not make the address too long', () => {
  const earlier = Array.from({ length: 100 }, (_, page) => `0.${page}:${page}`);
  assert.deepEqual(around(earlier, '0.99:1').earlier, earlier.slice(-20));
});

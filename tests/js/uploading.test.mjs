import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sorted } from '../../static/admin_forms/drop-zone.js';
import { partsOf } from '../../static/admin_forms/upload.js';

const ACCEPT = '.jpg,.png,.zip,.json';
const named = (...names) => names.map((name) => ({ name, size: 1 }));
const MB = 1024 ** 2;

test('files are sent in order, in parts of at most 200 files and 64 MB', () => {
  const small = partsOf(named(...Array.from({ length: 450 }, (_, i) => `${i}.jpg`)));
  assert.deepEqual(
    small.map((part) => part.length),
    [200, 200, 50],
  );
  assert.equal(small[1][0].name, '200.jpg');
  const large = partsOf([40, 30, 80, 10].map((size) => ({ name: 'a', size: size * MB })));
  assert.deepEqual(
    large.map((part) => part.map(({ size }) => size / MB)),
    [[40], [30], [80], [10]],
  );
});

test('what no import can use is named, and the rest is kept', () => {
  const { taken, refused } = sorted(named('A.JPG', 'b.tiff', 'c.zip', 'noending'), ACCEPT);
  assert.deepEqual(
    taken.map(({ name }) => name),
    ['A.JPG', 'c.zip', 'noending'],
  );
  assert.match(refused, /^b\.tiff cannot be imported: .* 3 other files are kept\.$/);
});

test('many refused files are named by three, and files that systems leave are no error', () => {
  const files = named('.DS_Store', 'Thumbs.db', 'a.txt', 'b.txt', 'c.txt', 'd.txt', 'e.txt');
  const { taken, refused } = sorted(files, ACCEPT);
  assert.equal(taken.length, 0);
  assert.match(refused, /^a\.txt, b\.txt, c\.txt and 2 more cannot be imported: /);
  assert.equal(sorted(named('.DS_Store', 'a.png'), ACCEPT).refused, '');
});

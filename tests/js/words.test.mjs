/** What the live page says of numbers. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { peoplesLimit } from '../../static/dashboard/words.js';

test('a target is compared with what one person alone reaches, less .05', () => {
  assert.equal(peoplesLimit(null, [0.6]), ''); // nobody has drawn what others drew, too
  assert.equal(peoplesLimit(undefined, [0.6]), '');
  assert.equal(peoplesLimit(0.9, [0.6, 0.65, 0.7]), '');
  assert.equal(
    peoplesLimit(0.72, [0.6, 0.65, 0.7]),
    'One person alone reaches 0.72 against the labels of several: a target above 0.67 asks more than people give.',
  );
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { causeOf } from '../../static/annotator/core/storage-errors.js';
import { notTaken } from '../../static/annotator/panels/messages.js';
import { ApiError } from '../../static/annotator/sync/api.js';

const full = new DOMException('no room', 'QuotaExceededError');
const blocked = new DOMException('denied', 'SecurityError');

test('why a browser kept nothing is told apart', () => {
  assert.equal(causeOf(full), 'full');
  assert.equal(causeOf(blocked), 'forbidden');
  assert.equal(causeOf(new TypeError('indexedDB is undefined')), 'forbidden');
  assert.equal(causeOf(new DOMException('gone', 'AbortError')), 'failed');
  assert.equal(causeOf(undefined), 'failed');
});

test('work that nobody took names both causes, and never a network that is there', () => {
  const say = (storage, kind, message = 'no') =>
    notTaken(storage, new ApiError(kind, message)).text;
  assert.match(say(full, 'offline'), /no storage left.*cannot be reached/);
  assert.match(say(blocked, 'busy'), /blocks storage.*too busy/);
  assert.match(say(full, 'signed_out'), /signed out\. Sign in, then submit again/);
  assert.equal(
    say(full, 'refused', 'The class “boat” was removed.'),
    'The server rejected this: The class “boat” was removed. Your boxes stay on screen.',
  );
  for (const kind of ['busy', 'signed_out', 'refused'])
    assert.doesNotMatch(say(full, kind), /reached|online/, kind);
});

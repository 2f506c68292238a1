import assert from 'node:assert/strict';
import { test } from 'node:test';

globalThis.document = { querySelector: () => null };
const { createApi } = await import('../../static/annotator/sync/api.js');
const { fetchPatiently } = await import('../../static/common/busy.js');

/** A server that answers with these, one after another; and the waits that were asked of us. */
function answering(context, ...answers) {
  const waits = [];
  context.mock.method(globalThis, 'setTimeout', (run, ms) => {
    waits.push(ms);
    queueMicrotask(run);
  });
  const asked = [];
  context.mock.method(globalThis, 'fetch', async (url) => {
    asked.push(url);
    const [status, body = {}, headers = {}] = answers.shift();
    return new Response(JSON.stringify(body), { status, headers });
  });
  return { waits, asked };
}

const TOO_MANY = [
  429,
  { code: 'too_many_requests', message: 'Too many requests at once.' },
  { 'Retry-After': '3' },
];

test('a request that is too much at once is sent again after the time the server asked for', async (t) => {
  const { waits, asked } = answering(t, TOO_MANY, [200, { done: true }]);
  assert.deepEqual(await createApi({ userId: 1 }).post('/api/x'), { done: true });
  assert.deepEqual(waits, [3000]);
  assert.equal(asked.length, 2);
});

test('where it is still too much the page waits as for a busy server', async (t) => {
  answering(t, TOO_MANY, TOO_MANY);
  await assert.rejects(createApi({ userId: 1 }).post('/api/x'), {
    kind: 'busy',
    code: 'too_many_requests',
    retryAfter: 3,
  });
});

test('a picture is asked for again while the server is busy, and not for ever', async (t) => {
  const { waits } = answering(t, TOO_MANY, [503, {}, { 'Retry-After': '99' }], [503], [200]);
  assert.equal((await fetchPatiently('/p')).status, 200);
  assert.deepEqual(waits, [3000, 30_000, 1000]);
  const { asked } = answering(t, ...Array(9).fill(TOO_MANY));
  assert.equal((await fetchPatiently('/p')).status, 429);
  assert.equal(asked.length, 4);
});

test('a picture that is not there is not asked for again', async (t) => {
  const { asked } = answering(t, [404]);
  assert.equal((await fetchPatiently('/p')).status, 404);
  assert.equal(asked.length, 1);
});

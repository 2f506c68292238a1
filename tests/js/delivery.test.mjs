import assert from 'node:assert/strict';
import { registerHooks } from 'node:module';
import { beforeEach, test } from 'node:test';

const page = { listeners: {}, requests: [], answer: async () => reply(200, {}) };
const listen = (name, listener) => {
  page.listeners[name] = listener;
};
globalThis.window = { addEventListener: listen };
globalThis.document = { hidden: false, addEventListener: listen, querySelector: () => null };
Object.defineProperty(globalThis, 'navigator', { value: { onLine: true }, configurable: true });
globalThis.fetch = async (url, { method, body }) => {
  const request = { url, method, body: body && JSON.parse(body) };
  page.requests.push(request);
  return page.answer(request);
};
// Node has no database: what is kept is kept in memory, as where a browser forbids storage.
const url = 'data:text/javascript,export const openDB = async () => { throw new TypeError() }';
registerHooks({
  resolve: (name, context, next) =>
    name.endsWith('/idb/index.js') ? { url, shortCircuit: true } : next(name, context),
});
const { createApp } = await import('../../static/annotator/app.js');
const { createDelivery } = await import('../../static/annotator/sync/delivery.js');

const reply = (status, body) => ({
  ok: status < 400,
  status,
  headers: new Headers(),
  json: async () => body,
});
const settle = () => new Promise((done) => setTimeout(done, 10));
const answers = () => page.requests.filter(({ method }) => method === 'PUT');
const answer = (id, n) => ({
  assignment: `assignments:${id}`,
  method: 'PUT',
  url: `/api/assignments/${id}/answer`,
  body: { n },
  context: { assignment: { id } },
});

beforeEach(() => {
  page.requests = [];
  page.answer = async () => reply(200, {});
});

async function start() {
  const app = createApp();
  const sent = [];
  app.on('sent', ({ item }) => sent.push([item.assignment, item.body.n]));
  return { app, sent, ...(await createDelivery(app, 7, 12)) };
}

test('what was drawn offline waits, and goes when the network is back', async () => {
  const { app, sent, outbox } = await start();
  page.answer = async () => {
    throw new TypeError('failed to fetch');
  };
  await outbox.put(answer(1, 1));
  await outbox.put(answer(2, 2));
  await settle();
  assert.equal(app.outbox.trouble, 'offline');
  assert.equal(app.outbox.waiting, 2);
  assert.deepEqual(sent, []);
  page.answer = async () => reply(200, {});
  page.listeners.online();
  await settle();
  assert.deepEqual(sent, [
    ['assignments:1', 1],
    ['assignments:2', 2],
  ]);
  assert.deepEqual([app.outbox.trouble, app.outbox.waiting], [null, 0]);
});

test('a refused answer is kept with its reason; answers of other images still go', async () => {
  const { app, sent, outbox } = await start();
  const why = { code: 'invalid', message: 'Too narrow.', where: 'boxes[0].x2' };
  page.answer = async ({ url }) => (url.includes('/1/') ? reply(400, why) : reply(200, {}));
  await outbox.put(answer(1, 1));
  await outbox.put(answer(2, 2));
  await settle();
  assert.deepEqual(sent, [['assignments:2', 2]]);
  assert.equal(app.outbox.waiting, 0);
  assert.deepEqual(
    app.outbox.refused.map(({ assignment, problem }) => [assignment, problem]),
    [['assignments:1', { message: 'Too narrow.', where: 'boxes[0].x2', code: 'invalid' }]],
  );
  // Sent anew with its boxes mended, it takes the place of the refused one.
  page.answer = async () => reply(200, {});
  await outbox.put(answer(1, 3));
  await settle();
  assert.deepEqual(sent.at(-1), ['assignments:1', 3]);
  assert.deepEqual(app.outbox.refused, []);
});

test('a second answer of one image never overtakes the first, however slow that is', async () => {
  const { sent, outbox } = await start();
  let begun = 0;
  let most = 0;
  page.answer = async ({ body }) => {
    begun += 1;
    most = Math.max(most, begun);
    await new Promise((done) => setTimeout(done, body.n === 1 ? 20 : 0));
    begun -= 1;
    return reply(200, {});
  };
  await outbox.put(answer(1, 1));
  await outbox.put(answer(1, 2));
  await new Promise((done) => setTimeout(done, 60));
  assert.deepEqual(
    answers().map(({ body }) => body.n),
    [1, 2],
  );
  assert.equal(sent.length, 2);
  assert.equal(most, 1);
});

test('each answer tells what the page has now and how much more it wants', async () => {
  const { app, outbox } = await start();
  app.current = { id: 4 };
  app.upcoming = [{ id: 5 }];
  await outbox.put(answer(3, 1));
  await settle();
  const [{ body }] = answers();
  assert.deepEqual([body.hold, body.count, body.n], [[4, 5], 12, 1]);
});

test('signed out, answers wait for the person, and go with the first request that succeeds', async () => {
  const { app, sent, api, outbox } = await start();
  const lines = [];
  app.on('line-changed', (trouble) => lines.push(trouble));
  page.answer = async () => reply(401, {});
  await outbox.put(answer(1, 1));
  await settle();
  assert.equal(app.outbox.trouble, 'signed_out');
  assert.equal(app.outbox.waiting, 1);
  page.answer = async () => reply(200, {});
  await api.get('/api/preferences');
  await settle();
  assert.deepEqual(lines, ['signed_out', null, null]);
  assert.deepEqual(sent, [['assignments:1', 1]]);
});

test('the draft of an image goes only when its answer has arrived', async () => {
  const { outbox, store } = await start();
  const draft = { assignment: 'assignments:1', version: 0, number: 1, writer: '', boxes: [] };
  await store.saveDraft({ ...draft, active_ms: 0 }, 0);
  page.answer = async () => reply(400, { message: 'No.' });
  await outbox.put(answer(1, 1));
  await settle();
  assert.notEqual(await store.draft('assignments:1'), undefined);
  page.answer = async () => reply(200, {});
  await outbox.put(answer(1, 2));
  await settle();
  assert.equal(await store.draft('assignments:1'), undefined);
});

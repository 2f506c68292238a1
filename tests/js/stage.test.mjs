import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';

globalThis.window = globalThis;
globalThis.document = { hidden: false, addEventListener() {} };
const network = { onLine: true };
Object.defineProperty(globalThis, 'navigator', { value: network, configurable: true });
globalThis.fetch = async () => ({ ok: false });
const { createApp } = await import('../../static/annotator/app.js');
const { createEditor } = await import('../../static/annotator/editor.js');
const { createStage } = await import('../../static/annotator/view/stage.js');

const BOX = { class_id: 0, x1: 10, y1: 10, x2: 40, y2: 40 };
const assignment = (id) => ({
  id,
  version: 0,
  draft: null,
  boxes: [BOX],
  image: { id, width: 200, height: 100, preview_url: '' },
});
const draftOf = (id, boxes) => ({
  assignment: `assignments:${id}`,
  version: 0,
  number: 3,
  writer: 'me',
  boxes,
  active_ms: 5_000,
  action_ms: {},
});
const settle = () => new Promise((done) => setTimeout(done, 5));

beforeEach(() => {
  network.onLine = true;
});

function start({ draft = async () => undefined, saveDraft = async () => null, entry = {} } = {}) {
  const app = createApp();
  const seen = { cards: [], kept: [], saved: [], events: [] };
  for (const name of ['image-opened', 'draft-restored', 'boxes-ready'])
    app.on(name, (opened) => seen.events.push([name, opened?.id ?? null]));
  const editor = createEditor([], (name) => app.emit('gesture', name));
  const card =
    (name) =>
    (...args) =>
      seen.cards.push({ name, args });
  createStage(app, {
    workspace: { editor, restartActivity() {}, activeMs: () => 0, actionMs: () => ({}) },
    images: { want: () => entry, isReady: () => true, retry() {} },
    store: {
      cause: null,
      draft,
      saveDraft: async (saved) => {
        seen.saved.push([saved.assignment, saved.boxes.length]);
        return saveDraft(saved);
      },
    },
    card: {
      hide: card('hide'),
      offline: card('offline'),
      trouble: card('trouble'),
      empty: card('empty'),
      broken: card('broken'),
    },
    status: { prefetch() {}, keptHere: (cause) => seen.kept.push(cause) },
    session: { trouble: null, claim() {} },
    boxesOf: ({ boxes }) => boxes,
    brokenReason: 'broken',
  });
  const open = (one) => {
    app.current = one;
    app.emit('assignment-opened', one);
  };
  const drawBox = () => editor.doc.edit('Draw', () => editor.doc.add(BOX));
  return { app, editor, seen, open, drawBox };
}

test('a draft found here is shown in place of the boxes the image came with', async () => {
  const draft = async (name) => draftOf(name.split(':')[1], [BOX, BOX, BOX]);
  const { editor, seen, open } = start({ draft });
  open(assignment(1));
  assert.equal(editor.doc.boxes.length, 1); // nobody waits for the disk
  await settle();
  assert.equal(editor.doc.boxes.length, 3);
  assert.deepEqual(seen.events, [
    ['image-opened', 1],
    ['draft-restored', 1],
    ['boxes-ready', 1],
  ]);
});

test('a draft that comes after somebody has drawn does not replace what is on screen', async () => {
  let arrive = () => {};
  const draft = () =>
    new Promise((done) => {
      arrive = () => done(draftOf(1, []));
    });
  const { editor, seen, open, drawBox } = start({ draft });
  open(assignment(1));
  drawBox();
  arrive();
  await settle();
  assert.equal(editor.doc.boxes.length, 2);
  assert.ok(!seen.events.some(([name]) => name === 'draft-restored'));
});

test('a draft that comes after the image has changed is not shown on the next one', async () => {
  const arrive = [];
  const draft = () => new Promise((done) => arrive.push(done));
  const { editor, seen, open } = start({ draft });
  open(assignment(1));
  open(assignment(2));
  arrive[0](draftOf(1, [BOX, BOX]));
  arrive[1](undefined);
  await settle();
  assert.equal(editor.doc.boxes.length, 1);
  const ready = seen.events.filter(([name]) => name === 'boxes-ready');
  assert.deepEqual(ready, [['boxes-ready', 2]]);
});

test('each gesture is kept for the open image, and none after it was submitted', async () => {
  const { app, seen, open, drawBox } = start();
  open(assignment(1));
  await settle();
  drawBox();
  await settle();
  assert.deepEqual(seen.saved, [['assignments:1', 2]]);
  app.emit('submitted', { assignment: app.current, boxes: 2, activeMs: 0 });
  drawBox();
  await settle();
  assert.equal(seen.saved.length, 1);
  open(assignment(2));
  drawBox();
  await settle();
  assert.deepEqual(seen.saved.at(-1), ['assignments:2', 2]);
});

test('work that could not be submitted stays open, and is kept with each gesture again', async () => {
  const { app, seen, open, drawBox } = start();
  const one = assignment(1);
  open(one);
  app.emit('skipped', one);
  app.emit('stuck', { assignment: one, storage: new Error('full'), server: new Error('away') });
  drawBox();
  await settle();
  assert.deepEqual(seen.saved, [['assignments:1', 2]]);
});

test('a disk without room is told, and told to be well again', async () => {
  let full = true;
  const saveDraft = async () => {
    if (full) throw new DOMException('no room', 'QuotaExceededError');
    return null;
  };
  const { seen, open, drawBox } = start({ saveDraft });
  open(assignment(1));
  await settle();
  drawBox();
  await settle();
  assert.equal(seen.kept.at(-1), 'full');
  full = false;
  drawBox();
  await settle();
  assert.equal(seen.kept.at(-1), null);
});

test('with no image the card says why: offline with what waits, else what the queue says', async () => {
  const { app, seen, open } = start();
  app.queue = { reason: 'machine', message: 'Training.' };
  open(null);
  assert.equal(seen.cards.at(-1).name, 'empty');
  assert.deepEqual(seen.cards.at(-1).args, [app.queue]);
  network.onLine = false;
  app.outbox = { ...app.outbox, waiting: 4 };
  app.emit('work-changed');
  assert.equal(seen.cards.at(-1).name, 'offline');
  assert.equal(seen.cards.at(-1).args[0], 4);
});

test('an image that does not load offers to skip it with the reason managers look for', async () => {
  const { app, seen, open } = start({ entry: { failed: true } });
  const skipped = [];
  app.on('skip', (reason) => skipped.push(reason));
  open(assignment(1));
  const { name, args } = seen.cards.at(-1);
  assert.equal(name, 'broken');
  args[1]();
  assert.deepEqual(skipped, ['broken']);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';

globalThis.window = globalThis;
globalThis.document = { hidden: false, addEventListener() {} };
const { createKeeping } = await import('../../static/annotator/sync/drafts.js');

const seat = (id) => ({ id, version: 0, draft: null });

function start(saveDraft) {
  const seen = { kept: [], elsewhere: [] };
  const keeping = createKeeping({
    kind: 'assignments',
    store: { cause: null, draft: async () => undefined, saveDraft },
    api: null,
    read: () => ({ boxes: [], past: undefined, active_ms: 0, action_ms: {} }),
    onKept: (cause) => seen.kept.push(cause),
    onElsewhere: (other) => seen.elsewhere.push(other),
  });
  return { keeping, seen };
}

test('two works on one image are not saved here, and the next image is', async () => {
  const { keeping, seen } = start(async () => ({ number: 7 }));
  keeping.turnTo(seat(1));
  await keeping.save();
  assert.equal(seen.elsewhere.length, 1);
  assert.equal(seen.kept.at(-1), 'elsewhere');
  keeping.turnTo(seat(2));
  assert.equal(seen.kept.at(-1), null);
});

test('the work of another tab, once taken, is saved here', async () => {
  const { keeping, seen } = start(async () => ({ number: 7 }));
  keeping.turnTo(seat(1));
  await keeping.save();
  await keeping.takeOther(seen.elsewhere[0]);
  assert.equal(seen.kept.at(-1), null);
});

test('a save that fails late says nothing about the next image', async () => {
  const { keeping, seen } = start(async () => {
    keeping.turnTo(seat(2));
    throw new DOMException('no room', 'QuotaExceededError');
  });
  keeping.turnTo(seat(1));
  await keeping.save();
  assert.equal(seen.kept.at(-1), null);
});

test('the first gesture on the next image is saved though the one before is being written', async () => {
  const saved = [];
  let finish = () => {};
  const { keeping } = start(async (draft) => {
    saved.push(draft.seat);
    if (saved.length === 1)
      await new Promise((done) => {
        finish = done;
      });
    return null;
  });
  keeping.turnTo(seat(1));
  const first = keeping.save();
  keeping.turnTo(seat(2));
  await keeping.save();
  finish();
  await first;
  assert.deepEqual(saved, ['assignments:1', 'assignments:2']);
});

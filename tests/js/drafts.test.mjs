import assert from 'node:assert/strict';
import { test } from 'node:test';

globalThis.window = globalThis;
globalThis.document = { hidden: false, addEventListener() {} };
const { createDrafts } = await import('../../static/annotator/sync/drafts.js');

const assignment = (id) => ({ id, version: 0, draft: null });

function start(saveDraft) {
  const seen = { kept: [], elsewhere: [] };
  const drafts = createDrafts({
    kind: 'assignments',
    store: { cause: null, draft: async () => undefined, saveDraft },
    api: null,
    read: () => ({ boxes: [], past: undefined, active_ms: 0, action_ms: {} }),
    onKept: (cause) => seen.kept.push(cause),
    onElsewhere: (other) => seen.elsewhere.push(other),
  });
  return { drafts, seen };
}

test('two works on one image are not saved here, and the next image is', async () => {
  const { drafts, seen } = start(async () => ({ number: 7 }));
  drafts.turnTo(assignment(1));
  await drafts.save();
  assert.equal(seen.elsewhere.length, 1);
  assert.equal(seen.kept.at(-1), 'elsewhere');
  drafts.turnTo(assignment(2));
  assert.equal(seen.kept.at(-1), null);
});

test('the work of another tab, once taken, is saved here', async () => {
  const { drafts, seen } = start(async () => ({ number: 7 }));
  drafts.turnTo(assignment(1));
  await drafts.save();
  await drafts.takeOther(seen.elsewhere[0]);
  assert.equal(seen.kept.at(-1), null);
});

test('a save that fails late says nothing about the next image', async () => {
  const { drafts, seen } = start(async () => {
    drafts.turnTo(assignment(2));
    throw new DOMException('no room', 'QuotaExceededError');
  });
  drafts.turnTo(assignment(1));
  await drafts.save();
  assert.equal(seen.kept.at(-1), null);
});

test('the first gesture on the next image is saved though the one before is being written', async () => {
  const saved = [];
  let finish = () => {};
  const { drafts } = start(async (draft) => {
    saved.push(draft.assignment);
    if (saved.length === 1)
      await new Promise((done) => {
        finish = done;
      });
    return null;
  });
  drafts.turnTo(assignment(1));
  const first = drafts.save();
  drafts.turnTo(assignment(2));
  await drafts.save();
  finish();
  await first;
  assert.deepEqual(saved, ['assignments:1', 'assignments:2']);
});

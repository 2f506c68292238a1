import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createDocument } from '../../static/annotator/core/document.js';

const SIZE = { width: 100, height: 100 };
const BOX = { class_id: 0, x1: 10, y1: 10, x2: 30, y2: 30 };

test('a drag of many moves is one undo step', () => {
  const doc = createDocument(SIZE, [BOX]);
  const { id } = doc.boxes[0];
  doc.begin();
  for (const x2 of [31, 35, 60]) doc.change(id, { x2 });
  doc.commit('Resize');
  assert.equal(doc.find(id).x2, 60);
  assert.equal(doc.undo(), 'Resize');
  assert.equal(doc.find(id).x2, 30);
  assert.equal(doc.canUndo, false);
  doc.redo();
  assert.equal(doc.find(id).x2, 60);
});

test('two quick boxes are two steps, whatever the time between', () => {
  const doc = createDocument(SIZE, []);
  doc.edit('Draw', () => doc.add(BOX));
  doc.edit('Draw', () => doc.add(BOX));
  doc.undo();
  assert.equal(doc.boxes.length, 1);
});

test('a new gesture forgets what was undone; a look around does not', () => {
  const doc = createDocument(SIZE, []);
  doc.edit('Draw', () => doc.add(BOX));
  doc.undo();
  doc.edit('Nothing', () => {});
  assert.equal(doc.canRedo, true);
  doc.edit('Draw', () => doc.add(BOX));
  assert.equal(doc.canRedo, false);
});

test('a cancelled gesture leaves no trace', () => {
  const doc = createDocument(SIZE, [BOX]);
  doc.begin();
  doc.remove(doc.boxes[0].id);
  doc.cancel();
  assert.equal(doc.boxes.length, 1);
  assert.equal(doc.canUndo, false);
});

test('undo during a drag drops the drag first', () => {
  const doc = createDocument(SIZE, []);
  doc.edit('Draw', () => doc.add(BOX));
  doc.begin();
  doc.change(doc.boxes[0].id, { x1: 0 });
  doc.undo();
  assert.equal(doc.boxes.length, 0);
  assert.equal(doc.busy, false);
});

test('a change outside a gesture is a mistake of ours', () => {
  const doc = createDocument(SIZE, [BOX]);
  assert.throws(() => doc.change(doc.boxes[0].id, { x1: 0 }), /gesture/);
});

test('suggestions are no answers until accepted', () => {
  const doc = createDocument(SIZE, [{ ...BOX, score: 0.9, suggested: true }]);
  assert.deepEqual(doc.answer(), []);
  doc.edit('Accept', () => doc.change(doc.boxes[0].id, { suggested: false, score: undefined }));
  assert.deepEqual(doc.answer(), [BOX]);
});

test('a draft brings back suggestions as suggestions', () => {
  const doc = createDocument(SIZE, [BOX, { ...BOX, score: 0.9, suggested: true }]);
  const again = createDocument(SIZE, doc.everything());
  assert.deepEqual(again.everything(), doc.everything());
  assert.equal(again.answer().length, 1);
});

test('coordinates stay inside the image, to a tenth of a pixel', () => {
  const doc = createDocument(SIZE, []);
  doc.edit('Draw', () => doc.add({ ...BOX, x1: -4, x2: 33.333 }));
  const { x1, x2 } = doc.boxes[0];
  assert.deepEqual([x1, x2], [0, 33.3]);
});

test('observers hear every move, and once when it is worth saving', () => {
  const doc = createDocument(SIZE, [BOX]);
  const heard = [];
  doc.observe((change) => heard.push(change));
  doc.begin();
  doc.change(doc.boxes[0].id, { x1: 1 });
  doc.change(doc.boxes[0].id, { x1: 2 });
  doc.commit('Move');
  assert.deepEqual(heard, ['moving', 'moving', 'done']);
});

test('many boxes change in one step and come back in one', () => {
  const doc = createDocument(SIZE, [BOX, BOX, BOX]);
  const ids = doc.boxes.map((box) => box.id);
  doc.edit('Class', () => doc.changeAll(ids, () => ({ class_id: 7 })));
  doc.edit('Delete', () => doc.remove(ids[0], ids[2]));
  assert.deepEqual(
    doc.boxes.map((box) => box.id),
    [ids[1]],
  );
  doc.undo();
  assert.deepEqual(
    doc.boxes.map((box) => box.id),
    ids,
  );
  doc.undo();
  assert.deepEqual(
    doc.boxes.map((box) => box.class_id),
    [0, 0, 0],
  );
});

test('a draft brings back the whole way, undo and redo', () => {
  const doc = createDocument(SIZE, [BOX]);
  const first = doc.edit('Draw', () => doc.add(BOX));
  doc.edit('Move', () => doc.change(first, { x1: 5 }));
  doc.edit('Delete', () => doc.remove(first));
  doc.undo();
  const kept = structuredClone({ boxes: doc.everything(), past: doc.past });
  const again = createDocument(SIZE, kept.boxes, kept.past);
  assert.equal(again.redo(), 'Delete');
  assert.equal(again.boxes.length, 1);
  assert.deepEqual([again.undo(), again.undo(), again.undo()], ['Delete', 'Move', 'Draw']);
  assert.equal(again.canUndo, false);
  assert.deepEqual(again.answer(), [BOX]);
});

test('a box drawn after a reload never takes the number of one that was taken back', () => {
  const doc = createDocument(SIZE, []);
  const first = doc.edit('Draw', () => doc.add(BOX));
  doc.undo();
  const again = createDocument(SIZE, doc.everything(), doc.past);
  assert.notEqual(
    again.edit('Draw', () => again.add(BOX)),
    first,
  );
});

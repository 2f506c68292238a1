import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createEditor } from '../../static/annotator/editor.js';
import { paintBoxes } from '../../static/annotator/view/paint/boxes.js';

const classes = Array.from({ length: 37 }, (_, index) => ({
  index,
  name: `class ${index}`,
  color: '#ffc400',
  hotkey: '',
}));

/** How many frames a box of this class and size on the screen has; each is a casing and a line. */
function frames(class_id, size) {
  const editor = createEditor(classes);
  editor.state.display.labels = 'none';
  editor.viewport.setView({ width: 424, height: 424 });
  editor.open({ id: 1, width: 400, height: 400 }, [], true);
  let rects = 0;
  const strokeRect = () => {
    rects += 1;
  };
  const ctx = { strokeRect, setLineDash() {} };
  paintBoxes(ctx, editor, [{ id: 1, class_id, x1: 9, y1: 9, x2: 9 + size, y2: 9 + size }]);
  return rects / 2;
}

test('where colours repeat one second line tells classes apart, in large boxes only', () => {
  assert.equal(frames(11, 100), 1);
  assert.equal(frames(12, 100), 2);
  assert.equal(frames(36, 100), 2);
  assert.equal(frames(36, 30), 1);
});

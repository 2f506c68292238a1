/** A group drawn by hand: its merged box to start from, or where no group is open an empty canvas. */

/** @typedef {import('./decisions.js').Group} Group */

/** Shows everything anybody drew of a group, or the whole image.
 * @param {import('../../annotator/core/viewport.js').Viewport} viewport @param {Group|undefined} group */
export function zoomToGroup(viewport, group) {
  if (!group) return viewport.fit();
  const rects = [group.mean, ...group.drawn.map(({ box }) => box)];
  viewport.zoomToBox({
    x1: Math.min(...rects.map((box) => box.x1)),
    y1: Math.min(...rects.map((box) => box.y1)),
    x2: Math.max(...rects.map((box) => box.x2)),
    y2: Math.max(...rects.map((box) => box.y2)),
  });
}

/** @param {import('../../annotator/workspace.js').Workspace} workspace
 * @param {() => Group|undefined} group the one that is open */
export function createByHand(workspace, group) {
  const { editor } = workspace;
  let on = false;
  return {
    get on() {
      return on;
    },
    begin() {
      on = true;
      const start = group();
      if (!start) return editor.set('drawing', { editable: true, tool: 'draw' });
      const id = editor.doc.edit('Draw', () => editor.doc.add(start.mean));
      editor.set('drawing', { editable: true, tool: 'select', classId: start.mean.class_id });
      editor.select(id);
    },
    /** What was drawn; the canvas is empty again. */
    end() {
      workspace.cancelTool();
      const boxes = editor.doc.answer();
      editor.doc.edit('Clear', () => {
        for (const box of editor.doc.boxes) editor.doc.remove(box.id);
      });
      on = false;
      editor.set('drawing', { editable: false, tool: 'select' });
      return boxes;
    },
  };
}

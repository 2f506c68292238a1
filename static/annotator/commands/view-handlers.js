/** What the actions of the view do: zoom, pan, what is shown. */

/** @param {import('../editor.js').Editor} editor @param {import('./index.js').Commands} commands
 * @param {object} page
 * @param {() => void} page.cancel
 * @param {(held: boolean) => void} page.holdSpace
 * @param {() => void} page.help
 * @param {() => void} page.instructions
 * @param {() => void} page.display
 * @param {() => void} page.theme
 * @param {() => void} page.leaveCanvas
 * @param {() => void} page.findClass */
export function viewHandlers(editor, commands, page) {
  const { viewport } = editor;
  const { selection, drawing, display } = editor.state;
  /** @param {() => void} move */
  const moving = (move) => () => {
    move();
    editor.paint();
  };
  const labels = /** @type {const} */ ({ names: 'numbers', numbers: 'none', none: 'names' });

  return {
    fit: { run: moving(() => viewport.fit()) },
    actual: { run: moving(() => viewport.zoomTo(1)) },
    'zoom-box': {
      when: () => editor.selected !== undefined,
      run: moving(() => editor.selected && viewport.zoomToBox(editor.selected)),
    },
    'zoom-in': { run: moving(() => viewport.zoomMiddle(1.25)) },
    'zoom-out': { run: moving(() => viewport.zoomMiddle(0.8)) },
    pan: { run: () => page.holdSpace(true), release: () => page.holdSpace(false) },
    display: { run: page.display },
    leave: { run: page.leaveCanvas },
    'find-class': { when: () => drawing.editable, run: page.findClass },
    cancel: { run: page.cancel },
    help: { run: page.help },
    instructions: { run: page.instructions },
    theme: { run: page.theme },
    crosshair: { run: () => editor.set('display', { crosshair: !display.crosshair }) },
    magnifier: { run: () => editor.set('display', { magnifier: !display.magnifier }) },
    labels: { run: () => editor.set('display', { labels: labels[display.labels] }) },
    hide: {
      run: () => editor.set('display', { hidden: true }),
      release: () => editor.set('display', { hidden: false }),
    },
    'hide-box': { when: () => selection.chosen.size > 0, run: commands.hideChosen },
    'hide-class': { run: () => commands.hideClass() },
    'show-all': { run: commands.showAll },
  };
}

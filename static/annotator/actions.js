/** The table of what a person can do: name, keys, when, and what runs. Keys, buttons and help read it. */

import { boxActions } from './box-actions.js';

/** @typedef {import('./editor.js').Editor} Editor */
/** @typedef {import('./commands.js').Commands} Commands */
/** @typedef {import('../common/types.js').Action} Action */

/**
 * @param {Editor} editor
 * @param {Commands} commands
 * @param {object} page what only the page can do
 * @param {() => void} page.cancel
 * @param {(held: boolean) => void} page.holdSpace
 * @param {() => void} page.help
 * @param {() => void} page.instructions
 * @param {() => void} page.theme
 * @param {() => void} page.leaveCanvas
 * @returns {Action[]}
 */
export function canvasActions(editor, commands, page) {
  const { state, viewport } = editor;
  const editable = () => state.editable;
  /** @param {number} factor */
  const zoom = (factor) => () => {
    viewport.zoomMiddle(factor);
    editor.paint();
  };
  const fit = () => {
    viewport.fit();
    editor.paint();
  };
  /** @param {'crosshair'|'labels'} name */
  const flip = (name) => () => editor.set({ [name]: !state[name] });

  return [
    { id: 'help', group: 'Show', label: 'This help', keys: ['?'], run: page.help },
    {
      id: 'instructions',
      group: 'Image',
      label: 'Instructions',
      keys: ['i'],
      run: page.instructions,
    },
    {
      id: 'draw',
      group: 'Draw',
      label: 'Draw tool; again: a box in the middle',
      keys: ['b'],
      when: editable,
      run: () => (state.tool === 'draw' ? commands.place() : editor.set({ tool: 'draw' })),
    },
    { id: 'cancel', group: 'Draw', label: 'Cancel, deselect', keys: ['Escape'], run: page.cancel },
    {
      id: 'pan',
      group: 'View',
      label: 'Pan',
      keys: ['Space'],
      shown: 'Space hold',
      canvas: true,
      run: () => page.holdSpace(true),
      release: () => page.holdSpace(false),
    },
    {
      id: 'fit',
      group: 'View',
      label: 'Fit image',
      keys: ['f'],
      run: fit,
    },
    {
      id: 'zoom-box',
      group: 'View',
      label: 'Zoom to the box',
      keys: ['q'],
      when: () => editor.selected !== undefined,
      run: () => {
        if (editor.selected) viewport.zoomToBox(editor.selected);
        editor.paint();
      },
    },
    {
      id: 'zoom-in',
      group: 'View',
      label: 'Zoom in',
      keys: ['+', '='],
      shown: '+',
      repeat: true,
      run: zoom(1.25),
    },
    { id: 'zoom-out', group: 'View', label: 'Zoom out', keys: ['-'], repeat: true, run: zoom(0.8) },
    {
      id: 'leave',
      group: 'View',
      label: 'From the canvas to the panel',
      keys: ['Ctrl+F6'],
      run: page.leaveCanvas,
    },
    ...boxActions(editor, commands),
    { id: 'crosshair', group: 'Show', label: 'Crosshair', keys: ['g'], run: flip('crosshair') },
    { id: 'labels', group: 'Show', label: 'Labels', keys: ['l'], run: flip('labels') },
    {
      id: 'hide',
      group: 'Show',
      label: 'Hide boxes',
      keys: ['h'],
      shown: 'H hold',
      run: () => editor.set({ hidden: true }),
      release: () => editor.set({ hidden: false }),
    },
    { id: 'theme', group: 'Show', label: 'Light or dark', keys: ['Shift+l'], run: page.theme },
  ];
}

/** How a binding is written on a key cap: 'Ctrl+z' is Ctrl, Z. @param {Action} action */
export function keyLabels({ shown, keys }) {
  if (shown) return shown.split(' ');
  /** @type {Record<string, string>} */
  const short = { Escape: 'Esc', ArrowLeft: '←', ArrowRight: '→', ArrowUp: '↑', ArrowDown: '↓' };
  if (keys[0] === '+') return ['+'];
  return keys[0]
    .split('+')
    .map((part) => short[part] ?? (part.length === 1 ? part.toUpperCase() : part));
}

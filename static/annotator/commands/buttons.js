/** Buttons of rail, strip and panel that stand for an action carry its name, and show its key. */

import { fill, keycap } from '../../common/dom.js';
import { keyLabels } from './key-caps.js';

/** What the pointer is told of a button that shows no key. @param {HTMLElement} button @param {string[]} labels */
export const nameKeys = (button, labels) => {
  const name = button.getAttribute('aria-label') ?? button.textContent?.trim();
  button.title = `${name} (${labels.join(' ')})`;
};

/** @param {readonly import('../../common/types.js').Action[]} actions
 * @param {import('../editor.js').Editor} editor */
export function wireButtons(actions, editor) {
  const table = new Map(actions.map((action) => [action.id, action]));
  const { drawing, display } = editor.state;
  /** @type {Record<string, () => boolean>} */
  const isOn = {
    draw: () => drawing.tool === 'draw',
    select: () => drawing.tool === 'select',
    'pan-tool': () => drawing.tool === 'pan',
    crosshair: () => display.crosshair,
    magnifier: () => display.magnifier,
    labels: () => display.labels !== 'none',
    hide: () => display.hidden,
    'one-class': () => display.onlyClass !== null,
  };
  /** @type {Record<string, () => void>} a click does not hold */
  const clicks = {
    'pan-tool': () => editor.set('drawing', { tool: 'pan' }),
    hide: () => editor.set('display', { hidden: !display.hidden }),
  };
  for (const cap of document.querySelectorAll('[data-keys-of]')) {
    const action = table.get(/** @type {HTMLElement} */ (cap).dataset.keysOf ?? '');
    if (action) fill(cap, ...keyLabels(action).map(keycap));
  }
  for (const button of document.querySelectorAll('button[data-action]')) {
    if (!(button instanceof HTMLButtonElement)) continue;
    const name = button.dataset.action ?? '';
    const action = table.get(name);
    const labels = action ? keyLabels(action).filter((label) => label !== 'hold') : [];
    if (action) button.setAttribute('aria-keyshortcuts', labels.join('+'));
    const cap = button.querySelector('[data-keys]');
    if (cap) fill(cap, ...labels.map(keycap));
    if (!cap && labels.length) nameKeys(button, labels);
    if (!cap && labels.length === 1 && button.closest('.rail')) button.append(keycap(labels[0]));
    button.addEventListener('click', () => {
      if (clicks[name]) clicks[name]();
      else if (action && (action.when?.() ?? true)) action.run();
    });
    editor.onChange(() => {
      if (isOn[name]) button.setAttribute('aria-pressed', String(isOn[name]()));
      if (action?.when && !isOn[name]) button.disabled = !action.when();
      if (name === 'undo') button.disabled = !editor.doc.canUndo;
      if (name === 'redo') button.disabled = !editor.doc.canRedo;
    });
  }
}

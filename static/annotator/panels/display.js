/** The person's drawing settings: brightness and contrast, crosshair, magnifier, method. */

import { el, fill, must } from '../../common/dom.js';
import { icon } from '../../common/icons.js';
import { METHOD_WORDS } from '../commands/box-handlers.js';
import { createDialog } from './dialog.js';

/** @param {import('../editor.js').Editor} editor @param {HTMLElement} surface */
export function createDisplayDialog(editor, surface) {
  const { drawing, display } = editor.state;
  const dialog = createDialog('[data-display]', surface);

  /** @param {string} label @param {'brightness'|'contrast'|'crosshairStrength'} name
   * @param {number} least @param {number} most */
  const slider = (label, name, least, most) => {
    const words = () => `${Math.round(display[name] * 100)} %`;
    const shown = el('output', { text: words() });
    const input = el('input', {
      type: 'range',
      min: least,
      max: most,
      step: 0.05,
      value: display[name],
      'aria-label': label,
      on: {
        input: () => {
          editor.set('display', { [name]: Number(input.value) });
          shown.textContent = words();
        },
      },
    });
    return el('label', { class: 'setting' }, el('span', { text: label }), input, shown);
  };
  /** @param {string} label @param {'crosshair'|'magnifier'} name */
  const tick = (label, name) => {
    const input = el('input', {
      type: 'checkbox',
      checked: display[name],
      on: { change: () => editor.set('display', { [name]: input.checked }) },
    });
    return el('label', { class: 'setting' }, el('span', { text: label }), input);
  };
  const methods = () => {
    const options = Object.entries(METHOD_WORDS).map(([value, text]) =>
      el('option', { value, text, selected: value === drawing.method }),
    );
    const choice = el(
      'select',
      {
        on: {
          change: () =>
            editor.set('drawing', {
              method: /** @type {import('../../common/types.js').Method} */ (choice.value),
            }),
        },
      },
      ...options,
    );
    return el('label', { class: 'setting' }, el('span', { text: 'Drawing method' }), choice);
  };
  const color = () => {
    const input = el('input', {
      type: 'color',
      value: display.crosshairColor,
      on: { input: () => editor.set('display', { crosshairColor: input.value }) },
    });
    return el('label', { class: 'setting' }, el('span', { text: 'Crosshair colour' }), input);
  };

  const show = () => {
    const reset = () => {
      editor.set('display', { brightness: 1, contrast: 1 });
      show();
    };
    fill(
      must('[data-display-body]', dialog),
      el('h3', { text: 'Display adjustments' }),
      slider('Brightness', 'brightness', 0.4, 2),
      slider('Contrast', 'contrast', 0.4, 2),
      el('button', { class: 'button button-small', on: { click: reset } }, icon('undo'), 'Reset'),
      el('h3', { text: 'Drawing' }),
      methods(),
      tick('Magnifier while a point is placed', 'magnifier'),
      tick('Crosshair over the whole image', 'crosshair'),
      color(),
      slider('Crosshair opacity', 'crosshairStrength', 0.1, 1),
    );
  };
  return {
    showModal() {
      show();
      dialog.showModal();
    },
  };
}

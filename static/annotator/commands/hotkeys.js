/** From a key press to an action of the table; refuses two actions on one key. */

/** @typedef {import('../../common/types.js').Action} Action */

/** The name of a key as bindings write it: by the character typed, so that layouts do not matter.
 * @param {{key: string, code?: string, ctrlKey: boolean, metaKey: boolean, altKey: boolean,
 *   shiftKey: boolean}} event */
export function keyName({ key: typed, code = '', ctrlKey, metaKey, altKey, shiftKey }) {
  // With Alt a Mac types å where A is meant.
  const key = altKey && /^Key[A-Z]$/.test(code) && typed.length === 1 ? code[3] : typed;
  const letter = key.length === 1 && key.toLowerCase() !== key.toUpperCase();
  const name = key === ' ' ? 'Space' : letter ? key.toLowerCase() : key;
  // Of a sign such as ? the Shift is part already; of a letter or a named key it is not.
  const shift = shiftKey && (letter || key.length > 1);
  return `${ctrlKey || metaKey ? 'Ctrl+' : ''}${altKey ? 'Alt+' : ''}${shift ? 'Shift+' : ''}${name}`;
}

/** @param {Action[]} actions @returns {Map<string, Action>} */
export function bindKeys(actions) {
  /** @type {Map<string, Action>} */
  const byKey = new Map();
  for (const action of actions) {
    for (const key of action.keys) {
      const other = byKey.get(key);
      if (other) throw new Error(`${key} is both "${other.label}" and "${action.label}"`);
      byKey.set(key, action);
    }
  }
  return byKey;
}

/** @param {EventTarget|null} target */
const takesText = (target) =>
  target instanceof HTMLElement &&
  (target.matches('input, textarea, select') || target.isContentEditable);

/** Enter and Space on a control are the control's own. @param {EventTarget|null} target */
const isControl = (target) =>
  target instanceof HTMLElement && target.closest('button, a, summary') !== null;

/**
 * @param {Action[]} actions
 * @param {HTMLElement} surface the canvas: Space, Tab and arrows act only while it has the focus
 * @param {() => void} onAct
 */
export function listenToKeys(actions, surface, onAct) {
  const page = bindKeys(actions);
  /** An open menu is a page of its own. @type {Map<string, () => void>|null} */
  let menu = null;
  /** @type {Action|null} */
  let heldAction = null;

  /** @param {Action} action @param {KeyboardEvent} event */
  const applies = (action, event) => {
    if (event.repeat && !action.repeat) return false;
    if (action.canvas && !onCanvas(event.key)) return false;
    return !((event.key === 'Enter' || event.key === ' ') && isControl(event.target));
  };

  /** The box list is the canvas's twin: arrows move the box there too. @param {string} key */
  const onCanvas = (key) => {
    const focus = document.activeElement;
    if (focus === surface) return true;
    if (key === 'Tab') return false;
    return focus === document.body || (key !== ' ' && focus?.closest('[data-boxes]') != null);
  };

  document.addEventListener('keydown', (event) => {
    if (event.isComposing || takesText(event.target) || document.querySelector('dialog[open]'))
      return;
    const name = keyName(event);
    const choice = menu?.get(name);
    if (choice) {
      event.preventDefault();
      onAct();
      return choice();
    }
    if (menu) return;
    const action = page.get(name);
    if (!action || !applies(action, event)) {
      // A held key would scroll or trigger the browser where its first press acted.
      if (action && event.repeat && !action.canvas) event.preventDefault();
      return;
    }
    event.preventDefault();
    onAct();
    if (action.when && !action.when()) return;
    if (action.release) heldAction = action;
    action.run();
  });
  const release = () => {
    heldAction?.release?.();
    heldAction = null;
  };
  document.addEventListener('keyup', (event) => {
    if (heldAction?.keys.includes(keyName(event))) release();
  });
  // A key let go outside the window sends no keyup.
  window.addEventListener('blur', release);

  return {
    /** @param {Map<string, () => void>|null} keys */
    setMenu(keys) {
      menu = keys;
    },
  };
}

/** How keys are written on key caps, in hints and in sentences. */

/** How a binding is written on key caps: 'Ctrl+z' is Ctrl, Z. @param {{shown?: string, keys: string[]}} action */
export function keyLabels({ shown, keys }) {
  if (shown) return shown.split(' ');
  return keys.length ? capsOf(keys[0]) : [];
}

/** The person's own caps of each action, for hints and sentences.
 * @param {readonly import('../../common/types.js').Action[]} actions @returns {(id: string) => string[]} none for an unknown one */
export function capsIn(actions) {
  const caps = new Map(actions.map(({ id, keys }) => [id, keyLabels({ keys })]));
  return (id) => caps.get(id) ?? [];
}

/** @type {Record<string, string>} */
const SHORT = {
  Escape: 'Esc',
  ArrowLeft: '←',
  ArrowRight: '→',
  ArrowUp: '↑',
  ArrowDown: '↓',
  Delete: 'Del',
  PageUp: 'PgUp',
  PageDown: 'PgDn',
};

/** @param {string} key such as 'Ctrl+z' or '+' */
export function capsOf(key) {
  const parts = key.endsWith('+') ? [...key.slice(0, -1).split('+'), '+'] : key.split('+');
  return parts
    .filter(Boolean)
    .map((part) => SHORT[part] ?? (part.length === 1 ? part.toUpperCase() : part));
}

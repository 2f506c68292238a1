/** Own keys: put over the defaults, checked against each other, written to and read from a file. */

/** @typedef {Record<string, string[]>} KeyMap action → its keys, where they differ from the default */
/** @typedef {{id: string, label: string, keys: string[], shown?: string}} Keyed */

const FILE_KIND = 'boxwise-keys';
/** These mean the same everywhere, in dialogs as well. */
export const FIXED = ['Escape', 'Tab', 'Shift+Tab'];

/**
 * The rows with own keys. Where an own key is another row's default on this page, the own key wins.
 * @template {Keyed} T @param {readonly T[]} rows @param {KeyMap} own @returns {T[]}
 */
export function withOwnKeys(rows, own) {
  const taken = new Set();
  for (const { id } of rows) for (const key of own[id] ?? []) taken.add(key);
  return rows.map((row) => {
    const mine = own[row.id];
    if (mine) return { ...row, keys: mine, shown: undefined };
    const keys = row.keys.filter((key) => !taken.has(key));
    return keys.length === row.keys.length ? row : { ...row, keys, shown: undefined };
  });
}

/** Two rows on one key: [key, first, second]. @param {readonly Keyed[]} rows
 * @returns {[string, Keyed, Keyed][]} */
export function clashes(rows) {
  /** @type {Map<string, Keyed>} */
  const owner = new Map();
  /** @type {[string, Keyed, Keyed][]} */
  const found = [];
  for (const row of rows) {
    for (const key of row.keys) {
      const other = owner.get(key);
      if (other && other.id !== row.id) found.push([key, other, row]);
      else owner.set(key, row);
    }
  }
  return found;
}

/** Why a key cannot be the key of an action; '' when it can.
 * @param {readonly Keyed[]} rows as they are now @param {string} id @param {string} key */
export function refusal(rows, id, key) {
  if (FIXED.includes(key)) return `${key.replace('Escape', 'Esc')} keeps its meaning everywhere.`;
  const other = rows.find((row) => row.id !== id && row.keys.includes(key));
  return other ? `It is already “${other.label}”.` : '';
}

/** Only what differs from the defaults. @param {readonly Keyed[]} defaults
 * @param {readonly Keyed[]} rows @returns {KeyMap} */
export function difference(defaults, rows) {
  const before = new Map(defaults.map((row) => [row.id, row.keys.join('\n')]));
  return Object.fromEntries(
    rows.filter((row) => before.get(row.id) !== row.keys.join('\n')).map((r) => [r.id, r.keys]),
  );
}

/** @param {KeyMap} own @returns {string} */
export const toFile = (own) =>
  `${JSON.stringify({ kind: FILE_KIND, version: 1, keys: own }, null, 2)}\n`;

/** Throws an Error with a sentence for people where the text is no key map, names an unknown action
 * or puts two actions on one key. @param {string} text @param {readonly Keyed[]} defaults
 * @returns {KeyMap} */
export function fromFile(text, defaults) {
  let data;
  try {
    data = JSON.parse(text);
  } catch {
    throw new Error('This file is no key map: it is not JSON.');
  }
  if (data?.kind !== FILE_KIND || typeof data.keys !== 'object' || data.keys === null)
    throw new Error('This file is no key map: export one to see the form.');
  for (const [id, keys] of Object.entries(data.keys)) {
    if (!defaults.some((row) => row.id === id)) throw new Error(`There is no action “${id}”.`);
    if (!Array.isArray(keys) || keys.some((key) => typeof key !== 'string'))
      throw new Error(`The keys of “${id}” must be a list of names.`);
    const fixed = keys.find((key) => FIXED.includes(key) && !keysOf(defaults, id).includes(key));
    if (fixed) throw new Error(`${fixed} keeps its meaning everywhere.`);
  }
  const rows = defaults.map((row) => ({ ...row, keys: data.keys[row.id] ?? row.keys }));
  const [clash] = clashes(rows);
  if (clash) throw new Error(`${clash[0]} would be “${clash[1].label}” and “${clash[2].label}”.`);
  return data.keys;
}

/** @param {readonly Keyed[]} rows @param {string} id */
const keysOf = (rows, id) => rows.find((row) => row.id === id)?.keys ?? [];

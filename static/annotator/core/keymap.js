/** Own keys: put over the defaults, checked against each other, written to and read from a file. */

/** @typedef {Record<string, string[]>} KeyMap a row's name → its keys, where they differ from the default */
/** @typedef {{name: string, label: string, keys: string[], common: boolean, shown?: string}} Keyed
 * `common` rows mean the same on several pages and give way to a page's own */

const FILE_KIND = 'boxwise-keys';
/** These mean the same everywhere, in dialogs as well. */
export const FIXED = ['Escape', 'Tab', 'Shift+Tab'];

/** @template {Keyed} T @param {T} row @param {string[]} keys @returns {T} */
const withKeys = (row, keys) =>
  keys.join('\n') === row.keys.join('\n') ? row : { ...row, keys, shown: undefined };

/**
 * The rows of one page with own keys. Where two rows would have one key, the page's own row has it
 * before a common one, and a chosen key comes before a default: no key does two things, and no change
 * of a common key takes a verdict's key away.
 * @template {Keyed} T @param {readonly T[]} rows @param {KeyMap} own @returns {T[]}
 */
export function withOwnKeys(rows, own) {
  /** @type {Map<string, T>} */
  const owner = new Map();
  for (const common of [false, true])
    for (const chosen of [true, false])
      for (const row of rows.filter((one) => one.common === common && !!own[one.name] === chosen))
        for (const key of own[row.name] ?? row.keys) if (!owner.has(key)) owner.set(key, row);
  return rows.map((row) =>
    withKeys(
      row,
      (own[row.name] ?? row.keys).filter((key) => owner.get(key) === row),
    ),
  );
}

/** The same for the page of own keys, where nothing chosen gives way in silence: only the default of a
 * common row does. @template {Keyed} T @param {readonly T[]} rows @param {KeyMap} own @returns {T[]} */
export function asChosen(rows, own) {
  const first = new Set(
    rows.filter((row) => !row.common).flatMap((row) => own[row.name] ?? row.keys),
  );
  return rows.map((row) =>
    withKeys(row, own[row.name] ?? row.keys.filter((key) => !row.common || !first.has(key))),
  );
}

/** Who else has a key on a page where the named row is. @template {Keyed} T
 * @param {readonly (readonly T[])[]} pages the rows of each @param {KeyMap} own @param {string} name
 * @param {string} key @returns {{row: T, page: number}|null} the page by its place */
export function holder(pages, own, name, key) {
  for (const [page, rows] of pages.entries()) {
    if (!rows.some((row) => row.name === name)) continue;
    const row = asChosen(rows, own).find((one) => one.name !== name && one.keys.includes(key));
    if (row && !givesWay(rows, name, row, key)) return { row, page };
  }
  return null;
}

/** A common row gives way to a page's own where both have the key they come with.
 * @param {readonly Keyed[]} rows of one page @param {string} name @param {Keyed} other @param {string} key */
const givesWay = (rows, name, other, key) => {
  const mine = rows.find((row) => row.name === name);
  const theirs = rows.find((row) => row.name === other.name);
  return mine?.common && !other.common && mine.keys.includes(key) && theirs?.keys.includes(key);
};

/** Without what is as it comes. @param {readonly (readonly Keyed[])[]} pages @param {KeyMap} own
 * @returns {KeyMap} */
export const difference = (pages, own) =>
  Object.fromEntries(
    Object.entries(own).filter(
      ([name, keys]) => keysOf(pages, name).join('\n') !== keys.join('\n'),
    ),
  );

/** @param {KeyMap} own @returns {string} */
export const toFile = (own) =>
  `${JSON.stringify({ kind: FILE_KIND, version: 1, keys: own }, null, 2)}\n`;

/** Throws an Error with a sentence for people where the text is no key map, names an unknown action
 * or puts two actions of one page on one key. @param {string} text
 * @param {readonly (readonly Keyed[])[]} pages the rows of each @returns {KeyMap} */
export function fromFile(text, pages) {
  let data;
  try {
    data = JSON.parse(text);
  } catch {
    throw new Error('This is not a key map file: it is not valid JSON.');
  }
  if (data?.kind !== FILE_KIND || typeof data.keys !== 'object' || data.keys === null)
    throw new Error('This is not a key map file: export one to see the format.');
  /** @type {[string, any][]} */
  const told = Object.entries(data.keys);
  for (const [name, keys] of told) {
    if (!pages.some((rows) => rows.some((row) => row.name === name)))
      throw new Error(`There is no action “${name}”.`);
    if (!Array.isArray(keys) || keys.some((key) => typeof key !== 'string'))
      throw new Error(`The keys of “${name}” must be a list of names.`);
    const fixed = keys.find((key) => FIXED.includes(key) && !keysOf(pages, name).includes(key));
    if (fixed) throw new Error(`${fixed} is reserved.`);
  }
  for (const [name, keys] of told) {
    for (const key of keys) {
      const other = holder(pages, data.keys, name, key);
      const mine = pages.flat().find((row) => row.name === name);
      if (other) throw new Error(`${key} would be “${mine?.label}” and “${other.row.label}”.`);
    }
  }
  return data.keys;
}

/** The keys a row comes with. @param {readonly (readonly Keyed[])[]} pages @param {string} name */
const keysOf = (pages, name) => pages.flat().find((row) => row.name === name)?.keys ?? [];

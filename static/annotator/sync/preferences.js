/** A person's own keys and ways of drawing: at the server for every computer, here for the next start. */

import { recall, remember } from '../../common/storage.js';

/** @typedef {import('../core/keymap.js').KeyMap} KeyMap */
/** @typedef {import('../../common/api.js').PageSettings} PageSettings */
/** @typedef {{keys: KeyMap, page: PageSettings}} Own */
/** @typedef {ReturnType<typeof createPreferences>} Preferences */

const SOON_MS = 800;

/** @param {number} userId @returns {(Own & {unsent?: boolean})|null} */
function cached(userId) {
  try {
    return JSON.parse(recall(`boxwise-own-${userId}`) ?? 'null');
  } catch {
    return null;
  }
}

/**
 * @param {number} userId
 * @param {Own|undefined} fromServer what the page came with, if anything
 * @param {ReturnType<typeof import('./api.js').createApi>|null} api without it nothing is sent
 */
export function createPreferences(userId, fromServer, api) {
  const here = cached(userId);
  // What never reached the server is newer than what it knows.
  const own = (here?.unsent ? here : (fromServer ?? here)) ?? { keys: {}, page: {} };
  const state = { keys: own.keys, page: own.page };
  let timer = 0;

  /** @param {boolean} unsent */
  const keep = (unsent) => remember(`boxwise-own-${userId}`, JSON.stringify({ ...state, unsent }));
  const send = async () => {
    if (!api) return;
    await api.request('PUT', '/api/preferences', { keys: state.keys, page: state.page });
    keep(false);
  };
  keep(here?.unsent ?? false);
  if (here?.unsent) send().catch(() => {});

  return {
    get keys() {
      return state.keys;
    },
    get page() {
      return state.page;
    },
    /** @param {PageSettings} patch */
    set(patch) {
      const before = JSON.stringify(state.page);
      state.page = { ...state.page, ...patch };
      if (JSON.stringify(state.page) === before) return;
      keep(true);
      clearTimeout(timer);
      timer = window.setTimeout(() => send().catch(() => {}), SOON_MS);
    },
    /** Resolves when the server has them. @param {KeyMap} keys */
    async setKeys(keys) {
      state.keys = keys;
      keep(true);
      await send();
    },
  };
}

/** What of the display is remembered, beside the method of drawing. */
const REMEMBERED = /** @type {const} */ ([
  'crosshair',
  'crosshairColor',
  'crosshairStrength',
  'magnifier',
  'labels',
]);

/** Brings the editor to what the person chose before, and remembers what they choose.
 * @param {import('../editor.js').Editor} editor @param {Preferences} preferences */
export function rememberDisplay(editor, preferences) {
  const { drawing, display } = editor.state;
  const { page } = preferences;
  const known = REMEMBERED.filter((name) => page[name] !== undefined);
  Object.assign(display, Object.fromEntries(known.map((name) => [name, page[name]])));
  drawing.method = page.method ?? drawing.method;
  const chosen = () => ({
    method: drawing.method,
    ...Object.fromEntries(REMEMBERED.map((name) => [name, display[name]])),
  });
  let before = JSON.stringify(chosen());
  editor.onChange(() => {
    const now = JSON.stringify(chosen());
    if (now === before) return;
    before = now;
    preferences.set(chosen());
  });
}

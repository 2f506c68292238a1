/** The page of own keys: every action of the table, to be given other keys, saved with the account. */

import { capsOf } from '../annotator/actions/bind.js';
import { TABLE } from '../annotator/actions/table.js';
import { createApi } from '../annotator/api.js';
import { difference, FIXED, fromFile, refusal, toFile } from '../annotator/core/keymap.js';
import { keyName } from '../annotator/hotkeys.js';
import { createPreferences } from '../annotator/preferences.js';
import { listenForThemeKey, startChrome } from '../common/chrome.js';
import { el, fill, keycap, must, pageData } from '../common/dom.js';
import { icon } from '../common/icons.js';
import { speak } from '../common/speak.js';

/** @typedef {import('../annotator/actions/table.js').Row} Row */

const MODIFIERS = ['Shift', 'Control', 'Alt', 'Meta', 'AltGraph', 'CapsLock', 'Dead', 'Process'];
const data = pageData();
startChrome();
listenForThemeKey();
const api = createApi({ userId: data.user.id });
const own = createPreferences(data.user.id, data.preferences, api);

let rows = TABLE.map((row) => ({ ...row, keys: own.keys[row.id] ?? row.keys }));
/** The row that waits for a key, and why the last one was refused. */
let asking = { id: '', wrong: '', key: '' };

const save = /** @type {HTMLButtonElement} */ (must('[data-save]'));
const find = /** @type {HTMLInputElement} */ (must('[data-find]'));
const same = () => JSON.stringify(difference(TABLE, rows)) === JSON.stringify(own.keys);

/** @param {string} text @param {'ok'|'bad'|''} tone */
const say = (text, tone = '') => {
  const place = must('[data-said]');
  place.className = `keys-said ${tone ? `is-${tone}` : ''}`;
  place.textContent = text;
};

/** @param {string} id @param {string[]} keys */
const give = (id, keys) => {
  rows = rows.map((row) => (row.id === id ? { ...row, keys } : row));
};

/** @param {string} id */
const ask = (id) => {
  asking = { id, wrong: '', key: '' };
  show();
  document.querySelector(`[data-key="${id}"]`)?.scrollIntoView({ block: 'nearest' });
};
const stop = () => {
  const { id } = asking;
  asking = { id: '', wrong: '', key: '' };
  show();
  const button = document.querySelector(`[data-key="${id}"]`);
  if (button instanceof HTMLElement) button.focus();
};

/** @param {Row} row */
const clash = (row) => {
  const other = rows.find(({ id, keys }) => id !== row.id && keys.includes(asking.key));
  const swap = () => {
    if (!other) return;
    const rest = other.keys.filter((key) => key !== asking.key);
    give(other.id, rest.length ? rest : row.keys);
    give(row.id, [asking.key]);
    stop();
  };
  return el(
    'div',
    { class: 'clash', role: 'alert' },
    icon('warn'),
    el('p', {}, ...capsOf(asking.key).map(keycap), ` ${asking.wrong}`),
    other &&
      el('button', {
        type: 'button',
        class: 'button button-small',
        text: 'Swap the two',
        on: { click: swap },
      }),
    el('button', {
      type: 'button',
      class: 'button button-small',
      text: 'Keep as it was',
      on: { click: stop },
    }),
  );
};

/** @param {Row} row */
const rowOf = (row) => {
  const waits = asking.id === row.id;
  const changed = TABLE.find(({ id }) => id === row.id)?.keys.join() !== row.keys.join();
  const fixed = row.keys.some((key) => FIXED.includes(key));
  const caps = row.keys.length ? capsOf(row.keys[0]).map(keycap) : [el('i', { text: 'no key' })];
  const button = el(
    'button',
    {
      type: 'button',
      class: waits ? 'key-button is-waiting' : 'key-button',
      'data-key': row.id,
      disabled: fixed,
      'aria-label': waits
        ? `${row.label}: press the new key, Esc keeps the old one`
        : `${row.label}: ${row.keys.join(' or ') || 'no key'}. Change`,
      title: fixed ? 'This key keeps its meaning everywhere.' : null,
      on: { click: () => ask(row.id) },
    },
    ...(waits && !asking.wrong ? [el('i', { text: 'press a key' })] : caps),
  );
  return el(
    'li',
    { class: changed ? 'key-row is-changed' : 'key-row' },
    el('span', { class: 'key-label', text: row.label }),
    changed && el('span', { class: 'key-changed', text: 'yours' }),
    button,
    waits && asking.wrong && clash(row),
  );
};

function show() {
  const wanted = find.value.trim().toLowerCase();
  const shown = rows.filter((row) => row.label.toLowerCase().includes(wanted));
  const groups = [...new Set(shown.map((row) => row.group))];
  fill(
    must('[data-groups]'),
    ...groups.map((name) =>
      el(
        'section',
        { class: 'card key-group' },
        el('h2', { text: name }),
        el('ul', {}, ...shown.filter((row) => row.group === name).map(rowOf)),
      ),
    ),
    !shown.length && el('p', { text: 'No action is called that.' }),
  );
  save.disabled = same();
}

document.addEventListener(
  'keydown',
  (event) => {
    if (!asking.id || asking.wrong || MODIFIERS.includes(event.key)) return;
    event.preventDefault();
    event.stopPropagation();
    const key = keyName(event);
    if (key === 'Escape') return stop();
    const wrong = refusal(rows, asking.id, key);
    if (wrong) {
      asking = { ...asking, wrong, key };
      return show();
    }
    give(asking.id, [key]);
    speak(`${key} it is`);
    stop();
  },
  true,
);

save.addEventListener('click', async () => {
  save.disabled = true;
  try {
    await own.setKeys(difference(TABLE, rows));
    say('Saved. Open pages use them after a reload.', 'ok');
  } catch (error) {
    const why = error instanceof Error ? error.message : '';
    say(`Kept in this browser, not yet at the server: ${why}`, 'bad');
  }
  show();
});
must('[data-reset]').addEventListener('click', () => {
  rows = TABLE.map((row) => ({ ...row }));
  say('All keys are as at the beginning. Save to keep that.');
  show();
});
must('[data-export]').addEventListener('click', () => {
  const url = URL.createObjectURL(
    new Blob([toFile(difference(TABLE, rows))], { type: 'application/json' }),
  );
  el('a', { href: url, download: 'boxwise-keys.json' }).click();
  URL.revokeObjectURL(url);
});
must('[data-import]').addEventListener('change', async (event) => {
  const field = /** @type {HTMLInputElement} */ (event.target);
  const [file] = field.files ?? [];
  if (!file) return;
  try {
    const keys = fromFile(await file.text(), TABLE);
    rows = TABLE.map((row) => ({ ...row, keys: keys[row.id] ?? row.keys }));
    say('Read. Save to keep them.', 'ok');
  } catch (error) {
    say(error instanceof Error ? error.message : String(error), 'bad');
  }
  field.value = '';
  show();
});
window.addEventListener('beforeunload', (event) => {
  if (!same()) event.preventDefault();
});
find.addEventListener('input', show);
show();

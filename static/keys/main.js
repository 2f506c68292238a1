/** The page of own keys: every action of every page, to be given other keys, saved with the account. */

import { capsOf } from '../annotator/actions/bind.js';
import { PAGE_IDS, PAGES, rowsOn } from '../annotator/actions/pages.js';
import { createApi } from '../annotator/api.js';
import { asChosen, difference, FIXED, fromFile, holder, toFile } from '../annotator/core/keymap.js';
import { keyName } from '../annotator/hotkeys.js';
import { createPreferences } from '../annotator/preferences.js';
import { listenForThemeKey, startChrome } from '../common/chrome.js';
import { el, fill, keycap, must, pageData } from '../common/dom.js';
import { icon } from '../common/icons.js';
import { speak } from '../common/speak.js';

/** @typedef {import('../annotator/actions/pages.js').Named} Row */
/** @typedef {import('../annotator/actions/pages.js').PageId} PageId */

const MODIFIERS = ['Shift', 'Control', 'Alt', 'Meta', 'AltGraph', 'CapsLock', 'Dead', 'Process'];
const data = pageData();
startChrome();
listenForThemeKey();
const api = createApi({ userId: data.user.id });
const own = createPreferences(data.user.id, data.preferences, api);

const pages = PAGE_IDS.map(rowsOn);
let draft = { ...own.keys };
/** @type {PageId} */
let open = 'draw';
/** The row that waits for a key, and why the last one was refused. */
let asking = { name: '', wrong: '', key: '' };

const save = /** @type {HTMLButtonElement} */ (must('[data-save]'));
const find = /** @type {HTMLInputElement} */ (must('[data-find]'));
/** @param {import('../annotator/core/keymap.js').KeyMap} keys */
const text = (keys) => JSON.stringify(Object.entries(difference(pages, keys)).sort());
const same = () => text(draft) === text(own.keys);

/** @param {string} text @param {'ok'|'bad'|''} tone */
const say = (text, tone = '') => {
  const place = must('[data-said]');
  place.className = `keys-said ${tone ? `is-${tone}` : ''}`;
  place.textContent = text;
};

/** @param {string} name */
const ask = (name) => {
  asking = { name, wrong: '', key: '' };
  show();
  document.querySelector(`[data-key="${name}"]`)?.scrollIntoView({ block: 'nearest' });
};
const stop = () => {
  const { name } = asking;
  asking = { name: '', wrong: '', key: '' };
  show();
  const button = document.querySelector(`[data-key="${name}"]`);
  if (button instanceof HTMLElement) button.focus();
};

/** Both keys change places, where that hurts nobody else. @param {Row} row @param {Row} other */
function swapped(row, other) {
  const rest = other.keys.filter((key) => key !== asking.key);
  const theirs = rest.length ? rest : row.keys;
  const next = { ...draft, [row.name]: [asking.key], [other.name]: theirs };
  const free = theirs.every((key) => !holder(pages, next, other.name, key));
  return free && !holder(pages, next, row.name, asking.key) ? next : null;
}

/** @param {Row} row */
const clash = (row) => {
  const taken = holder(pages, draft, row.name, asking.key);
  const next = taken && swapped(row, taken.row);
  const swap = () => {
    draft = next ?? draft;
    stop();
  };
  return el(
    'div',
    { class: 'clash', role: 'alert' },
    icon('warn'),
    el('p', {}, ...capsOf(asking.key).map(keycap), ` ${asking.wrong}`),
    next &&
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

/** Why a key cannot be the key of an action; '' when it can. @param {string} name @param {string} key */
function refusal(name, key) {
  if (FIXED.includes(key)) return `${key.replace('Escape', 'Esc')} keeps its meaning everywhere.`;
  const other = holder(pages, draft, name, key);
  if (!other) return '';
  const page = other.row.common ? 'draw' : PAGE_IDS[other.page];
  return `It is already “${other.row.label}”${page === open ? '' : ` (${PAGES[page].title})`}.`;
}

/** @param {Row} row */
const rowOf = (row) => {
  const waits = asking.name === row.name;
  const changed = row.name in difference(pages, draft);
  const fixed = row.keys.some((key) => FIXED.includes(key));
  const caps = row.keys.length ? capsOf(row.keys[0]).map(keycap) : [el('i', { text: 'no key' })];
  const button = el(
    'button',
    {
      type: 'button',
      class: waits ? 'key-button is-waiting' : 'key-button',
      'data-key': row.name,
      disabled: fixed,
      'aria-label': waits
        ? `${row.label}: press the new key, Esc keeps the old one`
        : `${row.label}: ${row.keys.join(' or ') || 'no key'}. Change`,
      title: fixed ? 'This key keeps its meaning everywhere.' : null,
      on: { click: () => ask(row.name) },
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

/** What a page has of its own; what it shares stands under Drawing. @param {PageId} id */
const rowsOf = (id) => asChosen(rowsOn(id), draft).filter((row) => id === 'draw' || !row.common);

/** @param {string} title @param {Row[]} rows */
const section = (title, rows) =>
  el(
    'section',
    { class: 'card key-group' },
    el('h2', { text: title }),
    el('ul', {}, ...rows.map(rowOf)),
  );

function show() {
  const wanted = find.value.trim().toLowerCase();
  fill(
    must('[data-pages]'),
    ...PAGE_IDS.map((id) =>
      el('button', {
        type: 'button',
        class: 'key-page',
        'aria-pressed': String(!wanted && id === open),
        text: PAGES[id].title,
        on: {
          click: () => {
            find.value = '';
            open = id;
            stop();
          },
        },
      }),
    ),
  );
  must('[data-shared]').hidden = wanted !== '' || open === 'draw';
  const sections = (wanted ? PAGE_IDS : [open]).flatMap((id) => {
    const rows = rowsOf(id).filter((row) => row.label.toLowerCase().includes(wanted));
    return [...new Set(rows.map((row) => row.group))].map((group) =>
      section(
        wanted && id !== 'draw' ? `${PAGES[id].title}: ${group}` : group,
        rows.filter((row) => row.group === group),
      ),
    );
  });
  fill(
    must('[data-groups]'),
    ...sections,
    !sections.length && el('p', { text: 'No action is called that.' }),
  );
  save.disabled = same();
}

document.addEventListener(
  'keydown',
  (event) => {
    if (!asking.name || asking.wrong || MODIFIERS.includes(event.key)) return;
    event.preventDefault();
    event.stopPropagation();
    const key = keyName(event);
    if (key === 'Escape') return stop();
    const wrong = refusal(asking.name, key);
    if (wrong) {
      asking = { ...asking, wrong, key };
      return show();
    }
    draft = difference(pages, { ...draft, [asking.name]: [key] });
    speak(`${key} it is`);
    stop();
  },
  true,
);

save.addEventListener('click', async () => {
  save.disabled = true;
  try {
    await own.setKeys(difference(pages, draft));
    say('Saved. Open pages use them after a reload.', 'ok');
  } catch (error) {
    const why = error instanceof Error ? error.message : '';
    say(`Kept in this browser, not yet at the server: ${why}`, 'bad');
  }
  show();
});
must('[data-reset]').addEventListener('click', () => {
  draft = {};
  say('All keys are as at the beginning. Save to keep that.');
  show();
});
must('[data-export]').addEventListener('click', () => {
  const url = URL.createObjectURL(
    new Blob([toFile(difference(pages, draft))], { type: 'application/json' }),
  );
  el('a', { href: url, download: 'boxwise-keys.json' }).click();
  URL.revokeObjectURL(url);
});
must('[data-import]').addEventListener('change', async (event) => {
  const field = /** @type {HTMLInputElement} */ (event.target);
  const [file] = field.files ?? [];
  if (!file) return;
  try {
    draft = fromFile(await file.text(), pages);
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

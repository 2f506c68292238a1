/** The page of own keys: every action of every page, to be given other keys, saved with the account. */

import { keyName } from '../annotator/commands/hotkeys.js';
import { PAGE_IDS, PAGES } from '../annotator/commands/pages.js';
import { createApi } from '../annotator/sync/api.js';
import { createPreferences } from '../annotator/sync/preferences.js';
import { listenForThemeKey, startChrome } from '../common/chrome.js';
import { el, fill, must, pageData } from '../common/dom.js';
import { speak } from '../common/speak.js';
import { createDraft } from './draft.js';
import { createRows } from './rows.js';

/** @typedef {import('./draft.js').PageId} PageId */

const MODIFIERS = ['Shift', 'Control', 'Alt', 'Meta', 'AltGraph', 'CapsLock', 'Dead', 'Process'];
/** @type {import('../common/api.js').KeysPage} */
const data = pageData();
startChrome();
listenForThemeKey();
const own = createPreferences(data.user.id, data.preferences, createApi({ userId: data.user.id }));
const draft = createDraft(() => own.keys);
/** @type {PageId} */
let open = 'draw';
let asking = { name: '', wrong: '', key: '' };

const save = /** @type {HTMLButtonElement} */ (must('[data-save]'));
const find = /** @type {HTMLInputElement} */ (must('[data-find]'));

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
const section = createRows(draft, { asking: () => asking, ask, stop });

/** @param {PageId} id */
const turnTo = (id) => {
  find.value = '';
  open = id;
  stop();
};

function show() {
  const wanted = find.value.trim().toLowerCase();
  fill(
    must('[data-pages]'),
    ...PAGE_IDS.map((id) =>
      el('button', {
        class: 'key-page',
        'aria-pressed': String(!wanted && id === open),
        text: PAGES[id].title,
        on: { click: () => turnTo(id) },
      }),
    ),
  );
  must('[data-shared]').hidden = wanted !== '' || open === 'draw';
  const sections = (wanted ? PAGE_IDS : [open]).flatMap((id) => {
    const rows = draft.rowsOf(id).filter((row) => row.label.toLowerCase().includes(wanted));
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
    !sections.length && el('p', { text: 'No matching action.' }),
  );
  save.disabled = draft.saved;
}

document.addEventListener(
  'keydown',
  (event) => {
    if (!asking.name || asking.wrong || MODIFIERS.includes(event.key)) return;
    event.preventDefault();
    event.stopPropagation();
    const key = keyName(event);
    if (key === 'Escape') return stop();
    const wrong = draft.refusal(asking.name, key, open);
    if (wrong) {
      asking = { ...asking, wrong, key };
      return show();
    }
    draft.give(asking.name, key);
    speak(`Set to ${key}`);
    stop();
  },
  true,
);

save.addEventListener('click', async () => {
  save.disabled = true;
  try {
    await own.setKeys(draft.own);
    say('Saved. Open pages use them after a reload.', 'ok');
  } catch (error) {
    const why = error instanceof Error ? error.message : '';
    say(`Saved in this browser, not yet on the server: ${why}`, 'bad');
  }
  show();
});
must('[data-reset]').addEventListener('click', () => {
  draft.reset();
  say('Default keys restored. Save to keep them.');
  show();
});
must('[data-export]').addEventListener('click', () => {
  const url = URL.createObjectURL(new Blob([draft.toFile()], { type: 'application/json' }));
  el('a', { href: url, download: 'boxwise-keys.json' }).click();
  URL.revokeObjectURL(url);
});
must('[data-import]').addEventListener('change', async (event) => {
  const field = /** @type {HTMLInputElement} */ (event.target);
  const [file] = field.files ?? [];
  if (!file) return;
  try {
    draft.read(await file.text());
    say('Imported. Save to keep them.', 'ok');
  } catch (error) {
    say(error instanceof Error ? error.message : String(error), 'bad');
  }
  field.value = '';
  show();
});
window.addEventListener('beforeunload', (event) => {
  if (!draft.saved) event.preventDefault();
});
find.addEventListener('input', show);
show();

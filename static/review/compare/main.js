/** Two labels of one image side by side; each difference by key, in close-up on both sides. */

import { ApiError, createApi } from '../../annotator/api.js';
import { listenToKeys } from '../../annotator/hotkeys.js';
import { createBanners } from '../../annotator/panels/banner.js';
import { createDialog, fillHelp } from '../../annotator/panels/help.js';
import { startChrome, switchTheme } from '../../common/chrome.js';
import { el, fill, must, pageData } from '../../common/dom.js';
import { figure } from '../../common/figure.js';
import { speak } from '../../common/speak.js';
import { startButtons } from '../buttons.js';
import { createHintLine } from '../hint-line.js';
import { boxesOf, countKinds, KINDS, ORDER, sideWords, telling, words } from './changes.js';

/** @typedef {import('./changes.js').Side} Side */
/** @typedef {import('./changes.js').Change} Change */
/** @typedef {'left'|'right'} Which */

const ZOOM = 2.5;
const data = pageData();
const api = createApi({ userId: data.user.id, header: data.csrf_header });
const banners = createBanners(must('[data-banners]'));
const surface = must('[data-sides]');
startChrome();

/** @type {{image: import('../../common/types.js').Picture, sides: Side[], left: string|null,
 *   right: string|null, changes: Change[]}|null} */
let shown = null;
/** @type {number} place among the telling changes; -1: the whole image */
let current = -1;

const names = new Map(data.classes.map((/** @type {any} */ { index, name }) => [index, name]));
/** @param {number} index */
const className = (index) => names.get(index) ?? 'unknown class';
/** @param {Which} which @returns {Side|undefined} */
const side = (which) => shown?.sides.find(({ id }) => id === shown?.[which]);

/** @param {string|null} left @param {string|null} right */
async function load(left, right) {
  const query = new URLSearchParams();
  if (left) query.set('left', left);
  if (right) query.set('right', right);
  try {
    shown = await api.get(`/api/images/${data.image.id}/compare?${query}`);
    banners.set('load', null);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    banners.set('load', { text: error.message, tone: error.kind === 'refused' ? 'warn' : 'bad' });
  }
  current = -1;
  show();
}

/** @param {Which} which */
function showSide(which) {
  const root = must(`[data-side="${which}"]`);
  const mine = side(which);
  if (!shown || !mine) return fill(root, el('p', { class: 'empty', text: 'No label here.' }));
  const changes = shown.changes;
  const chosen = telling(changes)[current];
  const picker = el(
    'select',
    {
      'aria-label': which === 'left' ? 'Left label' : 'Right label',
      on: {
        change: () => {
          const picked = picker.value;
          load(
            which === 'left' ? picked : (shown?.left ?? null),
            which === 'right' ? picked : (shown?.right ?? null),
          );
        },
      },
    },
    ...shown.sides.map((entry) => el('option', { value: entry.id, text: sideWords(entry) })),
  );
  picker.value = mine.id;
  const body = figure(
    shown.image,
    mine.boxes,
    (_, place) => {
      const change = changes.find((entry) => entry[which] === place);
      const { sign, color, dash, width } = KINDS[change?.kind ?? 'same'];
      const faint = chosen && change !== chosen;
      // The close-up magnifies lines too.
      const line = (faint ? 1 : width) / (chosen ? ZOOM : 1);
      return { color, dash, width: line, text: faint ? '' : sign };
    },
    { large: true, alt: `${sideWords(mine)}: ${mine.boxes.length} boxes` },
  );
  fill(root, picker, el('div', { class: 'side-view' }, body));
  closeUp(body);
}

/** The same part of the image on both sides. @param {HTMLElement} body */
function closeUp(body) {
  const [left, right] = [side('left'), side('right')];
  const change = shown && telling(shown.changes)[current];
  if (!shown || !change || !left || !right) return;
  const boxes = boxesOf(change, left, right);
  const middle = {
    x: boxes.reduce((sum, box) => sum + (box.x1 + box.x2) / 2, 0) / boxes.length,
    y: boxes.reduce((sum, box) => sum + (box.y1 + box.y2) / 2, 0) / boxes.length,
  };
  const frame = body.getBoundingClientRect();
  const { width, height } = shown.image;
  const scale = Math.min(frame.width / width, frame.height / height);
  const x = (frame.width - width * scale) / 2 + middle.x * scale;
  const y = (frame.height - height * scale) / 2 + middle.y * scale;
  body.style.setProperty('transform-origin', '0 0');
  body.style.setProperty(
    'transform',
    `translate(${frame.width / 2 - x * ZOOM}px, ${frame.height / 2 - y * ZOOM}px) scale(${ZOOM})`,
  );
}

function show() {
  showSide('left');
  showSide('right');
  const counts = countKinds(shown?.changes ?? []);
  fill(
    must('[data-tally]'),
    el('h2', { class: 'section-title', text: 'Left to right' }),
    ...ORDER.map((kind) =>
      el(
        'p',
        { class: 'pair' },
        el('span', {}, sign(kind), KINDS[kind].word),
        el('strong', { text: counts[kind] }),
      ),
    ),
  );
  const [left, right] = [side('left'), side('right')];
  const changes = shown ? telling(shown.changes) : [];
  fill(
    must('[data-changes]'),
    el('h2', { class: 'section-title', text: 'Differences' }),
    !changes.length && el('p', { class: 'empty', text: 'The two are the same.' }),
    el(
      'ul',
      { class: 'rows' },
      ...changes.map((change, place) =>
        el(
          'li',
          { class: place === current ? 'box-row is-selected' : 'box-row' },
          el(
            'button',
            {
              type: 'button',
              class: 'row',
              'aria-pressed': String(place === current),
              on: { click: () => choose(place) },
            },
            sign(change.kind),
            el('span', { class: 'row-name', text: KINDS[change.kind].word }),
            el('span', {
              class: 'row-size',
              text: left && right ? words(change, left, right, className) : '',
            }),
          ),
        ),
      ),
    ),
  );
  buttons.refresh();
}

/** @param {import('./changes.js').Kind} kind */
const sign = (kind) =>
  el('span', {
    class: 'sign',
    style: { background: KINDS[kind].color },
    'aria-hidden': 'true',
    text: KINDS[kind].sign || '=',
  });

/** @param {number} place */
function choose(place) {
  current = place;
  show();
  const change = shown && telling(shown.changes)[place];
  if (change) speak(KINDS[change.kind].word);
}

/** @param {1|-1} way */
const step = (way) => () => {
  const count = shown ? telling(shown.changes).length : 0;
  if (count) choose(current < 0 ? (way > 0 ? 0 : count - 1) : (current + way + count) % count);
};
/** @param {1|-1} way */
const other = (way) => () => {
  const at = data.images.indexOf(data.image.id);
  const next = data.images[at < 0 ? 0 : (at + way + data.images.length) % data.images.length];
  location.assign(`/jobs/${data.job.slug}/images/${next}/compare`);
};
const some = () => (shown ? telling(shown.changes).length > 0 : false);
const more = () => data.images.some((/** @type {number} */ id) => id !== data.image.id);
const back = new URLSearchParams(location.search).get('back');

const help = createDialog('[data-help]', surface);
const [view, page] = ['View', 'Show'];
/** @type {import('../../common/types.js').Action[]} */
const table = [
  {
    id: 'next',
    group: view,
    label: 'Next difference',
    keys: ['ArrowRight', 'n'],
    shown: '→',
    when: some,
    repeat: true,
    run: step(1),
  },
  {
    id: 'previous',
    group: view,
    label: 'Previous difference',
    keys: ['ArrowLeft', 'p'],
    shown: '←',
    when: some,
    repeat: true,
    run: step(-1),
  },
  {
    id: 'fit',
    group: view,
    label: 'Whole image',
    keys: ['f', 'Escape'],
    shown: 'F',
    run: () => choose(-1),
  },
  {
    id: 'swap',
    group: view,
    label: 'Swap the sides',
    keys: ['x'],
    run: () => load(shown?.right ?? null, shown?.left ?? null),
  },
  {
    id: 'next-image',
    group: view,
    label: 'Next changed image',
    keys: [']'],
    when: more,
    run: other(1),
  },
  {
    id: 'previous-image',
    group: view,
    label: 'Previous changed image',
    keys: ['['],
    when: more,
    run: other(-1),
  },
  {
    id: 'grid',
    group: view,
    label: 'Back',
    keys: ['Shift+g'],
    run: () =>
      location.assign(back?.startsWith('/') && !back.startsWith('//') ? back : data.job.grid_url),
  },
  { id: 'help', group: page, label: 'This help', keys: ['?'], run: () => help.showModal() },
  { id: 'theme', group: page, label: 'Light or dark', keys: ['Shift+l'], run: switchTheme },
];
fillHelp(help, table);
const buttons = startButtons(table);
createHintLine(must('[data-hints]'), [
  [['←', '→'], 'differences'],
  [['F'], 'whole image'],
  [['X'], 'swap'],
  [['[', ']'], 'changed images'],
  [['?'], 'all keys'],
]);
listenToKeys(table, surface, () => {});
await load(null, null);
surface.focus({ preventScroll: true });

/** Two labels of one image side by side; each difference by key, in close-up on both sides. */

import { createBanners } from '../../annotator/panels/banner.js';
import { ApiError, createApi } from '../../annotator/sync/api.js';
import { startChrome } from '../../common/chrome.js';
import { must, pageData } from '../../common/dom.js';
import { createSignIn } from '../../common/sign-in.js';
import { speak } from '../../common/speak.js';
import { createPlainPage } from '../plain-page.js';
import { KINDS, telling, words } from './changes.js';
import { showChanges, showTally } from './list.js';
import { closeUp, showSide } from './sides.js';

/** @typedef {import('./changes.js').Side} Side */
/** @typedef {import('./changes.js').Change} Change */
/** @typedef {'left'|'right'} Which */

/** @type {import('../../common/api.js').ComparePage} */
const data = pageData();
const api = createApi({
  userId: data.user.id,
  signIn: createSignIn(data.user).ask,
});
const banners = createBanners(must('[data-banners]'));
const surface = must('[data-sides]');
startChrome();

/** @type {import('../../common/api.js').TwoLabels|null} */
let shown = null;
/** @type {number} place among the telling changes; -1: the whole image */
let current = -1;

const names = new Map(data.classes.map(({ index, name }) => [index, name]));
/** @param {number} index */
const className = (index) => names.get(index) ?? 'unknown class';
/** @param {Which} which @returns {Side|undefined} */
const side = (which) => shown?.sides.find(({ id }) => id === shown?.[which]);

const chosen = () => (shown ? telling(shown.changes)[current] : undefined);

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

function show() {
  const [left, right] = [side('left'), side('right')];
  for (const which of /** @type {Which[]} */ (['left', 'right'])) {
    showSide(must(`[data-side="${which}"]`), which, {
      shown,
      mine: which === 'left' ? left : right,
      other: which === 'left' ? right : left,
      change: chosen(),
      onPick: (id) =>
        which === 'left' ? load(id, shown?.right ?? null) : load(shown?.left ?? null, id),
    });
  }
  closeUp(surface, shown?.image ?? null, chosen(), left, right);
  const both = left && right && shown;
  for (const part of ['[data-tally]', '[data-changes]']) must(part).hidden = !both;
  if (both) {
    showTally(must('[data-tally]'), both.changes);
    showChanges(must('[data-changes]'), both.changes, current, choose, (change) =>
      words(change, left, right, className),
    );
  }
  keys.refresh();
}

/** @param {number} place */
function choose(place) {
  current = place;
  show();
  const change = chosen();
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

/** The label that holds now is corrected on a page of its own, which leads back here. */
const correct = () =>
  location.assign(
    `/jobs/${data.job.slug}/images/${data.image.id}/correct?back=${encodeURIComponent(location.pathname + location.search)}`,
  );

const whole = { run: () => choose(-1) };
const keys = createPlainPage('compare', surface, [
  ['change-back change-on', 'differences'],
  ['fit', 'whole image'],
  ['swap', 'swap'],
  ['correct', 'correct'],
  ['image-back image-on', 'changed images'],
  ['help', 'all keys'],
]).start({
  'change-on': { when: some, run: step(1) },
  'change-back': { when: some, run: step(-1) },
  fit: { ...whole, label: 'Whole image' },
  cancel: { ...whole, label: 'Whole image' },
  correct: { when: () => shown !== null, run: correct },
  swap: {
    when: () => side('right') !== undefined,
    run: () => load(shown?.right ?? null, shown?.left ?? null),
  },
  'image-on': { when: more, run: other(1) },
  'image-back': { when: more, run: other(-1) },
  'leave-page': {
    run: () =>
      location.assign(
        back?.startsWith('/') && !back.startsWith('//') ? back : (data.job.grid_url ?? '/'),
      ),
  },
});
await load(null, null);
surface.focus({ preventScroll: true });

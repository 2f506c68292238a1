/** The grid: a page of labels at once, one key a picture, Enter sends the page. */

import { ApiError, createApi } from '../../annotator/api.js';
import { listenToKeys } from '../../annotator/hotkeys.js';
import { createDialog, fillHelp } from '../../annotator/panels/help.js';
import { createReasons } from '../../annotator/panels/reasons.js';
import { startChrome } from '../../common/chrome.js';
import { must, pageData } from '../../common/dom.js';
import { speak } from '../../common/speak.js';
import { startButtons } from '../buttons.js';
import { createHintLine } from '../hint-line.js';
import { gridActions } from './actions.js';
import { createCloseup } from './closeup.js';
import { createFilters } from './filters.js';
import { createMarks } from './marks.js';
import { showEmpty, showProgress, showTally } from './side.js';
import { createTiles } from './tiles.js';

/** @typedef {import('./tiles.js').GridLabel} GridLabel */
/** @typedef {import('../../common/types.js').Action} Action */

const SIZES = [12, 18, 24, 30];
/** @type {import('../hint-line.js').Hint[]} */
const HINTS = [
  [['←', '↑', '↓', '→'], 'move'],
  [['Y'], 'looks right'],
  [['X'], 'reject'],
  [['Q'], 'large'],
  [['Shift', 'Y'], 'all the rest'],
  [['U'], 'undo'],
  [['?'], 'all keys'],
];

const data = pageData();
/** @type {import('../../common/types.js').Job} */
const job = data.job;
const kept = `boxwise-grid-${data.user.id}-${job.slug}`;
const api = createApi({ userId: data.user.id, header: data.csrf_header });
const root = must('[data-grid]');
const hints = createHintLine(must('[data-hints]'), HINTS);
const short = new Map(
  data.choices.reasons.map((/** @type {any} */ entry) => [entry.text, entry.short]),
);

startChrome();
/** @type {GridLabel[]} */
let labels = [];
let marks = createMarks([]);
/** The pages before this one, for going back. @type {string[]} */
let earlier = [];
let here = '';
/** @type {string|null} */
let after = null;
/** @type {number[]} what the last Enter sent */
let sent = [];
let size = 18;
let busy = false;

const tiles = createTiles(root, data.classes, short, (place, twice) => {
  marks.moveTo(place);
  if (twice) openLarge();
  changed();
});
const filters = createFilters(
  /** @type {HTMLFormElement} */ (must('[data-filters]')),
  data.choices,
  data.classes,
  data.source,
  () => go([], ''),
);
const help = createDialog('[data-help]', root);
const closeup = createCloseup(
  /** @type {HTMLDialogElement} */ (must('[data-closeup]')),
  data.classes,
  (key) => {
    const named = { y: 'right', x: 'reject', u: 'undo', ArrowLeft: 'left', ArrowRight: 'next' }[
      key
    ];
    if (!named) return false;
    if (named === 'reject') closeup.close();
    table.find((action) => action.id === named)?.run();
    if (closeup.open) openLarge();
    return true;
  },
);

/** Marks outlast a reload: they are work until the server has them. Those of other pages stay.
 * @returns {[number, import('./marks.js').Mark][]} */
const keptMarks = () => JSON.parse(localStorage.getItem(kept) ?? '[]');
const keep = () => {
  const others = keptMarks().filter(([id]) => !marks.ids.includes(id));
  localStorage.setItem(kept, JSON.stringify([...others, ...marks.entries()]));
};

function changed() {
  keep();
  tiles.paint(marks, labels);
  tiles.reveal(marks.cursor);
  const rest = marks.untouched().length;
  showTally(marks, rest);
  must('[data-send-words]').textContent = rest
    ? `Send page (${rest} to look at)`
    : 'Send page, next';
  buttons.refresh();
}

/** @param {any} page */
function show(page) {
  labels = page.labels;
  after = page.after;
  const checked = labels.filter((label) => label.check).map((label) => [label.id, label.check]);
  marks = createMarks(
    labels.map(({ id }) => id),
    /** @type {any} */ ([...checked, ...keptMarks()]),
  );
  const rest = marks.untouched();
  if (rest.length) marks.moveTo(marks.ids.indexOf(rest[0]));
  tiles.show(labels);
  showEmpty(labels.length === 0, page.counts);
  showProgress(page.counts);
  changed();
}

/** @param {string[]} before @param {string} place */
async function go(before, place) {
  if (!filters.valid('low') || !filters.valid('high')) {
    return hints.notice('Confidence lies between 0 and 1.');
  }
  const query = filters.query();
  query.set('count', String(size));
  if (place) query.set('after', place);
  const page = await ask(() => api.get(`/api/jobs/${job.slug}/grid?${query}`));
  if (!page) return;
  earlier = before;
  here = place;
  show(page);
}

/** @template T @param {() => Promise<T>} call @returns {Promise<T|null>} */
async function ask(call) {
  if (busy) return null;
  busy = true;
  try {
    return await call();
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    tell(`${error.message} Your marks are kept here.`);
    return null;
  } finally {
    busy = false;
  }
}

/** @param {string} text */
function tell(text) {
  hints.notice(text);
  speak(text);
}

async function send() {
  const rest = marks.untouched().length;
  if (rest) {
    return tell(
      `${rest} ${rest === 1 ? 'picture is' : 'pictures are'} not looked at yet. Shift Y: all the rest look right.`,
    );
  }
  if (!labels.length) return;
  const checks = marks.entries().map(([label, mark]) => ({ label, ...mark }));
  const reply = await ask(() =>
    api.request('PUT', `/api/jobs/${job.slug}/grid/checks`, { checks }),
  );
  if (!reply) return;
  const refused = reply.results.filter((/** @type {any} */ row) => !row.stored);
  sent = reply.results
    .filter((/** @type {any} */ row) => row.stored)
    .map((/** @type {any} */ row) => row.label);
  const done = new Set(sent);
  localStorage.setItem(kept, JSON.stringify(keptMarks().filter(([id]) => !done.has(id))));
  await go(earlier, here);
  if (refused.length) tell(`${refused.length} not stored: ${refused[0].message}`);
  else tell(`${sent.length} stored. U takes the page back.`);
}

async function undo() {
  if (marks.undo()) return changed();
  const mine = sent;
  sent = [];
  /** @type {string[]} */
  const stuck = [];
  for (const id of mine) {
    const reply = await ask(() => api.request('DELETE', `/api/labels/${id}/check`));
    if (!reply) stuck.push(String(id));
  }
  await go(earlier, here);
  if (mine.length)
    tell(
      stuck.length
        ? `${stuck.length} could not be taken back; people work on them.`
        : 'The page is back.',
    );
}

/** @param {'right'|'rejected'} verdict @param {string} [reason] */
function mark(verdict, reason = '') {
  marks.mark({ verdict, reason });
  speak(verdict === 'right' ? 'Looks right' : `Rejected: ${reason}`);
  changed();
}

const label = () => labels[marks.cursor];

function reject() {
  reasons.show({
    title: 'Reject. What is wrong?',
    reasons: job.reject_reasons,
    tone: 'bad',
    onChoose: (reason) => mark('rejected', reason),
  });
}

function openLarge() {
  const verdict = marks.of(label().id);
  closeup.show(
    label(),
    verdict ? (verdict.verdict === 'right' ? 'looks right' : verdict.reason) : '',
  );
}

/** @param {string} part */
const away = (part) => () => {
  const back = encodeURIComponent(location.pathname);
  location.assign(`/jobs/${job.slug}/images/${label().image.id}/${part}?back=${back}`);
};
const any = () => labels.length > 0;
/** @param {number} step */
const move = (step) => () => {
  marks.moveTo(marks.cursor + step);
  changed();
};
/** @param {1|-1} way */
const resize = (way) => () => {
  size = SIZES[Math.min(Math.max(SIZES.indexOf(size) + way, 0), SIZES.length - 1)];
  must('[data-size]').textContent = `${size} a page`;
  root.dataset.size = String(size);
  go(earlier, here);
};
/** @type {Action[]} */
const table = gridActions({
  any,
  mark,
  reject,
  rest: () => {
    marks.markRest();
    changed();
  },
  away,
  undo,
  canUndo: () => marks.canUndo || sent.length > 0,
  send,
  openLarge,
  move: (steps) => move(steps)(),
  columns: tiles.columns,
  resize,
  onwards: () => (after === null ? null : () => go([...earlier, here], after ?? '')),
  backwards: () =>
    earlier.length ? () => go(earlier.slice(0, -1), earlier[earlier.length - 1]) : null,
  audit: () => location.assign(job.review_url ?? '/'),
  help: () => help.showModal(),
});
const reasons = createReasons({
  root: must('[data-reasons]'),
  beside: must('[data-buttons]'),
  setMenu: (choices) => keys.setMenu(choices),
  onToggle: () => root.focus({ preventScroll: true }),
});
const buttons = startButtons(table);
fillHelp(help, table);
must('[data-more]').addEventListener('click', resize(1));
must('[data-fewer]').addEventListener('click', resize(-1));
const keys = listenToKeys(table, root, () => hints.notice(''));
show(data.first);
root.focus({ preventScroll: true });

/** The report of a job: certificate, figures, charts, the surest images, exports; made to be printed. */

import { ApiError, createApi } from '../annotator/sync/api.js';
import { listenForThemeKey, startChrome } from '../common/chrome.js';
import { el, fill, must, pageData } from '../common/dom.js';
import { classStyle, figure } from '../common/figure.js';
import { plural } from '../common/words.js';
import { costPerRound } from '../dashboard/bars.js';
import { createChart } from '../dashboard/charts.js';
import { calibrationCurve } from '../dashboard/curves.js';
import { startExports } from '../dashboard/exports.js';
import { imageQuality } from '../dashboard/quality.js';
import { count, dollars, duration, two } from '../dashboard/words.js';
import { showCertificate, showEarlier } from './certificate.js';
import { showControls, showHoneypots } from './controls.js';
import { showTiming } from './timing.js';
import { showVerdict, showWorst } from './verdict.js';

/** @typedef {import('../common/api.js').Snapshot} Snapshot */
/** @typedef {import('../common/api.js').ConfidentImage} Sure */
/** @typedef {import('../common/api.js').About} About */

/** @type {import('../common/api.js').ReportPage} */
const data = pageData();
const api = createApi({ userId: data.user.id });
/** @type {Snapshot} */
const snapshot = data.snapshot;
const part = (/** @type {string} */ name) => must(`[data-part="${name}"]`);

/** @param {string|null} moment */
const day = (moment) =>
  moment ? new Date(moment).toLocaleString('en-GB', { dateStyle: 'long', timeStyle: 'short' }) : '';

function showAbout() {
  /** @type {About} */
  const about = data.report.about;
  const left = snapshot.counts.left;
  fill(
    must('[data-chips]'),
    el('span', { class: 'chip', text: snapshot.job.state }),
    left > 0 && el('span', { class: 'chip', text: `provisional: ${count(left)} images left` }),
  );
  const span = about.began && `${day(about.began)} to ${day(about.ended) || 'now'}`;
  part('about').textContent = [
    `${plural(about.images, 'image', 'images', count(about.images))}, ${plural(about.boxes, 'box', 'boxes', count(about.boxes))}: ${about.classes.join(', ')}.`,
    span &&
      `${span}, ${plural(about.rounds, 'round')}, ${plural(about.people, 'person', 'people')}.`,
  ]
    .filter(Boolean)
    .join(' ');
}

function showStrip() {
  const { counts, cost, histogram } = snapshot;
  const saved = Math.round(cost.saved_share * 100);
  /** @param {string} value @param {string} words @param {string} [mark] */
  const item = (value, words, mark) =>
    el(
      'div',
      { class: 'strip-item' },
      el('strong', { text: value }),
      el('span', {}, mark && el('i', { class: `mark ${mark}` }), words),
    );
  const { about, hours } = data.report;
  fill(
    part('strip'),
    item(count(counts.human), 'images by people', 'mark-people'),
    item(count(counts.auto), 'images auto', 'mark-auto'),
    item(count(about.seen), 'images people looked at'),
    item(
      `${Math.abs(saved)} %`,
      `${saved < 0 ? 'more' : 'saved'}: ${dollars(cost.total)}, not ${dollars(cost.all_human)}`,
    ),
    item(hours ? duration(3600 * hours) : '0 h', "people's time"),
    histogram?.human_mean != null && item(two(histogram.human_mean), "people's agreement"),
  );
}

function showConfident() {
  const style = classStyle(data.classes);
  /** @param {string} words @param {string} mark @param {Sure[]} rows */
  const row = (words, mark, rows) =>
    rows.length > 0 && [
      el('h3', { class: 'sure-title' }, el('i', { class: `mark ${mark}` }), words),
      el(
        'ul',
        { class: 'sure-row' },
        ...rows.map(({ image, boxes, confidence }) =>
          el(
            'li',
            {},
            figure(image, boxes, style, { lazy: true }),
            el(
              'p',
              { class: 'sure-words' },
              el('span', { text: image.name }),
              el('span', {}, 'confidence ', el('strong', { text: two(confidence) })),
            ),
          ),
        ),
      ),
    ];
  const { people, auto } = data.report.confident;
  part('confident').hidden = people.length + auto.length === 0;
  fill(
    part('confident'),
    el(
      'div',
      { class: 'card-head' },
      el('h2', { class: 'card-title', text: 'Most confident' }),
      el('span', {
        class: 'card-side',
        text: 'Five of each. Confidences of people and of the model are not on one scale.',
      }),
    ),
    ...(row('People', 'mark-people', people) || []),
    ...(row('Auto', 'mark-auto', auto) || []),
  );
}

/** @param {() => Promise<void>} work */
async function attempt(work) {
  const problem = must('[data-problem]');
  try {
    await work();
    problem.textContent = '';
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    problem.textContent = error.message;
  }
}

startChrome();
listenForThemeKey();
showAbout();
showVerdict(part('verdict'), snapshot, data.report);
showWorst(part('worst'), data.report.checked);

/** Charts measure their card, so it must be open when they are drawn. */
let drawn = false;
function showMore() {
  if (drawn) return;
  drawn = true;
  showCertificate(part('certificate'), snapshot, data.report);
  showEarlier(part('earlier'), data.report.earlier);
  showStrip();
  createChart(part('cost-chart'))(costPerRound(snapshot.rounds, snapshot.cost));
  createChart(part('calibration-chart'))(calibrationCurve(snapshot.calibration));
  createChart(part('quality-chart'))(imageQuality(snapshot.histogram));
  showConfident();
  showTiming(part('timing'), data.report.timing);
  showControls(
    part('controls'),
    data.report.controls,
    new Map(
      data.classes.map((/** @type {{index: number, name: string}} */ c) => [c.index, c.name]),
    ),
  );
  showHoneypots(part('honeypot'), data.report.honeypot);
}
const more = /** @type {HTMLDetailsElement} */ (must('[data-more]'));
more.addEventListener('toggle', showMore);
// On paper there is nothing to open.
window.addEventListener('beforeprint', () => {
  more.open = true;
  showMore();
});
startExports(part('exports'), { data, api }, attempt);
must('[data-print]').addEventListener('click', () => window.print());
document.addEventListener('keydown', (event) => {
  const typing =
    event.target instanceof HTMLElement && event.target.closest('input, textarea, select');
  if (event.key === 'p' && !event.ctrlKey && !event.metaKey && !event.altKey && !typing)
    window.print();
});

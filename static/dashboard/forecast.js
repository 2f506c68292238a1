/** The forecast card of the live page: what is left for people, and what a higher target costs. */

import { el, fill } from '../common/dom.js';
import { figure, head } from './figures.js';
import { count, dollars, peoplesLimit, two } from './words.js';

/** @typedef {import('../common/api.js').Snapshot} Snapshot */
/** @typedef {(n: number) => string} Words */

/** @type {Words} */
const hoursOf = (n) => `${n.toFixed(n < 10 ? 1 : 0)} h`;

/** Low to high in words, once where both read the same. @param {number[]} range @param {Words} words */
function span([, low, high], words) {
  const [from, to] = [words(low), words(high)];
  return from === to ? from : `${from} to ${to}`;
}

/** @param {import('../common/api.js').Forecast} forecast */
function prices({ rows }) {
  /** @param {string[]} cells @param {'td'|'th'} kind */
  const line = (cells, kind) =>
    el(
      'tr',
      {},
      ...cells.map((text, i) =>
        i === 0 || kind === 'th'
          ? el('th', { scope: kind === 'th' ? 'col' : 'row', text })
          : el(kind, { text }),
      ),
    );
  return el(
    'table',
    { class: 'forecast-table' },
    el('caption', { class: 'visually-hidden', text: 'What each target would cost from here on' }),
    el('thead', {}, line(['Target', 'By machine', 'People', 'Money'], 'th')),
    el(
      'tbody',
      {},
      ...rows.map(({ target, auto, hours, money }) =>
        line(
          [
            two(target),
            span(auto, count),
            hours ? span(hours, hoursOf) : 'no timing yet',
            span(money, dollars),
          ],
          'td',
        ),
      ),
    ),
  );
}

/** @param {HTMLElement} card @param {Snapshot} snapshot */
export function showForecast(card, { forecast, job, histogram }) {
  if (!forecast) {
    const text =
      job.state === 'complete' ? 'No images left.' : 'Available once the job has started.';
    return fill(card, head('Forecast'), el('p', { class: 'chart-empty', text }));
  }
  const [{ answers, hours, money }] = forecast.rows;
  const limit = peoplesLimit(
    histogram?.human_mean,
    forecast.rows.map(({ target }) => target),
  );
  fill(
    card,
    head('Forecast', el('span', { class: 'card-side', text: 'from here on' })),
    el(
      'div',
      { class: 'figures' },
      figure('answers', count(answers[0]), 'answers to go'),
      hours && figure('hours', hoursOf(hours[0]), 'people’s time'),
      figure('money', dollars(money[0]), 'money'),
    ),
    forecast.note
      ? el('p', { class: 'card-note', text: forecast.note })
      : job.assist && prices(forecast),
    job.assist && limit && el('p', { class: 'card-note', text: limit }),
  );
}

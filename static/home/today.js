/** The person's own day: images, pace, agreement; no ranking, nobody else's figures. */

import { el, fill } from '../common/dom.js';
import { plural } from '../common/words.js';

/** @typedef {import('../common/api.js').Today} Today */

/** @param {number} seconds */
const pace = (seconds) => `${Math.max(1, Math.round(seconds))} s`;

/** @param {Today['week']} week */
function bars(week) {
  const most = Math.max(1, ...week.map(({ images }) => images));
  return el(
    'ol',
    { class: 'week', 'aria-label': 'Images of the last seven days' },
    ...week.map(({ day, images }, at) => {
      const name = new Date(`${day}T12:00:00`).toLocaleDateString([], { weekday: 'long' });
      return el(
        'li',
        { class: at === week.length - 1 ? 'is-today' : '', title: `${name}: ${images}` },
        el('span', { class: 'week-bar', style: { height: `${(images / most) * 36}px` } }),
        el('span', { 'aria-hidden': 'true', text: name.slice(0, 1) }),
        el('span', { class: 'visually-hidden', text: `${name}: ${images}` }),
      );
    }),
  );
}

/** @param {HTMLElement} root @param {Today} today */
export function showToday(root, today) {
  const {
    images,
    boxes,
    checks,
    median_s: now,
    week_median_s: usual,
    week,
    agreement,
    box_s: box,
  } = today;
  const some = week.some((day) => day.images);
  fill(
    root,
    el('h2', { class: 'card-title', text: 'Today' }),
    (images > 0 || !checks) && el('p', { class: 'figure', text: images }),
    (images > 0 || !checks) &&
      el('p', {
        class: 'figure-words',
        text: `${images === 1 ? 'image' : 'images'}, ${plural(boxes, 'box', 'boxes')}`,
      }),
    checks > 0 && el('p', { class: 'figure', text: checks }),
    checks > 0 &&
      el('p', { class: 'figure-words', text: checks === 1 ? 'label checked' : 'labels checked' }),
    some && bars(week),
    now !== null && el('hr'),
    now !== null && el('p', { class: 'figure', text: pace(now) }),
    now !== null && el('p', { class: 'figure-words', text: 'per image, median' }),
    now !== null &&
      usual !== null &&
      el('p', { class: 'figure-words', text: `Your week: ${pace(usual)}` }),
    box !== null &&
      el('p', {
        class: 'figure-words',
        text: `A box you draw: ${box.toFixed(1)} s, median of the week`,
      }),
    agreement && el('hr'),
    agreement && el('p', { class: 'figure', text: agreement.mean.toFixed(2) }),
    agreement &&
      el('p', {
        class: 'figure-words',
        text: `agreement with the final label on your last ${agreement.images} images: 1 is every box the same`,
      }),
  );
}

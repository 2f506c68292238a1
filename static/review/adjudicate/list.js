/** The images on which people differ, most doubtful first; Enter opens one. */

import { startChrome } from '../../common/chrome.js';
import { el, fill, must, pageData } from '../../common/dom.js';
import { icon } from '../../common/icons.js';
import { plural } from '../../common/words.js';
import { createPlainPage } from '../plain-page.js';

/** @typedef {import('../../common/api.js').Doubtful} Doubtful */

/** @type {import('../../common/api.js').DisagreementsPage} */
const data = pageData();
/** @type {import('../../common/api.js').DoubtfulImages} */
const list = data.list;
const root = must('[data-list]');
startChrome();

/** @param {number} image */
const address = (image) => data.adjudicate_url.replace('/0/', `/${image}/`);

fill(
  root,
  ...list.images.map(({ image, doubt, boxes }) =>
    el(
      'li',
      {},
      el(
        'a',
        { class: 'card-link', href: address(image.id) },
        el('img', { src: image.preview_url, alt: '', loading: 'lazy' }),
        el('strong', { text: image.name }),
        el('span', {
          class: 'quiet',
          text: `doubt ${doubt.toFixed(2)}, ${plural(boxes, 'box', 'boxes')}`,
        }),
      ),
    ),
  ),
);
const links = [...root.querySelectorAll('a')];
const columns = () => {
  const other = links.findIndex((link) => link.offsetTop !== links[0].offsetTop);
  return other < 0 ? Math.max(1, links.length) : other;
};
/** @param {number} step */
const move = (step) => {
  const at = links.indexOf(/** @type {HTMLAnchorElement} */ (document.activeElement));
  links[Math.min(Math.max(at + step, 0), links.length - 1)]?.focus();
};

const empty = !list.images.length;
must('[data-card]').hidden = !empty;
if (empty)
  fill(
    must('[data-card]'),
    el('span', { class: 'card-mark' }, icon('check')),
    el('h2', { text: 'Nothing to resolve' }),
    el('p', {
      text: list.adjudicated
        ? 'Every disagreement is resolved.'
        : 'Images come here when several people drew them and their boxes do not agree.',
    }),
  );
fill(
  must('[data-about]'),
  el('h2', { class: 'section-title', text: 'Disagreements' }),
  el('p', { class: 'pair' }, el('span', { text: 'Open' }), el('strong', { text: list.left })),
  el(
    'p',
    { class: 'pair' },
    el('span', { text: 'Resolved' }),
    el('strong', { text: list.adjudicated }),
  ),
  el('p', {
    class: 'section-help',
    text: `Doubt is the larger of two: the errors expected to be left in the merged label, and how far the person who agrees least is from it. Images from ${list.level.toFixed(2)} on are listed. What you resolve becomes the label; what people drew is kept.`,
  }),
);

const any = () => links.length > 0;
/** @param {() => number} steps */
const moving = (steps) => ({ when: any, run: () => move(steps()) });
createPlainPage('list', root, [
  ['left up down right', 'move'],
  ['submit', 'adjudicate'],
  ['help', 'all keys'],
]).start({
  submit: { when: any, run: () => links[0].click() },
  left: moving(() => -1),
  right: moving(() => 1),
  up: moving(() => -columns()),
  down: moving(columns),
});
links[0]?.focus();

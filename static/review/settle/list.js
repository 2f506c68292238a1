/** The images on which people differ, most doubtful first; Enter opens one. */

import { listenToKeys } from '../../annotator/hotkeys.js';
import { createDialog, fillHelp } from '../../annotator/panels/help.js';
import { startChrome, switchTheme } from '../../common/chrome.js';
import { el, fill, must, pageData } from '../../common/dom.js';
import { icon } from '../../common/icons.js';
import { plural } from '../../common/words.js';
import { startButtons } from '../buttons.js';
import { createHintLine } from '../hint-line.js';

/** @typedef {{image: import('../../common/types.js').Picture, doubt: number, round: number,
 *   boxes: number}} Doubtful */

const data = pageData();
/** @type {{images: Doubtful[], left: number, settled: number, level: number}} */
const list = data.list;
const root = must('[data-list]');
startChrome();

/** @param {number} image */
const address = (image) => data.settle_url.replace('/0/', `/${image}/`);

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
    el('h2', { text: 'Nothing to settle' }),
    el('p', {
      text: list.settled
        ? 'Every image on which people differed is settled.'
        : 'Images come here when several people drew them and their boxes do not agree.',
    }),
  );
fill(
  must('[data-about]'),
  el('h2', { class: 'section-title', text: 'People differ here' }),
  el('p', { class: 'pair' }, el('span', { text: 'To settle' }), el('strong', { text: list.left })),
  el('p', { class: 'pair' }, el('span', { text: 'Settled' }), el('strong', { text: list.settled })),
  el('p', {
    class: 'section-help',
    text: `Doubt is the larger of two: the errors expected to be left in the merged label, and how far the person who agrees least is from it. Images from ${list.level.toFixed(2)} on are listed. What you settle becomes the label; what people drew is kept.`,
  }),
);

const any = () => links.length > 0;
const [view, show] = ['View', 'Show'];
/** @type {[string, string, () => number][]} */
const arrows = [
  ['ArrowRight', 'Move', () => 1],
  ['ArrowLeft', '', () => -1],
  ['ArrowDown', '', () => columns()],
  ['ArrowUp', '', () => -columns()],
];
const help = createDialog('[data-help]', root);
/** @type {import('../../common/types.js').Action[]} */
const table = [
  {
    id: 'open',
    group: view,
    label: 'Settle the first',
    keys: ['Enter'],
    when: any,
    run: () => links[0].click(),
  },
  ...arrows.map(([key, label, step]) => ({
    id: key,
    group: view,
    label,
    keys: [key],
    shown: '← ↑ ↓ →',
    repeat: true,
    when: any,
    run: () => move(step()),
  })),
  { id: 'help', group: show, label: 'This help', keys: ['?'], run: () => help.showModal() },
  { id: 'theme', group: show, label: 'Light or dark', keys: ['Shift+l'], run: switchTheme },
];
fillHelp(help, table);
startButtons(table);
createHintLine(must('[data-hints]'), [
  [['←', '↑', '↓', '→'], 'move'],
  [['Enter'], 'settle'],
  [['?'], 'all keys'],
]);
listenToKeys(table, root, () => {});
links[0]?.focus();

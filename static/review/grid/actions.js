/** What can be done in the grid, as rows of the action table. */

import { switchTheme } from '../../common/chrome.js';

/** @typedef {import('../../common/types.js').Action} Action */

/**
 * @param {object} page
 * @param {() => boolean} page.any whether the page has pictures
 * @param {(verdict: 'right') => void} page.mark
 * @param {() => void} page.reject
 * @param {() => void} page.rest
 * @param {(part: string) => () => void} page.away
 * @param {() => void} page.undo
 * @param {() => boolean} page.canUndo
 * @param {() => void} page.send
 * @param {() => void} page.openLarge
 * @param {(steps: number) => void} page.move
 * @param {() => number} page.columns
 * @param {(way: 1|-1) => () => void} page.resize
 * @param {() => (() => void)|null} page.onwards
 * @param {() => (() => void)|null} page.backwards
 * @param {() => void} page.audit
 * @param {() => void} page.help
 * @returns {Action[]}
 */
export function gridActions(page) {
  const [verdict, view, show] = ['Verdict', 'View', 'Show'];
  const when = page.any;
  /** @type {[string, string, () => number][]} */
  const arrows = [
    ['left', 'ArrowLeft', () => -1],
    ['next', 'ArrowRight', () => 1],
    ['up', 'ArrowUp', () => -page.columns()],
    ['down', 'ArrowDown', () => page.columns()],
  ];
  /** @param {string} id @param {string} group @param {string} label @param {string[]} keys
   * @param {() => void} run @param {Partial<Action>} [more] @returns {Action} */
  const row = (id, group, label, keys, run, more = {}) => ({
    id,
    group,
    label,
    keys,
    run,
    ...more,
  });
  return [
    row('right', verdict, 'Looks right', ['y'], () => page.mark('right'), { when }),
    row('reject', verdict, 'Reject, then a reason', ['x'], page.reject, { when }),
    row('rest', verdict, 'All the rest look right', ['Shift+y'], page.rest, { when }),
    row('correct', verdict, 'Correct it', ['e'], page.away('correct'), { when }),
    row('undo', verdict, 'Undo; then the last page', ['u'], page.undo, { when: page.canUndo }),
    row('send', verdict, 'Send the page, next', ['Enter'], page.send, { when }),
    row('large', view, 'Close-up', ['q'], page.openLarge, { when }),
    row('compare', view, 'Side by side', ['s'], page.away('compare'), { when }),
    ...arrows.map(([id, key, steps], place) =>
      row(id, view, place ? '' : 'Move', [key], () => page.move(steps()), {
        when,
        repeat: true,
        shown: '← ↑ ↓ →',
      }),
    ),
    row(
      'page-on',
      view,
      'Next page, this one undecided',
      [']', 'PageDown'],
      () => page.onwards()?.(),
      {
        shown: ']',
        when: () => page.onwards() !== null,
      },
    ),
    row('page-back', view, 'Page before', ['[', 'PageUp'], () => page.backwards()?.(), {
      shown: '[',
      when: () => page.backwards() !== null,
    }),
    row('more', view, 'More a page', ['+', '='], page.resize(1), { shown: '+' }),
    row('fewer', view, 'Fewer a page', ['-'], page.resize(-1)),
    row('one', view, 'To the audit', ['Shift+g'], page.audit),
    row('help', show, 'This help', ['?'], page.help),
    row('theme', show, 'Light or dark', ['Shift+l'], switchTheme),
  ];
}

/** What can be done in the grid, by the ids of its rows in the action table. */

/**
 * @param {object} page
 * @param {() => boolean} page.any whether the page has pictures
 * @param {(verdict: 'right') => void} page.mark
 * @param {() => void} page.reject
 * @param {() => void} page.rejectNow
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
 * @returns {import('../../common/types.js').Handlers}
 */
export function gridHandlers(page) {
  const when = page.any;
  return {
    fine: { when, run: () => page.mark('right') },
    wrong: { when, run: page.reject },
    'reject-now': { when, run: page.rejectNow },
    rest: { when, run: page.rest },
    correct: { when, run: page.away('correct') },
    back: { when: page.canUndo, run: page.undo },
    submit: { when, run: page.send },
    large: { when, run: page.openLarge },
    compare: { when, run: page.away('compare') },
    left: { when, run: () => page.move(-1) },
    right: { when, run: () => page.move(1) },
    up: { when, run: () => page.move(-page.columns()) },
    down: { when, run: () => page.move(page.columns()) },
    'page-on': { when: () => page.onwards() !== null, run: () => page.onwards()?.() },
    'page-back': { when: () => page.backwards() !== null, run: () => page.backwards()?.() },
    'larger-page': { run: page.resize(1) },
    'smaller-page': { run: page.resize(-1) },
    audit: { run: page.audit },
  };
}

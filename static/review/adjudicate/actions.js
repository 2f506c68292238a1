/** What adjudicates a group, by the ids of its rows in the action table, and the hints meanwhile. */

/** @typedef {import('./decisions.js').Decisions} Decisions */
/** @typedef {import('../../annotator/panels/hints.js').Hint} Hint */

const DIGITS = ['1', '2', '3', '4', '5', '6', '7', '8', '9'];

/**
 * @param {object} page
 * @param {() => Decisions|null} page.decisions
 * @param {() => boolean} page.isDrawing
 * @param {(decide: () => unknown) => void} page.act
 * @param {() => void} page.drawIt
 * @param {() => void} page.submit
 * @param {() => void} page.takeBack
 * @param {(digit: string) => void} page.chooseClass
 * @param {() => void} page.toList
 * @param {() => void} page.correct
 * @param {() => boolean} page.canUndoSent
 * @returns {import('../../common/types.js').Handlers}
 */
export function adjudicationHandlers(page) {
  const onGroup = () => !page.isDrawing() && page.decisions()?.group !== undefined;
  /** @param {string} digit @param {number} person */
  const choose = (digit, person) => {
    if (page.isDrawing()) page.chooseClass(digit);
    else page.act(() => page.decisions()?.person(person));
  };
  return {
    merged: { when: onGroup, run: () => page.act(() => page.decisions()?.merged()) },
    none: { when: onGroup, run: () => page.act(() => page.decisions()?.none()) },
    'draw-it': { when: () => page.decisions() !== null && !page.isDrawing(), run: page.drawIt },
    back: {
      when: () => page.isDrawing() || (page.decisions()?.canUndo ?? false) || page.canUndoSent(),
      run: page.takeBack,
    },
    submit: { when: () => page.decisions() !== null, run: page.submit },
    correct: { when: () => page.decisions() !== null && !page.isDrawing(), run: page.correct },
    list: { run: page.toList },
    ...Object.fromEntries(
      DIGITS.map((digit, person) => [`person-${digit}`, { run: () => choose(digit, person) }]),
    ),
  };
}

/** @param {boolean} drawing @param {Decisions|null} decisions
 * @param {(id: string) => string[]} keys the person's own @returns {Hint[]|null} */
export function adjudicationHints(drawing, decisions, keys) {
  if (!decisions) return null;
  /** @param {string} id @param {string} words @returns {Hint} */
  const hint = (id, words) => [keys(id), words];
  if (drawing) return [hint('submit', 'done'), hint('back', 'as it was')];
  if (!decisions.group)
    return [
      hint('submit', 'send'),
      hint('draw-it', 'draw what is missing'),
      hint('next', 'groups'),
    ];
  return [
    hint('merged', 'merged'),
    [[...keys('person-1'), '…'], 'this person'],
    hint('draw-it', 'draw'),
    hint('none', 'no object'),
    hint('next', 'next group'),
  ];
}

/** What settles a group, as rows of the action table. */

/** @typedef {import('../../common/types.js').Action} Action */
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
 * @returns {Action[]}
 */
export function settleActions(page) {
  const group = 'Verdict';
  const onGroup = () => !page.isDrawing() && page.decisions()?.group !== undefined;
  return [
    {
      id: 'merged',
      group,
      label: 'Take the merged box',
      keys: ['y'],
      when: onGroup,
      run: () => page.act(() => page.decisions()?.merged()),
    },
    {
      id: 'none',
      group,
      label: 'No object here',
      keys: ['x'],
      when: onGroup,
      run: () => page.act(() => page.decisions()?.none()),
    },
    {
      id: 'draw-it',
      group,
      label: 'Draw it; after the last group, what everybody missed',
      keys: ['e'],
      when: () => page.decisions() !== null && !page.isDrawing(),
      run: page.drawIt,
    },
    {
      id: 'take-back',
      group,
      label: 'Undo',
      keys: ['u'],
      when: () => page.isDrawing() || (page.decisions()?.canUndo ?? false),
      run: page.takeBack,
    },
    {
      id: 'submit',
      group,
      label: 'Send, next image; while drawing: done',
      keys: ['Enter'],
      when: () => page.decisions() !== null,
      run: page.submit,
    },
    {
      id: 'list',
      group: 'View',
      label: 'To the list of images',
      keys: ['Shift+g'],
      run: page.toList,
    },
    ...DIGITS.map((digit, person) => ({
      id: `person-${digit}`,
      group,
      label: person ? '' : 'This person’s box; while drawing: class',
      keys: [digit],
      shown: '1 … 9',
      run: () => {
        if (page.isDrawing()) page.chooseClass(digit);
        else page.act(() => page.decisions()?.person(person));
      },
    })),
  ];
}

/** @param {boolean} drawing @param {Decisions|null} decisions @returns {Hint[]|null} */
export function settleHints(drawing, decisions) {
  if (!decisions) return null;
  if (drawing)
    return [
      [['Enter'], 'done'],
      [['U'], 'as it was'],
    ];
  if (!decisions.group)
    return [
      [['Enter'], 'send'],
      [['E'], 'draw what is missing'],
      [['Tab'], 'groups'],
    ];
  return [
    [['Y'], 'merged'],
    [['1', '…'], 'this person'],
    [['E'], 'draw'],
    [['X'], 'no object'],
    [['Tab'], 'next group'],
  ];
}

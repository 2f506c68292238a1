/** Skipping an image: asks for one of the job's reasons, by number, in the place of the buttons. */

import { must } from '../../common/dom.js';
import { createReasons } from './reasons.js';

/**
 * @param {object} parts
 * @param {string[]} parts.reasons
 * @param {(reason: string) => void} parts.skip
 * @param {(keys: Map<string, () => void>|null) => void} parts.setMenu
 * @param {() => void} parts.onToggle
 */
export function createSkipMenu({ reasons, skip, setMenu, onToggle }) {
  const menu = createReasons({
    root: must('[data-reasons]'),
    replaces: must('[data-buttons]'),
    setMenu,
    onToggle,
  });
  return {
    ask: () => menu.show({ title: 'Skip. Why?', reasons, onChoose: skip }),
    /** Another image is open. */
    close() {
      if (menu.open) menu.close();
    },
    /** What helps while it asks. @returns {import('./hints.js').Hint[]|null} */
    hints: () =>
      menu.open
        ? [
            [['1', '…'], 'reason'],
            [['Esc'], 'back'],
          ]
        : null,
  };
}

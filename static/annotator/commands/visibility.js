/** Hiding and locking of one box, of a class, of all; none of it changes the answer. */

import { toggled } from '../core/display.js';

/** @param {import('./common.js').Tools} tools */
export function visibilityCommands({ editor, say, nameOf }) {
  const { selection, drawing, display } = editor.state;
  const classMeant = () => editor.selected?.class_id ?? drawing.classId;

  return {
    /** The chosen boxes go out of the way until all are shown again. */
    hideChosen() {
      const ids = [...selection.chosen];
      if (!ids.length) return;
      editor.choose([]);
      editor.set('display', { hiddenIds: new Set([...display.hiddenIds, ...ids]) });
      say(`${ids.length} hidden`);
    },
    /** @param {number} [index] */
    hideClass(index = classMeant()) {
      const hiddenClasses = toggled(display.hiddenClasses, index);
      editor.set('display', { hiddenClasses });
      say(`${nameOf(index)} ${hiddenClasses.has(index) ? 'hidden' : 'shown'}`);
    },
    showAll() {
      editor.set('display', {
        hidden: false,
        suggestions: true,
        hiddenIds: new Set(),
        hiddenClasses: new Set(),
      });
      say('All boxes shown');
    },
    lockChosen() {
      const ids = [...selection.chosen];
      if (!ids.length) return;
      const lock = !ids.every((id) => display.lockedIds.has(id));
      const lockedIds = new Set(display.lockedIds);
      for (const id of ids) lock ? lockedIds.add(id) : lockedIds.delete(id);
      editor.set('display', { lockedIds });
      say(lock ? 'Locked' : 'Unlocked');
    },
    lockAll() {
      const lockedAll = !display.lockedAll;
      const none = lockedAll ? {} : { lockedIds: new Set() };
      editor.set('display', { lockedAll, ...none });
      say(lockedAll ? 'All boxes locked' : 'All boxes unlocked');
    },
  };
}

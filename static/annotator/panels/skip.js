/** Skipping an image: asks for one of the job's reasons, by number, in the place of the buttons. */

import { must } from '../../common/dom.js';
import { createReasons } from './reasons.js';

/**
 * @param {import('../app.js').App<any>} app
 * @param {import('../workspace.js').Workspace} workspace
 * @param {import('../../common/api.js').SkipChoice[]} reasons
 */
export function createSkipMenu(app, { editor, surface, hints }, reasons) {
  const menu = createReasons({
    root: must('[data-reasons]'),
    replaces: must('[data-buttons]'),
    setMenu: (keys) => app.emit('menu', keys),
    onToggle: () => {
      surface.focus({ preventScroll: true });
      editor.changed();
    },
  });
  app.on('image-closed', () => {
    if (menu.open) menu.close();
  });
  hints.forPage(() =>
    menu.open
      ? [
          [['1', '…'], 'reason'],
          [['Esc'], 'back'],
        ]
      : null,
  );
  return {
    ask: () =>
      menu.show({
        title: 'Skip. Why?',
        reasons,
        onChoose: ({ code }) => app.emit('skip', code),
      }),
  };
}

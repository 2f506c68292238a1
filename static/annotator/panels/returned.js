/** Why a reviewer sent this image back, said to the person who draws it next. */

import { el, fill, must } from '../../common/dom.js';
import { icon } from '../../common/icons.js';

/** @param {import('../app.js').App<import('../../common/api.js').Assignment>} app */
export function showReturned(app) {
  const root = el('section', { class: 'section', 'data-returned': true, hidden: true });
  must('.panel-scroll').prepend(root);
  app.on('image-opened', (assignment) => {
    const reason = assignment?.returned;
    root.hidden = !reason;
    if (!reason) return;
    fill(
      root,
      el(
        'p',
        { class: 'notice notice-warn' },
        icon('undo'),
        el(
          'span',
          {},
          'A reviewer sent this image back: ',
          el('strong', { text: reason.label }),
          '.',
        ),
      ),
    );
  });
}

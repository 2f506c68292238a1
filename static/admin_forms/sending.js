/** Sends files from a drop zone and says how far it is; after a failure the rest can be sent again. */

import { el } from '../common/dom.js';
import { plural } from '../common/words.js';
import { createUpload, Refused } from './upload.js';

/**
 * Resolves with true once everything has arrived, with false where the server refuses it for good.
 * @param {ReturnType<typeof import('./drop-zone.js').createDropZone>} zone
 * @param {{url: string, files: File[], boxes?: string, open?: HTMLElement}} what `open`: a link for
 *   who goes on without what did not arrive
 */
export async function send(zone, what) {
  const run = createUpload({ ...what, onProgress: zone.progress });
  /** @param {BeforeUnloadEvent} event */
  const ask = (event) => event.preventDefault();
  window.addEventListener('beforeunload', ask);
  try {
    for (;;) {
      zone.say(`Uploading ${plural(what.files.length, 'file')}…`);
      zone.warn();
      zone.progress(0);
      try {
        await run();
        zone.say(`${plural(what.files.length, 'file')} uploaded.`);
        return true;
      } catch (error) {
        const said = error instanceof Error ? error.message : String(error);
        zone.say();
        if (error instanceof Refused) {
          zone.warn(`${said} `, what.open);
          return false;
        }
        await new Promise((again) =>
          zone.warn(
            `${said} Files already uploaded are kept. `,
            el('button', { class: 'button', text: 'Resume upload', on: { click: again } }),
            what.open && ' ',
            what.open,
          ),
        );
      }
    }
  } finally {
    zone.progress(null);
    window.removeEventListener('beforeunload', ask);
  }
}

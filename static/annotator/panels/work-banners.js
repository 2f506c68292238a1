/** Banners about the open image: lease, storage, the job's pause, the same image in another tab. */

import { causeOf } from '../core/storage-errors.js';
import { answeredElsewhere, leaseMessage, notTaken, PAUSED } from './messages.js';

/**
 * @param {import('../app.js').App<any>} app
 * @param {object} page
 * @param {ReturnType<typeof import('./banner.js').createBanners>} page.banners
 * @param {ReturnType<typeof import('./status.js').createStatus>} page.status
 * @param {{touch: () => void}} page.workspace
 * @param {{renewDue: () => void}} page.session
 * @param {number} page.leaseSeconds
 * @param {() => void} page.leaveLost the image went to somebody else
 * @param {string} page.lost what becomes of the work then
 */
export function showWorkBanners(app, page) {
  const { banners, status, workspace, session, leaseSeconds, leaveLost, lost } = page;
  const stay = () => {
    workspace.touch();
    session.renewDue();
  };
  app.on('lease-changed', (state) =>
    banners.set('lease', leaseMessage(state, leaseSeconds, { stay, next: leaveLost, lost })),
  );
  app.on('stuck', ({ storage, server }) => {
    status.keptHere(causeOf(storage));
    banners.set('storage', notTaken(storage, server));
  });
}

/**
 * @param {import('../app.js').App<any>} app
 * @param {ReturnType<typeof import('./banner.js').createBanners>} banners
 */
export function showPause(app, banners) {
  app.on('work-changed', () =>
    banners.set('paused', app.current && app.queue?.reason === 'paused' ? PAUSED : null),
  );
}

/**
 * @param {import('../app.js').App<any>} app
 * @param {ReturnType<typeof import('./banner.js').createBanners>} banners
 * @param {{forget: (id: number) => void, leave: () => void}} session
 * @param {() => boolean} begun whether something was done on the open image
 */
export function showOtherTabs(app, banners, session, begun) {
  app.on('image-closed', () => banners.set('answered', null));
  app.on('answered-elsewhere', (name) => {
    if (!app.current || name !== app.nameOf(app.current))
      return session.forget(Number(name.split(':')[1]));
    if (!begun()) return session.leave();
    banners.set('answered', answeredElsewhere(session.leave));
  });
}

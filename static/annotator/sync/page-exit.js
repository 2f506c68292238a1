/** Leaving the page: what was not begun goes back to the others at once, what was begun is saved. */

/**
 * @param {object} page
 * @param {() => boolean} page.begun whether something was done on the open image
 * @param {() => void} [page.save] sends the draft while the page goes
 * @param {(begun: boolean) => void} page.giveBack
 */
export function listenForPageExit({ begun, save = () => {}, giveBack }) {
  const leave = () => {
    if (begun()) save();
    giveBack(begun());
  };
  window.addEventListener('pagehide', leave);
  // After signing out nothing can be given back any more.
  document.addEventListener('submit', ({ target }) => {
    if (target instanceof HTMLFormElement && target.action.endsWith('/logout/')) leave();
  });
  // A page that comes back out of the browser's memory shows what may be someone else's by now.
  window.addEventListener('pageshow', ({ persisted }) => {
    if (persisted) location.reload();
  });
}

/** Leaving the page: what was not begun goes back to the others at once, what was begun is saved. */

const PATIENCE_MS = 2_000;

/**
 * @param {object} page
 * @param {() => boolean} page.begun whether something was done on the open image
 * @param {() => void} [page.save] sends the draft while the page goes
 * @param {(begun: boolean) => Promise<unknown>} page.giveBack
 */
export function listenForPageExit({ begun, save = () => {}, giveBack }) {
  const leave = () => {
    if (begun()) save();
    return giveBack(begun());
  };
  window.addEventListener('pagehide', leave);
  // After signing out nothing can be given back any more: that waits for the answer, not for long.
  document.addEventListener('submit', (event) => {
    const form = event.target;
    if (!(form instanceof HTMLFormElement) || !form.action.endsWith('/logout/')) return;
    event.preventDefault();
    const enough = new Promise((done) => setTimeout(done, PATIENCE_MS));
    // whatever becomes of it: nobody must stay signed in at a shared computer
    Promise.race([Promise.resolve().then(leave), enough]).finally(() => form.submit());
  });
  // A page that comes back out of the browser's memory shows what may be someone else's by now.
  window.addEventListener('pageshow', ({ persisted }) => {
    if (persisted) location.reload();
  });
}

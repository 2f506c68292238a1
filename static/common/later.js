/** What a page fetches once its first image is drawn, or at once where somebody asks for it sooner. */

/** Style sheets that the template marks as such; resolves when they hold. */
const styles = () =>
  Promise.all(
    [...document.querySelectorAll('link[data-later]')].map(
      (link) =>
        new Promise((done) => {
          link.addEventListener('load', done, { once: true });
          link.addEventListener('error', done, { once: true });
          link.removeAttribute('data-later');
          link.setAttribute('rel', 'stylesheet');
        }),
    ),
  );

/** @template T @param {() => Promise<T>} make what imports the modules
 * @returns {() => Promise<T>} every call gives the same; after a failure the next one tries again */
export function createLater(make) {
  /** @type {Promise<T>|null} */
  let made = null;
  return () => {
    made ??= Promise.all([make(), styles()]).then(
      ([parts]) => parts,
      (error) => {
        made = null;
        throw error;
      },
    );
    return made;
  };
}

/** Small things this browser remembers; where it forbids storage or has no room, this page alone does. */

/** What could not be written, so that the page works with it until it closes. @type {Map<string, string>} */
const unwritten = new Map();

/** @param {string} name @returns {string|null} */
export function recall(name) {
  const here = unwritten.get(name);
  if (here !== undefined) return here;
  try {
    return localStorage.getItem(name);
  } catch {
    return null;
  }
}

/** @param {string} name @param {string} text @returns {boolean} whether it outlasts the page */
export function remember(name, text) {
  try {
    localStorage.setItem(name, text);
    unwritten.delete(name);
    return true;
  } catch {
    unwritten.set(name, text);
    return false;
  }
}

/** @param {string} name */
export function forget(name) {
  unwritten.delete(name);
  try {
    localStorage.removeItem(name);
  } catch {
    // Nothing is kept where nothing can be.
  }
}

/** A list written as JSON; an empty one where there is none that can be read. @param {string} name
 * @returns {any[]} */
export function recallList(name) {
  try {
    const found = JSON.parse(recall(name) ?? '[]');
    return Array.isArray(found) ? found : [];
  } catch {
    return [];
  }
}

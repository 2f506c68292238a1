/** Building DOM without markup strings, so that no data is ever parsed as HTML. */

/** @typedef {Node|string|number|null|undefined|false} Child */

/**
 * An element. `class`, `text`, `on` (listeners) and `style` (through CSSOM, which the strict policy
 * allows) are special; `true` sets a bare attribute; `false` and null leave it out. A button sends no form
 * unless it is told to.
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag
 * @param {Record<string, any>} [attributes]
 * @param {...Child} children
 * @returns {HTMLElementTagNameMap[K]}
 */
export function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  if (tag === 'button') node.setAttribute('type', 'button');
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name === 'text') node.textContent = value;
    else if (name === 'on') {
      for (const [event, listener] of Object.entries(value)) {
        node.addEventListener(event, /** @type {EventListener} */ (listener));
      }
    } else if (name === 'style') {
      for (const [property, setting] of Object.entries(value)) {
        node.style.setProperty(property, String(setting));
      }
    } else node.setAttribute(name, value === true ? '' : String(value));
  }
  node.append(
    ...children.filter(isThere).map((child) => (child instanceof Node ? child : `${child}`)),
  );
  return node;
}

/** @param {Child} child @returns {child is Node|string|number} */
const isThere = (child) => child !== null && child !== undefined && child !== false;

/** The one element of a selector; a page without it is a programming error.
 * @param {string} selector @param {ParentNode} [root] @returns {HTMLElement} */
export function must(selector, root = document) {
  const node = root.querySelector(selector);
  if (!(node instanceof HTMLElement)) throw new Error(`this page has no ${selector}`);
  return node;
}

/** Replaces what a node holds. @param {Element} node @param {...Child} children */
export function fill(node, ...children) {
  node.replaceChildren(
    ...children.filter(isThere).map((child) => (child instanceof Node ? child : `${child}`)),
  );
}

/** Like `fill`, but leaves alone what is in place already: a list of a thousand must not be laid out
 * anew for one changed row.
 * @param {Element} parent @param {Element[]} wanted */
export function arrange(parent, wanted) {
  const keep = new Set(wanted);
  for (const child of [...parent.children]) if (!keep.has(child)) child.remove();
  let at = parent.firstElementChild;
  for (const node of wanted) {
    if (node === at) at = at.nextElementSibling;
    else parent.insertBefore(node, at);
  }
}

/** A key cap. @param {string} label */
export const keycap = (label) => el('kbd', { text: label });

/** The heading of a part of the panel. @param {string} title @param {...Child} rest */
export const sectionHead = (title, ...rest) =>
  el('div', { class: 'section-head' }, el('h2', { class: 'section-title', text: title }), ...rest);

/** The data the server put into the page. @returns {any} */
export function pageData() {
  return JSON.parse(must('#page-data').textContent ?? '{}');
}

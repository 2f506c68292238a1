/** A picture with boxes over it, as tiles, lists and comparisons show them: an image and an SVG. */

import { el } from './dom.js';

/** @typedef {import('./api.js').Box} Box */
/** @typedef {import('./api.js').Picture} Picture */
/** @typedef {import('./api.js').LabelClass} LabelClass */
/** @typedef {{color: string, text?: string, dash?: string, width?: number}} BoxStyle */

const NS = 'http://www.w3.org/2000/svg';
/** Of the picture's longer side: about 11 px on a tile, and on a large view. */
const TEXT_SHARE = { tile: 0.045, large: 0.022 };

/** @param {string} tag @param {Record<string, string|number>} attributes */
export function svg(tag, attributes) {
  const node = document.createElementNS(NS, tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, String(value));
  return node;
}

/** How a class is drawn: its colour, and its number so that colour is not the only sign.
 * @param {LabelClass[]} classes @returns {(box: Box) => BoxStyle} */
export function classStyle(classes) {
  const styles = new Map(
    classes.map(({ index, color, hotkey }, place) => [
      index,
      { color, text: classes.length > 1 ? hotkey || String(place + 1) : '' },
    ]),
  );
  return (box) => styles.get(box.class_id) ?? { color: '#ffffff', text: '?' };
}

/** @param {Picture} image @param {Box} box @param {BoxStyle} style @param {number} share */
function drawn(image, box, { color, text, dash = '', width = 1.5 }, share) {
  const group = svg('g', {});
  const shape = {
    x: box.x1,
    y: box.y1,
    width: box.x2 - box.x1,
    height: box.y2 - box.y1,
    fill: 'none',
    'vector-effect': 'non-scaling-stroke',
  };
  group.append(
    svg('rect', { ...shape, stroke: '#000', 'stroke-opacity': 0.55, 'stroke-width': width + 2 }),
  );
  group.append(
    svg('rect', { ...shape, stroke: color, 'stroke-width': width, 'stroke-dasharray': dash }),
  );
  if (text) {
    const size = Math.max(image.width, image.height) * share;
    const wide = size * (0.35 + 0.58 * text.length);
    const top = box.y1 >= size ? box.y1 - size : box.y1;
    group.append(svg('rect', { x: box.x1, y: top, width: wide, height: size, fill: color }));
    const label = svg('text', {
      x: box.x1 + size * 0.2,
      y: top + size * 0.8,
      'font-size': size * 0.85,
      'font-weight': 600,
      fill: '#000',
    });
    label.textContent = text;
    group.append(label);
  }
  return group;
}

/**
 * @param {Picture} image
 * @param {readonly Box[]} boxes
 * @param {(box: Box, place: number) => BoxStyle|null} styleOf null leaves a box out
 * @param {{alt?: string, large?: boolean, lazy?: boolean}} [options]
 */
export function figure(image, boxes, styleOf, { alt = '', large = false, lazy = false } = {}) {
  const overlay = svg('svg', {
    viewBox: `0 0 ${image.width} ${image.height}`,
    'aria-hidden': 'true',
  });
  boxes.forEach((box, place) => {
    const wanted = styleOf(box, place);
    if (wanted)
      overlay.append(drawn(image, box, wanted, large ? TEXT_SHARE.large : TEXT_SHARE.tile));
  });
  return el(
    'div',
    { class: 'figure' },
    el('img', {
      src: large ? image.url : image.preview_url,
      alt,
      width: image.width,
      height: image.height,
      loading: lazy ? 'lazy' : null,
      draggable: 'false',
    }),
    overlay,
  );
}

/** A small chart of an audit: observed quality and lower bound over images, against the target. */

/** @typedef {import('../common/api.js').AuditProgress} AuditProgress */

const NS = 'http://www.w3.org/2000/svg';
const [WIDE, HIGH] = [256, 132];

/** @param {string} name @param {Record<string, string|number>} attributes @param {string} [text] */
function shape(name, attributes, text) {
  const node = document.createElementNS(NS, name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, String(value));
  if (text) node.textContent = text;
  return node;
}

/** Observed quality and lower bound over images audited, against the target. @param {AuditProgress} progress */
export function pathChart({ path, target, about, budget }) {
  const last = path[path.length - 1];
  const most = Math.max(budget ?? 0, about, last[0], 10);
  const low = Math.max(
    0,
    Math.min(target - 0.2, ...path.slice(2).map(([, , bound]) => bound)) - 0.02,
  );
  const high = Math.min(1, Math.max(target + 0.15, ...path.map(([, observed]) => observed)) + 0.05);
  const x = (/** @type {number} */ n) => 28 + ((WIDE - 32) * n) / most;
  const y = (/** @type {number} */ value) => 6 + ((HIGH - 28) * (high - value)) / (high - low);
  const trace = (/** @type {1|2} */ column) =>
    path
      .filter((point) => point[column] >= low)
      .map(
        (point, place) =>
          `${place ? 'L' : 'M'}${x(point[0]).toFixed(1)} ${y(point[column]).toFixed(1)}`,
      )
      .join('');
  const svg = shape('svg', {
    viewBox: `0 0 ${WIDE} ${HIGH}`,
    class: 'path-chart',
    role: 'img',
    'aria-label': `After ${last[0]} images: observed quality ${last[1].toFixed(2)}, lower bound ${last[2].toFixed(2)}, target ${target.toFixed(2)}`,
  });
  for (const value of [0.2, 0.4, 0.6, 0.8, 1]) {
    if (value < low || value > high) continue;
    svg.append(shape('line', { class: 'rule', x1: 28, x2: WIDE - 4, y1: y(value), y2: y(value) }));
    svg.append(
      shape(
        'text',
        { class: 'tick', x: 22, y: y(value) + 4, 'text-anchor': 'end' },
        value.toFixed(1),
      ),
    );
  }
  for (const n of [0, Math.round(most / 2), most]) {
    svg.append(
      shape(
        'text',
        { class: 'tick', x: x(n), y: HIGH - 4, 'text-anchor': n === most ? 'end' : 'middle' },
        String(n),
      ),
    );
  }
  svg.append(shape('line', { class: 'goal', x1: 28, x2: WIDE - 4, y1: y(target), y2: y(target) }));
  svg.append(
    shape(
      'text',
      { class: 'word', x: WIDE - 4, y: y(target) - 5, 'text-anchor': 'end' },
      `target ${target.toFixed(2)}`,
    ),
  );
  svg.append(
    shape('path', { class: 'observed', d: trace(1) }),
    shape('path', { class: 'bound', d: trace(2) }),
  );
  const right = x(last[0]) > WIDE - 110;
  const side = { 'text-anchor': right ? 'end' : 'start' };
  const wordsX = x(last[0]) + (right ? -6 : 6);
  svg.append(
    shape(
      'text',
      { class: 'word', x: wordsX, y: y(last[1]) - 6, ...side },
      `observed ${last[1].toFixed(2)}`,
    ),
  );
  svg.append(
    shape(
      'text',
      { class: 'word bound-word', x: wordsX, y: y(Math.max(low, last[2])) + 14, ...side },
      `lower bound ${last[2].toFixed(2)}`,
    ),
  );
  return svg;
}

/** Notes on the open image: pins on the canvas, a section in the panel, and P to write one. */

import { el, fill, keycap, must, sectionHead } from '../../common/dom.js';
import { speak } from '../../common/speak.js';
import { forget, recall, remember } from '../../common/storage.js';
import { composer, threadCard } from '../../common/threads.js';
import { ApiError } from '../sync/api.js';

/** @typedef {import('../../common/api.js').Picture} Picture */
/** @typedef {import('../../common/threads.js').Thread} Thread */

/**
 * @param {import('../app.js').App<any>} app
 * @param {object} page
 * @param {import('../editor.js').Editor} page.editor
 * @param {HTMLElement} page.surface
 * @param {ReturnType<typeof import('../sync/api.js').createApi>} page.api
 * @param {number} page.userId
 * @param {(id: string) => string[]} page.keysOf the person's own keys of an action
 * @param {boolean} page.reviewing reviewers answer, and see what others wrote
 */
export function createNotes(app, { editor, surface, api, userId, keysOf, reviewing }) {
  const section = el('section', { class: 'section', 'data-notes': true, hidden: true });
  must('.panel-scroll').prepend(section);
  const layer = el('div', { class: 'pins' });
  surface.append(layer);
  /** @type {Picture|null} */
  let image = null;
  /** @type {Thread[]} */
  let threads = [];
  /** @type {{x: number, y: number}|null} where a note is being written */
  let writing = null;
  let loaded = true;
  let asked = false;

  const keptName = () => `boxwise-note-${userId}-${image?.id}`;

  const place = () => {
    asked = false;
    for (const pin of layer.children) {
      const node = /** @type {HTMLElement} */ (pin);
      const { x, y } = editor.viewport.toScreen({
        x: Number(node.dataset.x),
        y: Number(node.dataset.y),
      });
      node.style.setProperty('transform', `translate(${x}px, ${y}px)`);
    }
  };
  editor.onPaint(() => {
    if (asked || !layer.childElementCount) return;
    asked = true;
    requestAnimationFrame(place);
  });

  /** @param {{x: number, y: number}} at @param {string} text @param {string} name @param {() => void} open */
  const pin = ({ x, y }, text, name, open) => {
    const node = el('button', {
      class: 'pin',
      'aria-label': name,
      title: name,
      'data-x': x,
      'data-y': y,
      text,
      on: { click: open },
    });
    // A press on a pin draws no box.
    node.addEventListener('pointerdown', (event) => event.stopPropagation());
    return node;
  };

  const show = () => {
    section.hidden = !threads.length && !writing && loaded;
    fill(
      layer,
      ...threads.map((thread, at) =>
        pin(thread, String(at + 1), `Note ${at + 1}: ${thread.text}`, () => reveal(thread.id)),
      ),
      writing && pin(writing, '+', 'New note', () => {}),
    );
    place();
    const field = writing && newNote(writing);
    fill(
      section,
      sectionHead(
        'Notes',
        el('span', { class: 'section-note', text: threads.length || '' }),
        el('span', { class: 'section-key' }, 'new', ...keysOf('note').map(keycap)),
      ),
      !loaded &&
        el(
          'button',
          { class: 'link-button', on: { click: load } },
          'Notes did not load. Try again',
        ),
      field?.root,
      ...threads.map((thread, at) =>
        threadCard(thread, {
          number: at + 1,
          mayAnswer: reviewing || thread.mine,
          answer: async (text) =>
            keep([await api.post(`/api/comments/${thread.id}/answers`, { text })]),
          close: async (closed) => {
            try {
              const reply = await api.request('PUT', `/api/comments/${thread.id}`, { closed });
              keep([reply]);
            } catch (error) {
              if (!(error instanceof ApiError)) throw error;
              speak(error.message, 'assertive');
            }
          },
        }),
      ),
    );
    field?.focus();
  };

  /** @param {Thread[]} changed or new */
  const keep = (changed) => {
    const ids = new Set(changed.map(({ id }) => id));
    threads = [...threads.filter(({ id }) => !ids.has(id)), ...changed].sort((a, b) => a.id - b.id);
    show();
  };

  const leave = () => {
    writing = null;
    show();
    surface.focus({ preventScroll: true });
  };

  /** @param {{x: number, y: number}} at */
  const newNote = (at) =>
    composer({
      label: 'Note at this place',
      send: 'Pin',
      text: recall(keptName()) ?? '',
      onInput: (text) => remember(keptName(), text),
      onLeave: leave,
      onSend: async (text) => {
        const target = /** @type {Picture} */ (image);
        const made = await api.post(`/api/images/${target.id}/comments`, { ...at, text });
        forget(keptName());
        speak('Note pinned');
        writing = null;
        if (image === target) keep([made]);
        surface.focus({ preventScroll: true });
      },
    });

  /** @param {number} id */
  const reveal = (id) => {
    const card = section.querySelector(`[data-thread="${id}"]`);
    card?.scrollIntoView({ block: 'nearest' });
    card?.querySelector('button')?.focus();
  };

  const load = async () => {
    const target = image;
    if (!target) return;
    try {
      const found = await api.get(`/api/images/${target.id}/comments`);
      if (image !== target) return;
      loaded = true;
      threads = found;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (image !== target) return;
      loaded = false;
    }
    show();
  };

  app.on('image-opened', (assignment) => {
    image = assignment?.image ?? null;
    threads = [];
    writing = null;
    loaded = true;
    show();
    if (image && (reviewing || assignment.notes > 0)) load();
  });

  return {
    handler: {
      when: () => image !== null && editor.state.view.picture !== null,
      run: () => {
        const { width, height } = editor.doc.size;
        const { x, y } = editor.state.view.pointer ?? { x: width / 2, y: height / 2 };
        writing = {
          x: Math.round(Math.min(Math.max(x, 0), width)),
          y: Math.round(Math.min(Math.max(y, 0), height)),
        };
        show();
      },
    },
  };
}

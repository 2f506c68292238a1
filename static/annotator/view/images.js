/** Images fetched and decoded before they are needed, so that the next one is on screen at once. */

import { fetchPatiently } from '../../common/busy.js';
import { prepareLevels, releaseLevels } from './levels.js';

/** @typedef {import('../../common/api.js').Picture} Picture */
/** @typedef {{ready: ImageBitmap|null, failed: boolean, loading: Promise<ImageBitmap>}} Entry */

/** @param {() => void} onProgress called when an image arrived, became ready or failed */
export function createImages(onProgress) {
  /** @type {Map<number, Entry>} */
  const entries = new Map();
  /** Undecoded, hence small: these outlast a lost network. @type {Map<number, Promise<Blob>>} */
  const bytes = new Map();
  /** @type {Set<number>} */
  const arrived = new Set();
  let line = Promise.resolve();

  /** @param {string} url */
  const download = async (url) => {
    const reply = await fetchPatiently(url);
    if (!reply.ok) throw new Error(`image: ${reply.status}`);
    return reply.blob();
  };

  /** @param {Picture} picture */
  const bytesOf = ({ id, url }) => {
    const known = bytes.get(id);
    if (known) return known;
    const coming = download(url);
    bytes.set(id, coming);
    coming.then(
      () => {
        if (bytes.get(id) !== coming) return;
        arrived.add(id);
        onProgress();
      },
      () => bytes.get(id) === coming && bytes.delete(id),
    );
    return coming;
  };

  /** @param {Picture} picture */
  const load = async (picture) => {
    const bitmap = await createImageBitmap(await bytesOf(picture));
    // The boxes are in pixels of the size the server told; another size would shift them all.
    if (bitmap.width !== picture.width || bitmap.height !== picture.height)
      throw new Error('image: other size');
    await prepareLevels(bitmap);
    return bitmap;
  };

  /** @param {number} id */
  const forget = (id) => {
    bytes.delete(id);
    arrived.delete(id);
  };

  /** @param {Picture} picture @returns {Entry} */
  const want = (picture) => {
    const known = entries.get(picture.id);
    if (known) return known;
    /** @type {Entry} */
    const entry = { ready: null, failed: false, loading: load(picture) };
    entries.set(picture.id, entry);
    entry.loading.then(
      (bitmap) => {
        if (entries.get(picture.id) === entry) entry.ready = bitmap;
        else releaseLevels(bitmap);
        onProgress();
      },
      () => {
        entry.failed = true;
        onProgress();
      },
    );
    return entry;
  };

  return {
    want,
    /** Fetches the bytes one after another: the next image must not wait for a later one.
     * @param {Picture[]} pictures */
    stock(pictures) {
      for (const picture of pictures) {
        if (!bytes.has(picture.id))
          line = line
            .then(() => bytesOf(picture))
            .then(
              () => {},
              () => {},
            );
      }
    },
    /** @param {Picture} picture */
    isReady: (picture) => arrived.has(picture.id),
    /** @param {Picture} picture */
    retry(picture) {
      entries.delete(picture.id);
      forget(picture.id);
      return want(picture);
    },
    /** Decoded photos are large: few are kept, and the bytes of those still to come.
     * @param {Picture[]} decoded @param {Picture[]} held */
    keepOnly(decoded, held) {
      const near = new Set(decoded.map((picture) => picture.id));
      for (const [id, entry] of entries) {
        if (near.has(id)) continue;
        entries.delete(id);
        if (entry.ready) releaseLevels(entry.ready);
      }
      const all = new Set(held.map((picture) => picture.id));
      for (const id of bytes.keys()) if (!all.has(id)) forget(id);
    },
  };
}

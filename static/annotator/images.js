/** Images fetched and decoded before they are needed, so that the next one is on screen at once. */

/** @typedef {import('../common/types.js').Picture} Picture */
/** @typedef {{ready: ImageBitmap|null, failed: boolean, loading: Promise<ImageBitmap>}} Entry */

/** @param {() => void} onProgress called when an image became ready or failed */
export function createImages(onProgress) {
  /** @type {Map<number, Entry>} */
  const entries = new Map();

  /** @param {Picture} picture */
  const load = async ({ url, width, height }) => {
    const reply = await fetch(url, { credentials: 'same-origin' });
    if (!reply.ok) throw new Error(`image: ${reply.status}`);
    const bitmap = await createImageBitmap(await reply.blob());
    // The boxes are in pixels of the size the server told; another size would shift them all.
    if (bitmap.width !== width || bitmap.height !== height) throw new Error('image: other size');
    return bitmap;
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
        else bitmap.close();
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
    /** @param {Picture} picture */
    isReady: (picture) => Boolean(entries.get(picture.id)?.ready),
    /** @param {Picture} picture */
    retry(picture) {
      entries.delete(picture.id);
      return want(picture);
    },
    /** Decoded photos are large: all but those given are let go. @param {Picture[]} pictures */
    keepOnly(pictures) {
      const keep = new Set(pictures.map((picture) => picture.id));
      for (const [id, entry] of entries) {
        if (keep.has(id)) continue;
        entries.delete(id);
        entry.ready?.close();
      }
    },
  };
}

/** What exports were asked for, in words. */

/** @typedef {import('../common/api.js').ExportChoices} Choices */

/** @type {Record<string, string>} */
export const SOURCES = { people: "People's labels", auto: 'Auto-labels' };

/** The format of what is no labels. */
export const DETECTOR = 'detector';

/** @param {import('../common/api.js').Transfer} transfer @param {Choices} choices */
export function exportWords({ format, options }, { formats }) {
  const { images, split, source, round, classes, unlabelled } = options;
  return [
    format === DETECTOR ? 'Detector (ONNX)' : formats.find(({ code }) => code === format)?.title,
    images && 'with images',
    split && `split ${split.join(' / ')} %`,
    source && SOURCES[source],
    round !== undefined && `round ${round}`,
    classes && `classes chosen: ${classes.length}`,
    unlabelled !== undefined && `${unlabelled ? 'with' : 'without'} images not yet labelled`,
  ]
    .filter(Boolean)
    .join(', ');
}

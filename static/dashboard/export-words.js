/** What exports are called, and what they were asked for, in words. */

/** @typedef {import('../common/api.js').ExportForm} ExportForm */
/** @typedef {ExportForm['format']} Format */

/** @type {Record<Format, [string, string]>} name, and what is in the file */
export const FORMATS = {
  coco: ['COCO', 'One JSON file; a zip with a file for each part of a split.'],
  yolo: ['YOLO', 'A zip with data.yaml and a text file for each image, as Ultralytics reads it.'],
  voc: ['Pascal VOC', 'A zip with an XML file for each image.'],
  cvat: ['CVAT for images 1.1', 'One XML file, to upload into a CVAT task.'],
  label_studio: ['Label Studio', 'One JSON file of tasks with pictures from local files.'],
  csv: ['CSV', 'One table with a row for each box.'],
  manifest: ['Ground Truth manifest', 'JSON lines, as Amazon SageMaker writes its output.'],
};

/** Which can tell an image without a label from one that is labelled as empty, and whether they have
 * these unless told otherwise. @type {Partial<Record<Format, boolean>>} */
export const UNLABELLED = { label_studio: false, manifest: true };

/** @type {Record<string, string>} */
export const SOURCES = { people: "People's labels", auto: 'Auto-labels' };

/** @param {import('../common/api.js').Transfer} transfer */
export function exportWords({ format, options }) {
  const { images, split, source, round, classes, unlabelled } = options;
  const [name] = FORMATS[/** @type {Format} */ (format)] ?? [format];
  return [
    name,
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

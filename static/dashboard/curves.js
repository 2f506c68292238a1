/** Charts of confidence: the calibration curve, and one dot for each calibration image. */

import { axisX, gridY } from './charts.js';
import { line, short, targetLine, thetaLine } from './lines.js';
import { two } from './words.js';

/** @typedef {import('./charts.js').Chart} Chart */

/** @param {import('../common/api.js').CalibrationChart|null} calibration @returns {Chart} */
export function calibrationCurve(calibration) {
  const { curve, threshold, target } = calibration ?? { curve: [], threshold: null, target: 0 };
  const apart = classByClass(calibration?.class_thresholds ?? {});
  return {
    title: 'Calibration',
    note: ['Quality of the calibration images above each confidence.', apart].join(' ').trim(),
    empty: curve.length ? null : 'Available after the first training',
    summary: [
      threshold === null
        ? apart ||
          'Mean quality of the calibration images above each confidence; no confidence is safe yet.'
        : `Above confidence ${two(threshold)}, the calibration images reach ${two(target)}.`,
      precision(calibration?.average_precision ?? null),
    ]
      .join(' ')
      .trim(),
    head: ['Confidence at least', 'Mean quality', 'Images'],
    rows: curve.map(([confidence, quality, n]) => [two(confidence), two(quality), n]),
    draw({ plot, width, height }) {
      const low = Math.min(target, d3.min(curve, ([, quality]) => quality) ?? 0) - 0.1;
      const x = d3.scaleLinear([0, 1], [0, width]);
      const y = d3.scaleLinear([Math.max(0, low), 1], [height, 4]).nice(4);
      gridY(plot, y, width, short, 4);
      axisX(plot, x, height, 'image confidence at least', short);
      targetLine(plot, y, width, target);
      line(
        plot,
        curve.map(([at, value]) => [at, value]),
        x,
        y,
        'line-people',
      );
      if (threshold !== null) thetaLine(plot, x, height, threshold);
    },
  };
}

/** @param {import('../common/api.js').AveragePrecision|null} found @returns {string} */
function precision(found) {
  if (!found) return '';
  return `The detector's COCO AP on them: ${two(found.ap)} (${two(found.ap50)} at IoU .50, ${two(found.ap75)} at .75).`;
}

/** @param {Record<string, number>} thresholds by name @returns {string} */
function classByClass(thresholds) {
  const named = Object.entries(thresholds).map(([name, from]) => `${name} from ${two(from)}`);
  return named.length ? `Each class is accepted on its own: ${named.join(', ')}.` : '';
}

/** @param {import('../common/api.js').CalibrationChart|null} calibration @returns {Chart} */
export function qualityAgainstConfidence(calibration) {
  const points = calibration?.points ?? [];
  const theta = calibration?.threshold ?? null;
  const above = theta === null ? [] : points.filter(([confidence]) => confidence >= theta);
  return {
    title: 'Quality against confidence',
    note: 'One dot per calibration image.',
    empty: points.length ? null : 'Available after the first training',
    summary:
      theta === null
        ? `${points.length} calibration images.`
        : `${points.length} calibration images, ${above.length} at or above θ.`,
    head: ['Confidence', 'Quality'],
    rows: points.map(([confidence, quality]) => [two(confidence), two(quality)]),
    draw({ plot, width, height }) {
      const x = d3.scaleLinear([0, 1], [0, width]);
      const y = d3.scaleLinear([0, 1], [height, 4]);
      gridY(plot, y, width, short, 4);
      axisX(plot, x, height, 'image confidence', short);
      if (calibration) targetLine(plot, y, width, calibration.target);
      for (const [confidence, quality] of points) {
        plot
          .append('circle')
          .attr('class', theta !== null && confidence >= theta ? 'dot is-above' : 'dot')
          .attr('cx', x(confidence))
          .attr('cy', y(quality))
          .attr('r', 2.6)
          .append('title')
          .text(`confidence ${two(confidence)}, quality ${two(quality)}`);
      }
      if (theta !== null) thetaLine(plot, x, height, theta);
    },
  };
}

/** What is asked before an image is sent: once each, in words that say how to go on. */

import { twins } from './duplicates.js';

/** @typedef {import('../../common/types.js').DocBox} DocBox */
/** @typedef {{code: string, text: string, boxes: number[]}} Question `boxes`: those it is about */

/** A box put there by key and not touched since: no answer yet. @param {DocBox} box */
export const isPlaced = (box) => box.suggested && box.source === null;

/**
 * @param {readonly DocBox[]} boxes all of the image
 * @param {readonly DocBox[]} open suggestions on screen
 * @param {(index: number) => string} nameOf a class
 * @param {string} again the key or button that confirms, such as 'Enter again'
 * @returns {Question[]}
 */
export function questionsOf(boxes, open, nameOf, again) {
  /** @type {Question[]} */
  const asked = [];
  const placed = boxes.filter(isPlaced).map(({ id }) => id);
  if (placed.length)
    asked.push({
      code: `placed ${placed.join()}`,
      text:
        placed.length === 1
          ? `The box placed by key was not moved or accepted. ${again} to leave it out.`
          : `${placed.length} boxes placed by key were not moved or accepted. ${again} to leave them out.`,
      boxes: placed,
    });
  const left = open.filter((box) => !isPlaced(box)).length;
  const [word, them] = left === 1 ? ['suggestion', 'it'] : ['suggestions', 'them'];
  if (left)
    asked.push({
      code: 'suggestions',
      text: `${left} ${word} not looked at. ${again} to leave ${them} out.`,
      boxes: [],
    });
  const own = boxes.filter((box) => !box.suggested);
  const pairs = twins(own);
  if (pairs.length)
    asked.push({
      code: 'twins',
      text:
        pairs.length === 1
          ? `Two nearly equal boxes of ${nameOf(pairs[0][0].class_id)}. ${again} to send both.`
          : `${pairs.length} pairs of nearly equal boxes of one class. ${again} to send all.`,
      boxes: pairs.flatMap((pair) => pair.map(({ id }) => id)),
    });
  if (!own.length && !asked.length)
    asked.push({ code: 'empty', text: `No boxes drawn. ${again} if nothing is here.`, boxes: [] });
  return asked;
}

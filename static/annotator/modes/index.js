/** The other ways through an image, as one: check proposed boxes, one class at a time, one object. */

import { createOneClass } from './one-class.js';
import { startOneObject } from './one-object.js';
import { createVerify } from './verify.js';

/** @typedef {import('../commands/bindings.js').Handlers} Handlers */

/** @param {import('../workspace.js').Workspace} workspace */
export function createModes(workspace) {
  const verify = createVerify(workspace);
  const oneClass = createOneClass(workspace);
  return {
    /** The image changes. */
    leave: () => verify.open(false),
    /** The boxes of the next one are there. @param {boolean} checking its boxes are asked about, one by one */
    open(checking) {
      verify.open(checking);
      oneClass.open();
    },
    /** @param {Handlers} handlers @returns {Handlers} */
    wrap: (handlers) => verify.wrap(oneClass.wrap(handlers)),
    /** The actions are bound. @param {{isOpen: () => boolean, submit: () => void}|null} oneObject */
    start(oneObject) {
      oneClass.follow();
      if (oneObject) startOneObject(workspace, oneObject.isOpen, oneObject.submit);
    },
  };
}

/** The other ways through an image, as one: check proposed boxes, one class at a time, one object. */

import { createOneClass } from './one-class.js';
import { startOneObject } from './one-object.js';
import { createVerify } from './verify.js';

/** @typedef {import('../../common/types.js').Handlers} Handlers */

/** @param {import('../app.js').App<import('../../common/api.js').Assignment>} app
 * @param {import('../workspace.js').Workspace} workspace */
export function createModes(app, workspace) {
  const verify = createVerify(workspace);
  const oneClass = createOneClass(workspace);
  app.on('image-closed', () => {
    workspace.editor.state.drawing.tool = 'draw';
    verify.open(false);
  });
  app.on('boxes-ready', (assignment) => {
    verify.open(assignment.verify);
    oneClass.open();
  });

  return {
    /** @param {Handlers} handlers @returns {Handlers} */
    wrap: (handlers) => verify.wrap(oneClass.wrap(handlers)),
    /** The actions are bound. @param {{isOpen: () => boolean, submit: () => void}|null} oneObject */
    start(oneObject) {
      oneClass.follow();
      if (oneObject) startOneObject(app, workspace, oneObject.isOpen, oneObject.submit);
    },
  };
}

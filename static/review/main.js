/** The review page: auto-labels to judge, or one label that somebody corrects. */

import { startChrome } from '../common/chrome.js';
import { pageData } from '../common/dom.js';
import { startAudits } from './audits.js';
import { startCorrection } from './correct.js';

/** @type {import('../common/api.js').ReviewPage|import('../common/api.js').CorrectPage|import('../common/api.js').SuggestPage} */
const data = pageData();
startChrome();
await (data.mode === 'audit' ? startAudits(data) : startCorrection(data));

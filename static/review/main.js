/** The review page: auto-labels to judge, or one label that somebody corrects. */

import { startChrome } from '../common/chrome.js';
import { pageData } from '../common/dom.js';
import { startAudits } from './audits.js';
import { startCorrection } from './correct.js';

const data = pageData();
startChrome();
await (data.mode === 'audit' ? startAudits : startCorrection)(data);

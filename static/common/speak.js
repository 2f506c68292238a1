/** The two live regions of every page: polite for progress, assertive for errors. */

/** @param {string} text @param {'polite'|'assertive'} [urgency] */
export function speak(text, urgency = 'polite') {
  const region = document.querySelector(`[data-live="${urgency}"]`);
  if (!region) return;
  // The same sentence twice would not be read again without a change in between.
  region.textContent = '';
  setTimeout(() => {
    region.textContent = text;
  }, 30);
}

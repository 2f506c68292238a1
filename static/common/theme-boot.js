/* Classic script in the head: sets a chosen theme before the first paint, so nothing flashes. */
{
  let chosen = null;
  try {
    chosen = localStorage.getItem('boxwise-theme');
  } catch {
    // Storage may be forbidden; the system's theme serves.
  }
  if (chosen === 'dark' || chosen === 'light') document.documentElement.dataset.theme = chosen;
}

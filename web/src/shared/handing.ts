/** How a session gets from one page of a tab to the next.
 *
 * Tokens stand in the memory of the page. As the page is left they are put into the tab's `sessionStorage`, and the next page takes them out
 * of there before anything else. So a tab that is duplicated, or opened by a page, has none: two tabs with one refresh token would end the
 * session of both. What nobody took within a minute is not taken any more: who closes a tab has left, even where the browser can open it again. */

const KEY = 'medimax:session';

/** Milliseconds for which something handed on is taken. */
const WITHIN = 60_000;

/** Puts it down for the next page of this tab; where the browser keeps nothing, that one asks anew. */
export function handOn(what: object | null) {
  try {
    if (what) sessionStorage.setItem(KEY, JSON.stringify({ at: Date.now(), what }));
    else sessionStorage.removeItem(KEY);
  } catch {
    // The next page begins without.
  }
}

/** What the page before handed on; it is nowhere afterwards. */
export function handedOn(): unknown {
  try {
    const text = sessionStorage.getItem(KEY);
    sessionStorage.removeItem(KEY);
    const { at, what } = JSON.parse(text ?? '{}') as { at?: number; what?: unknown };
    return typeof at === 'number' && Math.abs(Date.now() - at) < WITHIN ? what : null;
  } catch {
    return null;
  }
}

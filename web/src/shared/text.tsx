/** Text that somebody stored, shown so that it changes the order of nothing around it. */

/** More marks above and below one letter than any script needs: they would cover other lines. Those of Latin stand on each
 * other; those of others have places of their own. */
const FLOOD = /([\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]{2})\p{M}+|(\p{M}{4})\p{M}+/gu;

/** The text with each isolate in it closed, and nothing closed that it did not open: else U+2069 in it would end the
 * isolation around it. Separators of paragraphs end it too, and become blanks; of a flood of marks the first are left. */
export function balanced(text: string): string {
  let open = 0;
  const kept = text.replace(FLOOD, '$1$2…').replace(/[\u2028\u2029\u2066-\u2069\u0085\u001c-\u001e]/g, (one) => {
    if (one >= '\u2066' && one <= '\u2068') open += 1;
    else if (one !== '\u2069') return ' ';
    else if (open === 0) return '';
    else open -= 1;
    return one;
  });
  return kept + '\u2069'.repeat(open);
}

const letters = new Intl.Segmenter();

/** The beginning of a text that fits, cut between letters. */
export function fitted(text: string, fits: (text: string) => boolean): string {
  const calm = text.replace(FLOOD, '$1$2…');
  if (fits(calm)) return calm;
  const parts = [...letters.segment(calm.slice(0, 300))].map(({ segment }) => segment);
  const cut = (count: number) => `${parts.slice(0, count).join('').trimEnd()}…`;
  let [least, most] = [0, parts.length];
  while (least < most) {
    const middle = Math.ceil((least + most) / 2);
    if (fits(cut(middle))) least = middle;
    else most = middle - 1;
  }
  return cut(least);
}

/** For attributes, SVG and joined lines, where no element can isolate a text. */
export const isolated = (text: string | null | undefined) => (text ? `\u2068${balanced(text)}\u2069` : '');

/** What is copied from a page has no isolates: pasted elsewhere they are signs that nobody sees. */
export function copiesPlainly() {
  document.addEventListener('copy', (event) => {
    const text = getSelection()?.toString() ?? '';
    const writing = event.target instanceof Element && event.target.closest('input, textarea, [contenteditable], .monaco-editor');
    if (writing || !event.clipboardData || !/[\u2066-\u2069]/.test(text)) return;
    event.clipboardData.setData('text/plain', text.replace(/[\u2066-\u2069]/g, ''));
    event.preventDefault();
  });
}

/** Stored text in a paragraph of the page. */
export const Text = ({ children }: { children: string | null | undefined }) => (children ? <bdi>{balanced(children)}</bdi> : null);

/** What went wrong, and the offer to try again. */
export function Trouble({ children, onAgain, again = 'Try again' }: { children: string; onAgain?: () => void; again?: string }) {
  return (
    <div className="trouble" role="alert">
      <p>{children}</p>
      {onAgain && <button type="button" onClick={onAgain}>{again}</button>}
    </div>
  );
}

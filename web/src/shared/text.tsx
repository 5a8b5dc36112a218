/** Text that somebody stored, shown so that it changes the order of nothing around it. */

/** The text with each isolate in it closed, and nothing closed that it did not open: else U+2069 in it would end the
 * isolation around it. Separators of paragraphs end it too, and become blanks. */
export function balanced(text: string): string {
  if (!/[\u2028\u2029\u2066-\u2069\u0085\u001c-\u001e]/.test(text)) return text;
  let open = 0;
  const kept = text.replace(/[\u2028\u2029\u2066-\u2069\u0085\u001c-\u001e]/g, (one) => {
    if (one >= '\u2066' && one <= '\u2068') open += 1;
    else if (one !== '\u2069') return ' ';
    else if (open === 0) return '';
    else open -= 1;
    return one;
  });
  return kept + '\u2069'.repeat(open);
}

/** For attributes, SVG and joined lines, where no element can isolate a text. */
export const isolated = (text: string | null | undefined) => (text ? `\u2068${balanced(text)}\u2069` : '');

/** Stored text in a paragraph of the page. */
export const Text = ({ children }: { children: string | null | undefined }) => (children ? <bdi>{balanced(children)}</bdi> : null);

/** What went wrong, and the offer to try again. */
export function Trouble({ children, onAgain }: { children: string; onAgain?: () => void }) {
  return (
    <div className="trouble" role="alert">
      <p>{children}</p>
      {onAgain && <button type="button" onClick={onAgain}>Try again</button>}
    </div>
  );
}

/** Lists that are long: what is left of them, and the offer to go on. */

import { useState } from 'react';
import type { Listed, Reading } from './reading';
import type { ListName } from './record';

const figure = (count: number) => count.toLocaleString('en');

/** The beginning of a list that is here already, and a button for the next ones. */
export function useSome<One>(all: One[], step: number): [One[], React.ReactNode] {
  const [count, setCount] = useState(step);
  const left = all.length - count;
  const button = left > 0 && (
    <p className="more">
      <span>{figure(count)} of {figure(all.length)} are shown.</span>{' '}
      <button type="button" onClick={() => setCount(count + step)}>{figure(Math.min(step, left))} more</button>
    </p>
  );
  return [all.slice(0, count), button];
}

/** How much of a list is read, as far as that is not all. */
export function More({ name, what, of, onMore }: { name: ListName; what: string; of: Listed; onMore: Reading['more'] }) {
  const left = of.total === null ? null : of.total - of.rows;
  if (!of.end) return of.busy ? <p className="more" role="status">Reading {what}…</p> : null;
  return (
    <p className="more">
      <span>The latest {figure(of.rows)} of {of.total === null ? 'more' : figure(of.total)} {what} are read.</span>{' '}
      <button type="button" disabled={of.busy} onClick={() => onMore(name)}>{of.busy ? 'Reading…' : `More ${what}`}</button>{' '}
      {left !== null && <button type="button" disabled={of.busy} onClick={() => onMore(name, true)}>All {figure(of.total ?? 0)}</button>}
    </p>
  );
}

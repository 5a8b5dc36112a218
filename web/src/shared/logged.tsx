/** Parts of an entry of the access log. */

import './logged.css';

import type { ReactNode } from 'react';
import { nobody, roleOf, type Entry, type Told } from './log';
import { Text } from './text';
import { words } from './words';

/** Who asked, in which role; that the glass was broken is said in words too. */
export function Asking({ of }: { of: Entry }) {
  const { who, role, purpose, breakGlass, kind, operation } = of;
  const command = kind === 'PRUNE' && operation;
  return (
    <span className="asking">
      {who ? <><b><Text>{who}</Text></b>{role && <>, {roleOf(role)}</>}{purpose && <>, for {words(purpose)}</>}</> : <b>{nobody(of)}</b>}
      {command && <> <code><Text>{operation}</Text></code></>}
      {breakGlass && <> <span className="glass">Break-glass</span></>}
    </span>
  );
}

/** Parts of a sentence, which is copied as one. */
const Parts = ({ children }: { children: { key: string; part: ReactNode }[] }) => (
  <ul>{children.map(({ key, part }, at) => <li key={key}>{part}{at < children.length - 1 && '; '}</li>)}</ul>
);

/** Kinds of data with their words: `name, age; medications: dosage`. */
export const Seen = ({ told }: { told: Told[] }) => (
  <Parts>{told.map(({ kind, words }) => ({ key: kind, part: <>{kind && <b>{kind}</b>}{kind && words.length > 0 && ': '}{words.join(', ')}</> }))}</Parts>
);

export const Changed = ({ told }: { told: string[] }) => <Parts>{told.map((one) => ({ key: one, part: one }))}</Parts>;

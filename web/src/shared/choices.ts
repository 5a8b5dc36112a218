/** What is chosen in a list. It stands behind the `#` of the address, so that no server and no log sees which names were looked for. */

import { useEffect, useRef, useState } from 'react';

/** The choices that say where in a list its page is. */
export const PLACE = ['after', 'before'] as const;

/** Choices by their names; `None` says what each is where nothing is chosen. */
export type Choosing<Name extends string> = Record<Name, string>;

/** Changes choices; `typed` where more is likely to come. */
export type Choose<Name extends string = string> = (change: Partial<Choosing<Name>>, typed?: boolean) => void;

/** The choices of an address. What is none of the values of `offered` is not taken. */
export function choicesOf<Name extends string>(none: Choosing<Name>, offered: Partial<Record<Name, object>>, hash: string): Choosing<Name> {
  const parameters = new URLSearchParams(hash.replace(/^#/, ''));
  const read = (name: Name) => {
    const written = parameters.get(name) ?? none[name];
    return offered[name] && !(written in offered[name]) ? none[name] : written;
  };
  return Object.fromEntries((Object.keys(none) as Name[]).map((name) => [name, read(name)])) as Choosing<Name>;
}

/** The part of an address that holds choices. */
export function hashOf<Name extends string>(none: Choosing<Name>, choices: Choosing<Name>): string {
  const chosen = (Object.keys(none) as Name[]).filter((name) => choices[name] !== none[name]).map((name) => [name, choices[name]]);
  return new URLSearchParams(chosen).toString();
}

/** Text from elsewhere may bring marks that isolate it, which nobody sees. */
export const plain = (text: string) => text.replace(/[\u2066-\u2069]/g, '').trim();

/** How many rows stand on a page. */
export const PAGE = 25;

/** The place of a page as the gateway is asked for it. */
export const placeOf = ({ after, before }: { after: string; before: string }) =>
  before ? { last: PAGE, before } : { first: PAGE, ...(after && { after }) };

/** The choices of the address; another list begins at its first page. What is typed in one go is one step of the history. */
export function useChoices<Name extends string>(none: Choosing<Name>, read: (hash: string) => Choosing<Name>): [Choosing<Name>, Choose<Name>] {
  const [choices, setChoices] = useState(() => read(location.hash));
  const typing = useRef('');
  useEffect(() => {
    const follow = () => {
      typing.current = '';
      setChoices(read(location.hash));
    };
    addEventListener('popstate', follow);
    return () => removeEventListener('popstate', follow);
  }, [read]);
  const choose: Choose<Name> = (change, typed) => {
    const first = Object.fromEntries(PLACE.map((name) => [name, '']));
    const next = { ...read(location.hash), ...first, ...change } as Choosing<Name>;
    const field = typed ? Object.keys(change).join() : '';
    const hash = hashOf(none, next);
    const address = hash ? `#${hash}` : location.pathname;
    if (field && field === typing.current) history.replaceState(null, '', address);
    else history.pushState(null, '', address);
    typing.current = field;
    setChoices(next);
  };
  return [choices, choose];
}

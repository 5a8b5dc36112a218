/** The choices of a reader, which stand in the address, so that a link shows the same: `#timeline&span=all`. */

import { useEffect, useMemo, useState } from 'react';

export const VIEWS = ['Graph', 'Timeline', 'Laboratory', 'Vitals', 'Care', 'Conversations', 'Table', 'Access'] as const;
export type View = (typeof VIEWS)[number];

export type Choices = { view: View; get: (name: string) => string | null; choose: (name: string, value: string | null) => void; show: (view: View) => void };

function read(hash: string): [View, URLSearchParams] {
  const [name = '', ...rest] = hash.replace(/^#/, '').split('&');
  return [VIEWS.find((view) => view.toLowerCase() === name) ?? 'Graph', new URLSearchParams(rest.join('&'))];
}

const written = (view: View, choices: URLSearchParams) => `#${[view.toLowerCase(), ...(choices.size ? [choices.toString()] : [])].join('&')}`;

export function useAddress(): Choices {
  const [hash, setHash] = useState(location.hash);
  useEffect(() => {
    const follow = () => setHash(location.hash);
    addEventListener('hashchange', follow);
    return () => removeEventListener('hashchange', follow);
  }, []);
  return useMemo(() => {
    const [view, choices] = read(hash);
    return {
      view,
      get: (name) => choices.get(name),
      choose: (name, value) => {
        const [view, choices] = read(location.hash);
        if (value === null) choices.delete(name);
        else choices.set(name, value);
        // No step of the browser's history: a choice is not a place to go back to.
        history.replaceState(null, '', written(view, choices));
        setHash(location.hash);
      },
      show: (view) => {
        location.hash = written(view, read(location.hash)[1]);
      },
    };
  }, [hash]);
}

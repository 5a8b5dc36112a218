/** The list of patients: search, filters, order and pages, and the query behind them. */

import '../shared/tokens.css';
import './patients.css';

import { StrictMode, useEffect, useRef, useState } from 'react';
import { createRoot } from 'react-dom/client';
import icon from '../shared/icon.svg';
import { takeTheme } from '../shared/storage';
import { Trouble, copiesPlainly } from '../shared/text';
import { changed, choicesOf, day, filters, hashOf, variablesOf, whichOf, type Choices } from './choices';
import { Fields, type Choose } from './fields';
import { Near } from './near';
import { QUERY, usePage, useTotal, type Page } from './list';
import { Rows, toFirst } from './rows';

takeTheme();
copiesPlainly();

/** The choices of the address. What is typed in one go is one step of the history. */
function useChoices(): [Choices, Choose, () => void] {
  const [choices, setChoices] = useState(() => choicesOf(location.hash));
  const typing = useRef('');
  useEffect(() => {
    const follow = () => {
      typing.current = '';
      setChoices(choicesOf(location.hash));
    };
    addEventListener('popstate', follow);
    return () => removeEventListener('popstate', follow);
  }, []);
  const go = (next: Choices, field: string) => {
    const hash = hashOf(next);
    const address = hash ? `#${hash}` : location.pathname;
    if (field && field === typing.current) history.replaceState(null, '', address);
    else history.pushState(null, '', address);
    typing.current = field;
    setChoices(next);
  };
  const choose: Choose = (change, typed) => go(changed(choicesOf(location.hash), change), typed ? Object.keys(change).join() : '');
  return [choices, choose, () => go({ ...choicesOf(''), order: choices.order }, '')];
}

const search = () => document.querySelector<HTMLInputElement>('input[name=search]')?.focus();

/** `/` leads to the search from wherever nothing is being written. */
function useSlash() {
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      const writing = event.target instanceof Element && event.target.matches('input, select, textarea');
      if (event.key !== '/' || writing || event.altKey || event.ctrlKey || event.metaKey) return;
      event.preventDefault();
      search();
    };
    addEventListener('keydown', onKeyDown);
    return () => removeEventListener('keydown', onKeyDown);
  }, []);
}

/** The query that the list is, and the way to run it by hand. */
function Behind({ variables }: { variables: Record<string, unknown> }) {
  const text = JSON.stringify(variables, null, 2);
  return (
    <details className="behind">
      <summary>The query behind this list</summary>
      <p><a href={`/#${new URLSearchParams({ query: QUERY, variables: text })}`}>Open it in the playground</a></p>
      <h2>Document</h2>
      <pre tabIndex={0} aria-label="Document">{QUERY}</pre>
      <h2>Variables</h2>
      <pre tabIndex={0} aria-label="Variables" className="variables"><bdi>{text}</bdi></pre>
    </details>
  );
}

function Pager({ page, onChoose }: { page: Page; onChoose: (change: Partial<Choices>) => void }) {
  const { hasPreviousPage, hasNextPage, startCursor, endCursor } = page.pageInfo;
  return (
    <nav className="pager" aria-label="Pages">
      <button type="button" disabled={!hasPreviousPage} onClick={() => onChoose({ before: startCursor ?? '' })}>Previous page</button>
      <button type="button" disabled={!hasNextPage} onClick={() => onChoose({ after: endCursor ?? '' })}>Next page</button>
    </nav>
  );
}

function List() {
  const [choices, choose, clear] = useChoices();
  useSlash();
  const today = day(new Date());
  const variables = variablesOf(choices, today);
  const { asked, busy, again } = usePage(JSON.stringify(variables));
  const total = useTotal(JSON.stringify(whichOf(choices, today)));
  const heading = useRef<HTMLParagraphElement>(null);
  const page = asked?.data?.patients ?? null;
  const wrong = asked && (asked.error ?? asked.faults[0]?.message);
  const uncounted = page && !busy && !total.busy && !wrong && typeof total.asked?.data?.patients?.totalCount !== 'number';
  const count = total.busy ? null : total.asked?.data?.patients?.totalCount;
  const filtered = filters(choices) > 0;
  const retry = () => {
    again();
    total.again();
  };
  const turn = (change: Partial<Choices>) => {
    choose(change);
    heading.current?.focus();
    scrollTo({ top: 0 });
  };
  const told = () => {
    if (!asked) return 'Reading the list…';
    if (busy) return 'Reading the list…';
    if (!page) return '';
    const here = page.nodes.length;
    if (typeof count === 'number') return `${here} of ${count} ${count === 1 ? 'patient' : 'patients'}`;
    return `${here} ${here === 1 ? 'patient' : 'patients'} on this page${total.busy ? '' : '; all of them could not be counted.'}`;
  };
  return (
    <>
      <header className="bar">
        <a href="/"><img src={icon} alt="" width="20" height="20" /> MediMax</a>
        <a href="/">Playground</a>
      </header>
      <main>
        <h1>Patients</h1>
        <Fields choices={choices} onChoose={choose} onClear={clear} onDown={toFirst} />
        <p className="count" role="status" ref={heading} tabIndex={-1}>{told()}</p>
        {uncounted && <p className="count"><button type="button" onClick={total.again}>Try again</button></p>}
        {!busy && wrong && (
          <>
            <Trouble onAgain={retry}>{page ? `Not all of it could be read: ${wrong}` : wrong}</Trouble>
            {!page && (choices.after || choices.before) && (
              <p className="empty"><button type="button" onClick={() => choose({})}>To the first page</button></p>
            )}
          </>
        )}
        {page && page.nodes.length > 0 && (
          <>
            <Rows patients={page.nodes} busy={busy} onUp={search} />
            <Pager page={page} onChoose={turn} />
          </>
        )}
        {page && !busy && page.nodes.length === 0 && (
          <div className="empty">
            <p>{filtered ? 'No patient matches.' : 'No patients are recorded.'}</p>
            <Near choices={choices} onChoose={choose} />
          </div>
        )}
        <Behind variables={variables} />
      </main>
    </>
  );
}

const root = document.getElementById('root');
if (root) createRoot(root).render(<StrictMode><List /></StrictMode>);

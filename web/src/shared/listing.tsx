/** A list that is read in pages: how many rows there are, the page, the way to the next one, and the query behind it. */

import { useRef, type ReactNode } from 'react';
import { useAnswer, wrongWith } from './answer';
import { PLACE, type Choose } from './choices';
import { fromRowToRow } from './fields';
import { Trouble } from './text';

export type Page<Row> = { nodes: Row[]; pageInfo: { hasPreviousPage: boolean; hasNextPage: boolean; startCursor: string | null; endCursor: string | null } };

/** The fields of every page of every list. */
export const PAGE_INFO = `pageInfo {
        hasPreviousPage
        hasNextPage
        startCursor
        endCursor
      }`;

/** A query with its variables, and where in its answer the list is. */
export type Question<Data, Found> = { query: string; variables: Record<string, unknown>; find: (data: Data) => Found | null | undefined };

/** A column of a table; the first one names the row. */
export type Column<Row> = { head: string; className: string; cell: (row: Row) => ReactNode };

/** `roles` are written out: as cards on a telephone it would be no table to assistive technology otherwise. */
export function Rows<Row extends { id: string }>({ label, kind, columns: [name, ...columns], rows, busy }: { label: string; kind: string; columns: [Column<Row>, ...Column<Row>[]]; rows: Row[]; busy: boolean }) {
  return (
    <table role="table" className={`rows ${kind}`} aria-label={label} aria-busy={busy} onKeyDown={fromRowToRow}>
      <thead role="rowgroup">
        <tr role="row">{[name, ...columns].map(({ head, className }) => <th key={head} role="columnheader" scope="col" className={className}>{head}</th>)}</tr>
      </thead>
      <tbody role="rowgroup">
        {rows.map((row) => (
          <tr key={row.id} role="row">
            <th role="rowheader" scope="row" className={name.className}>{name.cell(row)}</th>
            {columns.map(({ head, className, cell }) => <td key={head} role="cell" className={className} data-label={head}>{cell(row)}</td>)}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** The query that the list is, and the way to run it by hand. */
function Behind({ query, variables }: { query: string; variables: Record<string, unknown> }) {
  const text = JSON.stringify(variables, null, 2);
  return (
    <details className="behind">
      <summary>The query behind this list</summary>
      <p><a href={`/#${new URLSearchParams({ query, variables: text })}`}>Open it in the playground</a></p>
      <h2>Document</h2>
      <pre tabIndex={0} aria-label="Document">{query}</pre>
      <h2>Variables</h2>
      <pre tabIndex={0} aria-label="Variables" className="variables"><bdi>{text}</bdi></pre>
    </details>
  );
}

type PagerProps = { label: string; isForward: boolean; page: Page<unknown>; onChoose: Choose<(typeof PLACE)[number]> };

function Pager({ label, isForward, page: { pageInfo }, onChoose }: PagerProps) {
  const { hasPreviousPage, hasNextPage, startCursor, endCursor } = pageInfo;
  if (isForward && !hasPreviousPage && !hasNextPage) return null;
  return (
    <nav className="pager" aria-label={label}>
      {isForward
        ? <button type="button" disabled={!hasPreviousPage} onClick={() => onChoose({})}>First page</button>
        : <button type="button" disabled={!hasPreviousPage} onClick={() => onChoose({ before: startCursor ?? '' })}>Previous page</button>}
      <button type="button" disabled={!hasNextPage} onClick={() => onChoose({ after: endCursor ?? '' })}>Next page</button>
    </nav>
  );
}

type Props<Row extends { id: string }, Data, Total> = {
  /** What the table is called, and the class of its columns. */
  label: string;
  kind: string;
  /** One row, several of them. */
  nouns: [string, string];
  page: Question<Data, Page<Row>>;
  /** Counting reads every row that matches, so the rows do not wait for it. Null for a list that is not counted, and read forwards only. */
  total: Question<Total, number> | null;
  columns: [Column<Row>, ...Column<Row>[]];
  choices: { after: string; before: string };
  onChoose: Choose;
  /** What stands where there are no rows. */
  children: ReactNode;
};

export function Listing<Row extends { id: string }, Data, Total>({ label, kind, nouns, page: { query, variables, find }, total, columns, choices, onChoose, children }: Props<Row, Data, Total>) {
  const { asked, busy, again } = useAnswer<Data>(query, JSON.stringify(variables));
  const counting = useAnswer<Total>(total?.query ?? null, JSON.stringify(total?.variables ?? {}));
  const heading = useRef<HTMLParagraphElement>(null);
  const page = (asked?.data && find(asked.data)) ?? null;
  const wrong = wrongWith(asked);
  const count = counting.busy || !counting.asked?.data ? null : total?.find(counting.asked.data);
  const uncounted = total && page && !busy && !counting.busy && !wrong && typeof count !== 'number';
  const retry = () => {
    again();
    counting.again();
  };
  const turn: Choose = (change) => {
    onChoose(change);
    heading.current?.focus();
    heading.current?.scrollIntoView({ block: 'nearest' });
  };
  const nounOf = (number: number) => nouns[number === 1 ? 0 : 1];
  const told = () => {
    if (!asked || busy) return 'Reading the list…';
    if (!page) return '';
    const here = page.nodes.length;
    if (!total) return `${here} ${nounOf(here)}${page.pageInfo.hasNextPage ? ', and there are more' : ''}`;
    if (typeof count === 'number') return `${here} of ${count} ${nounOf(count)}`;
    const why = wrongWith(counting.asked);
    return `${here} ${nounOf(here)} on this page${counting.busy ? '' : `; all of them could not be counted${why ? `: ${why}` : '.'}`}`;
  };
  return (
    <>
      <p className="count" role="status" ref={heading} tabIndex={-1}>{told()}</p>
      {uncounted && <p className="count"><button type="button" onClick={counting.again}>Try again</button></p>}
      {!busy && wrong && (
        <>
          <Trouble onAgain={retry}>{page ? `Not all of it could be read: ${wrong}` : wrong}</Trouble>
          {!page && (choices.after || choices.before) && (
            <p className="empty"><button type="button" onClick={() => onChoose({})}>To the first page</button></p>
          )}
        </>
      )}
      {page && page.nodes.length > 0 && (
        <>
          <Rows label={label} kind={kind} columns={columns} rows={page.nodes} busy={busy} />
          <Pager label={total ? 'Pages of the list' : `Pages of the list: ${label}`} isForward={!total} page={page} onChoose={turn} />
        </>
      )}
      {page && !busy && page.nodes.length === 0 && <div className="empty">{children}</div>}
      <Behind query={query} variables={variables} />
    </>
  );
}

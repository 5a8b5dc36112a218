/** Who has looked at the record, and what they changed. To read this is logged too, so it is read when it is wanted and not before. */

import { useCallback, useEffect, useRef } from 'react';
import { ask, type Fault } from '../shared/ask';
import { GLASS, type Glass } from '../shared/glass';
import { Glasses } from '../shared/glasses';
import { ENTRY, ZONE, changedIn, clockOf, daysOf, secondsOf, seenIn, type Entry, type Look } from '../shared/log';
import { Asking, Changed, Seen } from '../shared/logged';
import { standing } from '../shared/session';
import { Text, Trouble } from '../shared/text';
import { usePart, type Part } from './reading';
import { count } from './record';

/** Entries a page: to open the record once leaves some twenty. */
const PAGE = 100;

const QUERY = `query AccessLog($id: ID!, $first: Int!, $after: String, $glasses: Boolean!) {
  patient(id: $id) {
    breakGlasses @include(if: $glasses) { ${GLASS} }
    accessLog(first: $first, after: $after) {
      nodes {
        ${ENTRY}
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
}`;

type Log = { nodes: Entry[]; pageInfo: { hasNextPage: boolean; endCursor: string | null } };
/** `glasses` come with the first page. */
type Read = { glasses: Glass[]; entries: Entry[]; end: string | null; isForbidden: boolean; faults: Fault[] };

const FORBIDDEN: Read = { glasses: [], entries: [], end: null, isForbidden: true, faults: [] };

async function log(id: string, known: Read | null): Promise<Read> {
  // Of what came in parts all is read anew.
  const before = known?.faults.length ? null : known;
  const { data, errors = [] } = await ask<{ patient: { breakGlasses?: Glass[] | null; accessLog: Log | null } | null }>(QUERY, { id, first: PAGE, after: before?.end ?? null, glasses: !before });
  const found = data?.patient?.accessLog;
  if (!found && errors.some(({ extensions }) => extensions?.code === 'FORBIDDEN')) return FORBIDDEN;
  if (!found) throw new Error(errors[0]?.message ?? 'the answer is empty');
  return {
    glasses: before?.glasses ?? data?.patient?.breakGlasses ?? [],
    entries: [...(before?.entries ?? []), ...found.nodes],
    end: found.pageInfo.hasNextPage ? found.pageInfo.endCursor : null,
    isForbidden: false,
    faults: errors,
  };
}

export type Access = Part<Read> & { more: () => void };

/** The log of a patient, from when it is wanted; then it stays, and going back to it reads nothing more. A clinician is refused it, so it is not asked. */
export function useAccess(id: string, isWanted: boolean): Access {
  const [part, read] = usePart<Read>(useCallback((before) => log(id, before), [id]));
  const isClinician = standing.use().who?.role === 'CLINICIAN';
  const begun = useRef(false);
  useEffect(() => {
    if (!isWanted || isClinician || begun.current) return;
    begun.current = true;
    void read();
  }, [isWanted, isClinician, read]);
  const value = isClinician ? FORBIDDEN : part.value;
  return { ...part, value, more: () => void read() };
}

/** The requests of a look as they stand in the log. */
const Recorded = ({ entries }: { entries: Entry[] }) => (
  <details>
    <summary>{count(entries.length, 'request')}, as recorded</summary>
    <ul>
      {entries.map((one) => (
        <li key={one.number}>
          {secondsOf(one.at)} <Text>{one.operation ?? 'without a name'}</Text> <code>{one.requestId}</code> {one.fields.length > 0 && <small>{one.fields.join(', ')}</small>}
        </li>
      ))}
    </ul>
  </details>
);

function Told({ look: { entries } }: { look: Look }) {
  const [last, first] = [entries[0], entries.at(-1) ?? entries[0]];
  const [told, changed] = [seenIn(entries), changedIn(entries)];
  const [from, to] = [clockOf(first.at), clockOf(last.at)];
  return (
    <li className={`card look${last.breakGlass ? ' broken' : ''}`}>
      <header>
        <span><time dateTime={first.at ?? undefined}>{from}</time>{from !== to && <>–<time dateTime={last.at ?? undefined}>{to}</time></>}</span>
        <Asking of={last} />
      </header>
      {last.breakGlass && <p className="about">The record was opened as in an emergency, by somebody who may not see it otherwise.</p>}
      {told.length > 0 && <div className="told">Saw: <Seen told={told} /></div>}
      {changed.length > 0 && <div className="told">Changed: <Changed told={changed} /></div>}
      {told.length + changed.length === 0 && <p className="about">{last.kind === 'REQUEST' ? 'Saw nothing of what is recorded, but that there is a record.' : 'What was seen is not known.'}</p>}
      <Recorded entries={entries} />
    </li>
  );
}

export function AccessView({ access: { value, busy, error, more } }: { access: Access }) {
  const fault = value?.faults[0]?.message;
  const { entries = [], glasses = [] } = value ?? {};
  return (
    <section className="access" aria-label="Access">
      <h2 className="unseen">Access</h2>
      {value?.isForbidden
        ? <p className="empty">The log of who has looked at this record is for the patient and for administrators.</p>
        : <p className="about key">Who has looked at this record or changed it, the latest first. Times are of {ZONE}. What one person asked without a pause of ten minutes stands together. To look at this log leaves an entry in it.</p>}
      {busy && !entries.length && <p role="status">Reading…</p>}
      {(error ?? fault) && <Trouble onAgain={more}>{`${entries.length ? 'Some of the log' : 'The log'} could not be read: ${error ?? fault}`}</Trouble>}
      {value && !value.isForbidden && !fault && !entries.length && <p className="empty">Nobody has looked at this record yet.</p>}
      {glasses.length > 0 && (
        <div className="emergencies">
          <h3>Emergency looks</h3>
          <p className="about">Clinicians who do not look after the patient saw the record then, and had to give a reason. All that they saw stands below.</p>
          <Glasses label="Emergency looks" glasses={glasses} />
        </div>
      )}
      {daysOf(entries).map(({ day, looks }) => (
        <div key={day}>
          <h3>{day}</h3>
          <ul className="looks">{looks.map((look) => <Told key={look.key} look={look} />)}</ul>
        </div>
      ))}
      {value?.end && (
        <p className="more">
          <span>The latest {count(entries.length, 'entry', 'entries')} are read.</span>{' '}
          <button type="button" disabled={busy} onClick={more}>{busy ? 'Reading…' : 'Show more'}</button>
        </p>
      )}
    </section>
  );
}

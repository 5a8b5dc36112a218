/** What the access log asks for, and what it shows of each entry. */

import { Link } from '../shared/facts';
import { PAGE_INFO, type Column } from '../shared/listing';
import { ENTRY, changedIn, clockOf, dateOf, listsIn, seenIn, triedIn, type Entry } from '../shared/log';
import { Asking, Changed, Seen } from '../shared/logged';
import { Text } from '../shared/text';

export type Logged = Entry & { id: string; patientIds: string[]; patients: { id: string; name: string | null }[] | null };

export const QUERY = `query AccessEvents($first: Int, $after: String, $patientId: ID, $email: String, $breakGlass: Boolean, $from: Date, $to: Date) {
  accessEvents(first: $first, after: $after, patientId: $patientId, email: $email, breakGlass: $breakGlass, from: $from, to: $to) {
      nodes {
        id: number
        ${ENTRY}
        patientIds
        patients {
          id
          name
        }
      }
      ${PAGE_INFO}
  }
}`.replace(/^ {6}/gm, '    ').replace(/^ {8}(?=\S)/gm, '      ');

/** How many patients of an entry are shown at once. */
const SHOWN = 3;

/** Whose records; those who are gone are left by their ids. */
function Patients({ of: { patientIds, patients } }: { of: Logged }) {
  const known = new Map((patients ?? []).map((one) => [one.id, one]));
  const one = (id: string) => {
    const patient = known.get(id);
    return <li key={id}>{patient ? <><Link to="patients" of={patient} /> <small>{id}</small></> : <>{id} <small>{patients ? 'is gone' : 'the name could not be read'}</small></>}</li>;
  };
  if (!patientIds.length) return <span className="quiet">no single patient</span>;
  const [some, rest] = [patientIds.slice(0, SHOWN), patientIds.slice(SHOWN)];
  return (
    <>
      <ul>{some.map(one)}</ul>
      {rest.length > 0 && <details><summary>{rest.length} more</summary><ul>{rest.map(one)}</ul></details>}
    </>
  );
}

/** What an entry without a kind of data is about. */
function about(of: Logged): string {
  const { kind, fields } = of;
  if (kind === 'START') return 'a chain of the log begins';
  if (kind === 'PRUNE') return 'entries whose time was over were removed';
  if (kind === 'UNANSWERED') return 'not known';
  const lists = listsIn(fields);
  const tried = triedIn(of);
  if (tried) return tried;
  return lists.length > 0 ? `no row: a search or a count (${lists.join(', ')})` : 'nothing of what is recorded';
}

function What({ of }: { of: Logged }) {
  const told = seenIn([of]);
  return (
    <div className="told">
      {told.length > 0 ? <Seen told={told} /> : <span className="quiet">{about(of)}</span>}
      <details>
        <summary>As recorded</summary>
        <small>number {of.number}</small>
        {of.operation && <small>operation <Text>{of.operation}</Text></small>}
        {of.requestId && <small>request {of.requestId}</small>}
        {of.fields.length > 0 && <small>{of.fields.join(', ')}</small>}
      </details>
    </div>
  );
}

export const COLUMNS: [Column<Logged>, ...Column<Logged>[]] = [
  { head: 'When', className: 'when', cell: ({ at }) => <time dateTime={at ?? undefined}>{clockOf(at)} <small>{dateOf(at)}</small></time> },
  { head: 'Who', className: 'caller', cell: (logged) => <Asking of={logged} /> },
  { head: 'Whose record', className: 'whom', cell: (logged) => <Patients of={logged} /> },
  { head: 'What was seen', className: 'what', cell: (logged) => <What of={logged} /> },
  {
    head: 'What was changed',
    className: 'changed',
    cell: (logged) => {
      const changed = changedIn([logged]);
      return changed.length > 0 ? <div className="told"><Changed told={changed} /></div> : <span className="quiet">nothing</span>;
    },
  },
];

/** The record line by line, the latest first, and then what the graph knows of it. */

import { memo, type ReactNode } from 'react';
import { contactsOf } from '../shared/contacts';
import { Link } from '../shared/facts';
import { Text } from '../shared/text';
import { Named, Reasons, Symbol, reasons } from './details';
import { isDrawn, type Graph } from './graph';
import type { CarePath } from './knowledge';
import { More, useSome } from './more';
import type { Reading } from './reading';
import { LISTS, words, type Entry, type EntryKind, type ListName } from './record';
import { TITLES } from './timeline';

function Table({ id, title, heads, children }: { id: string; title: ReactNode; heads: string[]; children: ReactNode }) {
  return (
    <table className={id}>
      <caption>{title}</caption>
      <thead><tr>{heads.map((head) => <th key={head} scope="col">{head}</th>)}</tr></thead>
      <tbody>{children}</tbody>
    </table>
  );
}

const Row = memo(function Row({ entry }: { entry: Entry }) {
  return (
    <tr>
      <td className="day">{entry.date ?? 'no date'}</td>
      <th scope="row">{entry.assignment?.doctor ? <Link to="doctors" of={entry.assignment.doctor} /> : <Text>{entry.name}</Text>}</th>
      <td>{entry.detail}</td>
    </tr>
  );
});

/** The order of the table: the lists, and which of their entries. */
const TABLES: [ListName, EntryKind, string?][] = [
  ['allergies', 'allergy'],
  ['conditions', 'condition'],
  ['medications', 'medication', 'Medications taken now'],
  ['stopped', 'medication', 'Medications that were stopped'],
  ['appointments', 'appointment'],
  ['appointments', 'symptom'],
  ['consultations', 'consultation'],
  ['labs', 'lab'],
  ['vitals', 'vital'],
  ['records', 'record'],
  ['scans', 'scan'],
  ['predictions', 'prediction'],
  ['reports', 'report'],
  ['sessions', 'session'],
  ['messages', 'message'],
  ['operations', 'operation'],
  ['family', 'family'],
  ['others', 'other'],
  ['team', 'doctor', 'Care team'],
  ['formerTeam', 'doctor', 'Doctors before'],
];

function Entries({ name, kind, title, reading }: { name: ListName; kind: EntryKind; title: string; reading: Reading }) {
  const listed = reading.lists[name];
  const entries = listed.entries.filter((one) => one.kind === kind);
  if (!entries.length && !listed.busy) return null;
  const counted = kind !== 'symptom' && kind !== 'lab' && listed.total !== null ? listed.total : `${entries.length}${listed.end ? ' so far' : ''}`;
  return (
    <div>
      {entries.length > 0 && (
        <Table id={kind} title={<>{isDrawn(kind) && <Symbol kind={kind} />} {title} <small>{counted}</small></>} heads={['Date', 'What', 'Details']}>
          {entries.map((entry) => <Row key={entry.id} entry={entry} />)}
        </Table>
      )}
      {/* Two tables share the pages of appointments: the second offers to go on. */}
      {(name !== 'appointments' || kind === 'symptom') && <More name={name} what={name === 'labs' ? 'laboratory reports' : LISTS[name].title.toLowerCase()} of={listed} onMore={reading.more} />}
    </div>
  );
}

/** Paths of the same names are one row, the best of them first. */
function groupsOf(paths: CarePath[]): { key: string; path: CarePath; count: number }[] {
  const groups = new Map<string, { key: string; path: CarePath; count: number }>();
  paths.forEach((path) => {
    const key = [path.symptom.name, path.condition.name, path.medication.name].map((name) => name.trim().toLowerCase()).join('\n');
    const group = groups.get(key);
    if (group) group.count += 1;
    else groups.set(key, { key, path, count: 1 });
  });
  return [...groups.values()];
}

function CarePaths({ patient, reading }: { patient: string; reading: Reading }) {
  const { value, busy } = reading.paths;
  const groups = groupsOf(value?.paths ?? []);
  if (!value?.total) return null;
  const left = value.total - value.paths.length;
  return (
    <div>
      <Table id="paths" title={<>Care paths <small>{value.total.toLocaleString('en')}</small></>} heads={['Symptom', 'Condition', 'Medication', 'On what it rests']}>
        {groups.map(({ key, path, count }) => (
          <tr key={key}>
            <th scope="row"><Text>{path.symptom.name}</Text>{count > 1 && <small> ×{count}</small>}</th>
            <td><Text>{path.condition.name}</Text></td>
            <td><Text>{path.medication.name}</Text></td>
            <td><Reasons patient={patient} path={path} /></td>
          </tr>
        ))}
      </Table>
      {left > 0 && (
        <p className="more">
          <span>The best {value.paths.length} are read; those of the same names are one row.</span>{' '}
          <button type="button" disabled={busy} onClick={reading.morePaths}>More care paths</button>
        </p>
      )}
    </div>
  );
}

function Connections({ graph }: { graph: Graph }) {
  const names = new Map(graph.nodes.map((node) => [node.id, node]));
  const [some, more] = useSome([...graph.edges].sort((a, b) => Number(b.known) - Number(a.known)), 100);
  if (!graph.edges.length) return null;
  return (
    <div>
      <Table id="connections" title={<>Connections <small>{graph.edges.length.toLocaleString('en')}</small></>} heads={['From', 'Connection', 'To', 'Who says so']}>
        {some.map(({ from, to, known, types, facts }) => {
          const [one, other] = [names.get(from), names.get(to)];
          return one && other && (
            <tr key={`${from} ${to}`}>
              <th scope="row"><Named node={one} /></th>
              <td>{[...types].map(words).join(', ')}</td>
              <td><Named node={other} /></td>
              <td>{known ? reasons(facts).join('; ') || 'the catalogs' : 'the record'}</td>
            </tr>
          );
        })}
      </Table>
      {more}
    </div>
  );
}

/** How the patient is reached. */
function ContactTable({ reading }: { reading: Reading }) {
  const rows = contactsOf(reading.care.value?.care ?? {});
  if (!rows.length) return null;
  return (
    <div>
      <Table id="contact" title={<>Contacts <small>{rows.length}</small></>} heads={['Kind', 'What', 'Details']}>
        {rows.map(({ id, kind, told, about }) => (
          <tr key={id}>
            <td className="day">{kind}</td>
            <th scope="row">{told || <small>not recorded</small>}</th>
            <td>{about}</td>
          </tr>
        ))}
      </Table>
    </div>
  );
}

type Props = { patient: string; reading: Reading; graph: Graph; children: ReactNode };

export function Tables({ patient, reading, graph, children }: Props) {
  return (
    <section className="tables" aria-label="Table">
      <h2 className="unseen">Table</h2>
      {children}
      {TABLES.map(([name, kind, title]) => <Entries key={name + kind} name={name} kind={kind} title={title ?? TITLES[kind]} reading={reading} />)}
      <ContactTable reading={reading} />
      <CarePaths patient={patient} reading={reading} />
      <Connections graph={graph} />
    </section>
  );
}

/** The list of doctors, by itself or below an institution. */

import { placeOf, plain, choicesOf as read, useChoices, type Choosing } from '../shared/choices';
import { Link } from '../shared/facts';
import { Searching, Select, Writing } from '../shared/fields';
import { Listing, PAGE_INFO, type Column, type Page } from '../shared/listing';
import { Text } from '../shared/text';
import { totalOf } from '../shared/words';

type Doctor = {
  id: string;
  name: string | null;
  specialty: { name: string | null } | null;
  institution: { id: string; name: string | null } | null;
  now: { totalCount: number | null } | null;
};

export const ORDERS = { NAME_ASC: 'Name, A to Z', NAME_DESC: 'Name, Z to A' };

const NONE = { name: '', specialty: '', institution: '', order: 'NAME_ASC', after: '', before: '' };
type Choices = Choosing<keyof typeof NONE>;
const choicesOf = (hash: string): Choices => read(NONE, { order: ORDERS }, hash);

const contains = (text: string) => plain(text) && { contains: plain(text) };

/** What is chosen as the gateway's filter; nothing where nothing is chosen. */
function filterOf({ name, specialty, institution }: Choices) {
  const filter = {
    ...(contains(name) && { name: contains(name) }),
    ...(contains(specialty) && { specialty: { name: contains(specialty) } }),
    ...(contains(institution) && { institution: { name: contains(institution) } }),
  };
  return Object.keys(filter).length ? { filter } : {};
}

const NODE = `id
        name
        specialty {
          name
        }
        institution {
          id
          name
        }
        now: assignments(filter: {isActive: {eq: true}}) {
          totalCount
        }`;

const ARGUMENTS = '$filter: DoctorFilter, $orderBy: [DoctorOrder!], $first: Int, $after: String, $last: Int, $before: String';
const PASSED = 'filter: $filter, orderBy: $orderBy, first: $first, after: $after, last: $last, before: $before';
const ROWS = `doctors(${PASSED}) {
      nodes {
        ${NODE}
      }
      ${PAGE_INFO}
    }`;
const COUNT = 'doctors(filter: $filter) {\n      totalCount\n    }';

/** The query of all doctors, or of those of an institution. */
const asked = (below: boolean, name: string, declared: string, field: string) =>
  below ? `query ${name}($id: ID!, ${declared}) {\n  institution(id: $id) {\n    ${field}\n  }\n}` : `query ${name}(${declared}) {\n  ${field.replaceAll('\n  ', '\n')}\n}`;

const COLUMNS: [Column<Doctor>, ...Column<Doctor>[]] = [
  { head: 'Name', className: 'name', cell: (doctor) => <><Link to="doctors" of={doctor} /><small>{doctor.id}</small></> },
  { head: 'Specialty', className: 'specialty', cell: ({ specialty }) => (specialty ? <Text>{specialty.name}</Text> : <span className="quiet">not recorded</span>) },
  { head: 'Institution', className: 'institution', cell: ({ institution }) => (institution ? <Link to="institutions" of={institution} /> : <span className="quiet">not recorded</span>) },
  { head: 'Patients today', className: 'number', cell: ({ now }) => totalOf(now) ?? <span className="unread">could not be read</span> },
];

type Connection<Rows> = { doctors: Rows | null };
type Answer<Rows> = Connection<Rows> & { institution?: Connection<Rows> | null };

export function Doctors({ institution }: { institution?: string }) {
  const [choices, choose] = useChoices(NONE, choicesOf);
  const below = institution !== undefined;
  const which = { ...(below && { id: institution }), ...filterOf(choices) };
  const find = <Rows,>(data: Answer<Rows>) => (below ? data.institution?.doctors : data.doctors);
  const narrowed = Object.keys(filterOf(choices)).length > 0;
  const text = (name: keyof typeof NONE, label: string, mode?: 'search') => <Writing name={name} label={label} value={choices[name]} mode={mode} onChoose={choose} />;
  return (
    <>
      <Searching label="Doctors">
        <div className="first">
          {text('name', 'Name contains', 'search')}
          {text('specialty', 'Specialty contains')}
          {!below && text('institution', 'Institution contains')}
          <Select name="order" label="Order" value={choices.order} options={ORDERS} onChoose={choose} />
          <button type="button" disabled={!narrowed} onClick={() => choose({ ...NONE, order: choices.order })}>Clear</button>
        </div>
      </Searching>
      <Listing
        label="Doctors"
        kind="doctors"
        nouns={['doctor', 'doctors']}
        page={{ query: asked(below, 'Doctors', ARGUMENTS, ROWS), variables: { ...which, orderBy: [choices.order], ...placeOf(choices) }, find: find<Page<Doctor>> }}
        total={{ query: asked(below, 'DoctorTotal', '$filter: DoctorFilter', COUNT), variables: which, find: (data: Answer<{ totalCount: number | null }>) => totalOf(find(data)) }}
        columns={below ? [COLUMNS[0], ...COLUMNS.slice(1).filter(({ className }) => className !== 'institution')] : COLUMNS}
        choices={choices}
        onChoose={choose}
      >
        <p>{narrowed ? 'No doctor matches.' : below ? 'No doctor of this institution is recorded.' : 'No doctors are recorded.'}</p>
      </Listing>
    </>
  );
}

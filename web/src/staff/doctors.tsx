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

/** What a search by name takes. */
export const BEGINNINGS = 'Beginnings of names, in any order';

export const ORDERS = { NAME_ASC: 'Name, A to Z', NAME_DESC: 'Name, Z to A' };

const NONE = { name: '', specialty: '', institution: '', order: 'NAME_ASC', after: '', before: '' };
type Choices = Choosing<keyof typeof NONE>;
const choicesOf = (hash: string): Choices => read(NONE, { order: ORDERS }, hash);

const contains = (text: string) => plain(text) && { contains: plain(text) };

/** What is chosen, as the gateway is asked: words of the name, and a filter, each where it is chosen. The doctors of one institution are filtered too. */
function whichOf({ name, specialty, institution }: Choices, below?: string) {
  const filter = {
    ...(below !== undefined && { institutionId: { eq: Number(below.split(':')[1]) } }),
    ...(contains(specialty) && { specialty: { name: contains(specialty) } }),
    ...(contains(institution) && { institution: { name: contains(institution) } }),
  };
  return { ...(plain(name) && { search: plain(name) }), ...(Object.keys(filter).length && { filter }) };
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

const ROWS = `query Doctors($search: String, $filter: DoctorFilter, $orderBy: [DoctorOrder!], $first: Int, $after: String, $last: Int, $before: String) {
  doctors(search: $search, filter: $filter, orderBy: $orderBy, first: $first, after: $after, last: $last, before: $before) {
      nodes {
        ${NODE}
      }
      ${PAGE_INFO}
  }
}`.replace(/^ {6}/gm, '    ').replace(/^ {8}(?=\S)/gm, '      ');

const TOTAL = `query DoctorTotal($search: String, $filter: DoctorFilter) {
  doctors(search: $search, filter: $filter) {
    totalCount
  }
}`;

const COLUMNS: [Column<Doctor>, ...Column<Doctor>[]] = [
  { head: 'Name', className: 'name', cell: (doctor) => <><Link to="doctors" of={doctor} /><small>{doctor.id}</small></> },
  { head: 'Specialty', className: 'specialty', cell: ({ specialty }) => (specialty ? <Text>{specialty.name}</Text> : <span className="quiet">not recorded</span>) },
  { head: 'Institution', className: 'institution', cell: ({ institution }) => (institution ? <Link to="institutions" of={institution} /> : <span className="quiet">not recorded</span>) },
  { head: 'Patients today', className: 'number', cell: ({ now }) => totalOf(now) ?? <span className="unread">could not be read</span> },
];

type Answer<Rows> = { doctors: Rows | null };

export function Doctors({ institution }: { institution?: string }) {
  const [choices, choose] = useChoices(NONE, choicesOf);
  const below = institution !== undefined;
  const which = whichOf(choices, institution);
  const narrowed = Object.keys(whichOf(choices)).length > 0;
  const text = (name: keyof typeof NONE, label: string, mode?: 'search') => <Writing name={name} label={label} value={choices[name]} mode={mode} placeholder={mode && BEGINNINGS} onChoose={choose} />;
  return (
    <>
      <Searching label="Doctors">
        <div className="first">
          {text('name', 'Search by name', 'search')}
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
        page={{ query: ROWS, variables: { ...which, orderBy: [choices.order], ...placeOf(choices) }, find: ({ doctors }: Answer<Page<Doctor>>) => doctors }}
        total={{ query: TOTAL, variables: which, find: ({ doctors }: Answer<{ totalCount: number | null }>) => totalOf(doctors) }}
        columns={below ? [COLUMNS[0], ...COLUMNS.slice(1).filter(({ className }) => className !== 'institution')] : COLUMNS}
        choices={choices}
        onChoose={choose}
      >
        <p>{narrowed ? 'No doctor matches.' : below ? 'No doctor of this institution is recorded.' : 'No doctors are recorded.'}</p>
      </Listing>
    </>
  );
}

/** The list of institutions, and one of them with its doctors. */

import { placeOf, plain, choicesOf as read, useChoices, type Choosing } from '../shared/choices';
import { CONTACTS, ContactList, type Contacts } from '../shared/contacts';
import { Fact, Link } from '../shared/facts';
import { Searching, Select, Writing } from '../shared/fields';
import { Listing, PAGE_INFO, type Column, type Page } from '../shared/listing';
import { Text, isolated } from '../shared/text';
import { country, totalOf, words } from '../shared/words';
import { BEGINNINGS, Doctors, ORDERS } from './doctors';
import { One } from './one';

type Institution = { id: string; name: string | null; type: string | null; region: string | null; country: string | null; doctors: { totalCount: number | null } | null };

const TYPES = { HOSPITAL: 'Hospital', CLINIC: 'Clinic', LABORATORY: 'Laboratory', PHARMACY: 'Pharmacy', INSURER: 'Insurer', OTHER: 'Other' };
const NONE = { name: '', type: '', order: 'NAME_ASC', after: '', before: '' };
type Choices = Choosing<keyof typeof NONE>;
const choicesOf = (hash: string): Choices => read(NONE, { type: { '': '', ...TYPES }, order: ORDERS }, hash);

/** What is chosen, as the gateway is asked. */
const whichOf = ({ name, type }: Choices) => ({ ...(plain(name) && { search: plain(name) }), ...(type && { filter: { type: { eq: type } } }) });

const ROWS = `query Institutions($search: String, $filter: InstitutionFilter, $orderBy: [InstitutionOrder!], $first: Int, $after: String, $last: Int, $before: String) {
  institutions(search: $search, filter: $filter, orderBy: $orderBy, first: $first, after: $after, last: $last, before: $before) {
      nodes {
        id
        name
        type
        region
        country
        doctors {
          totalCount
        }
      }
      ${PAGE_INFO}
  }
}`.replace(/^ {6}/gm, '    ').replace(/^ {8}(?=\S)/gm, '      ');

const TOTAL = `query InstitutionTotal($search: String, $filter: InstitutionFilter) {
  institutions(search: $search, filter: $filter) {
    totalCount
  }
}`;

const unknown = <span className="quiet">not recorded</span>;
const typeOf = (type: string | null) => type && (TYPES[type as keyof typeof TYPES] ?? words(type));

/** Region and country in one line. */
const placed = ({ region, country: code }: { region: string | null; country: string | null }) =>
  [region, country(code)].flatMap((part) => (part ? [isolated(part)] : [])).join(', ');

const COLUMNS: [Column<Institution>, ...Column<Institution>[]] = [
  { head: 'Name', className: 'name', cell: (one) => <><Link to="institutions" of={one} /><small>{one.id}</small></> },
  { head: 'Kind', className: 'type', cell: ({ type }) => typeOf(type) || unknown },
  { head: 'Place', className: 'place', cell: (one) => placed(one) || unknown },
  { head: 'Doctors', className: 'number', cell: ({ doctors }) => totalOf(doctors) ?? <span className="unread">could not be read</span> },
];

export function Institutions() {
  const [choices, choose] = useChoices(NONE, choicesOf);
  const which = whichOf(choices);
  const narrowed = Object.keys(which).length > 0;
  return (
    <>
      <h1>Institutions</h1>
      <Searching label="Institutions">
        <div className="first">
          <Writing name="name" label="Search by name" mode="search" placeholder={BEGINNINGS} value={choices.name} onChoose={choose} />
          <Select name="type" label="Kind" value={choices.type} none="Any" options={TYPES} onChoose={choose} />
          <Select name="order" label="Order" value={choices.order} options={ORDERS} onChoose={choose} />
          <button type="button" disabled={!narrowed} onClick={() => choose({ ...NONE, order: choices.order })}>Clear</button>
        </div>
      </Searching>
      <Listing
        label="Institutions"
        kind="institutions"
        nouns={['institution', 'institutions']}
        page={{ query: ROWS, variables: { ...which, orderBy: [choices.order], ...placeOf(choices) }, find: ({ institutions }: { institutions: Page<Institution> | null }) => institutions }}
        total={{ query: TOTAL, variables: which, find: ({ institutions }: { institutions: { totalCount: number | null } | null }) => totalOf(institutions) }}
        columns={COLUMNS}
        choices={choices}
        onChoose={choose}
      >
        <p>{narrowed ? 'No institution matches.' : 'No institutions are recorded.'}</p>
      </Listing>
    </>
  );
}

type Whole = Omit<Institution, 'doctors'> & Contacts & { contact: string | null; patients: { totalCount: number | null } | null };

const FACTS = `query Institution($id: ID!) {
  institution(id: $id) {
    id
    name
    type
    region
    country
    contact
    patients {
      totalCount
    }
    ${CONTACTS}
  }
}`;

export const InstitutionPage = ({ written }: { written: string }) => (
  <One
    type="Institution"
    noun="institution"
    list="institutions"
    written={written}
    query={FACTS}
    find={(data) => data.institution as Whole | null}
    besides={(one) => <ContactList of={one} />}
    facts={(one) => (
      <>
        <Fact name="Kind">{typeOf(one.type)}</Fact>
        <Fact name="Place">{placed(one)}</Fact>
        <Fact name="Contact">{one.contact && <Text>{one.contact}</Text>}</Fact>
        <Fact name="Registered patients">{totalOf(one.patients) === null ? <span className="unread">could not be read</span> : `${totalOf(one.patients)}`}</Fact>
      </>
    )}
  >
    {(id) => <><h2>Doctors</h2><Doctors institution={id} /></>}
  </One>
);

/** One doctor with their patients. */

import { placeOf, plain, choicesOf as read, useChoices, type Choosing } from '../shared/choices';
import { CONTACTS, ContactList, type Contacts } from '../shared/contacts';
import { Fact, Link } from '../shared/facts';
import { Searching, Select, Writing } from '../shared/fields';
import { Listing, PAGE_INFO, type Column, type Page } from '../shared/listing';
import { Text } from '../shared/text';
import { ROLES, totalOf, words } from '../shared/words';
import { One } from './one';

type Doctor = {
  id: string;
  name: string | null;
  licenceNumber: string | null;
  specialty: { name: string | null; category: string | null } | null;
  institution: { id: string; name: string | null } | null;
} & Contacts;

const FACTS = `query Doctor($id: ID!) {
  doctor(id: $id) {
    id
    name
    licenceNumber
    specialty {
      name
      category
    }
    institution {
      id
      name
    }
    ${CONTACTS}
  }
}`;

type Assignment = {
  id: string;
  type: string | null;
  isActive: boolean;
  since: string | null;
  until: string | null;
  patient: { id: string; name: string | null; age: number | null; sex: string | null; dateOfBirth: string | null } | null;
};

const WHEN = { '': 'Today', former: 'Formerly', all: 'Today or formerly' };
const ORDERS = { SINCE_DESC: 'Since, latest first', SINCE_ASC: 'Since, earliest first' };
const NONE = { name: '', when: '', role: '', order: 'SINCE_DESC', after: '', before: '' };
type Choices = Choosing<keyof typeof NONE>;
const choicesOf = (hash: string): Choices => read(NONE, { when: WHEN, role: { '': '', ...ROLES }, order: ORDERS }, hash);

const filterOf = ({ name, when, role }: Choices) => ({
  ...(when !== 'all' && { isActive: { eq: when === '' } }),
  ...(role && { type: { eq: role } }),
  ...(plain(name) && { patient: { name: { contains: plain(name) } } }),
});

const PATIENTS = `query PatientsOfDoctor($id: ID!, $filter: DoctorAssignmentFilter, $orderBy: [DoctorAssignmentOrder!], $first: Int, $after: String, $last: Int, $before: String) {
  doctor(id: $id) {
    assignments(filter: $filter, orderBy: $orderBy, first: $first, after: $after, last: $last, before: $before) {
      nodes {
        id
        type
        isActive
        since
        until
        patient {
          id
          name
          age
          sex
          dateOfBirth
        }
      }
      ${PAGE_INFO}
    }
  }
}`;

const TOTAL = `query PatientTotalOfDoctor($id: ID!, $filter: DoctorAssignmentFilter) {
  doctor(id: $id) {
    assignments(filter: $filter) {
      totalCount
    }
  }
}`;

const unknown = <span className="quiet">not recorded</span>;

const COLUMNS: [Column<Assignment>, ...Column<Assignment>[]] = [
  {
    head: 'Patient',
    className: 'name',
    cell: ({ patient }) => (patient ? <><Link to="patients" of={patient} /><small>{patient.id}</small></> : <span className="unread">could not be read</span>),
  },
  {
    head: 'Age',
    className: 'age',
    cell: ({ patient }) => (
      <>
        {patient?.age ?? <span className="quiet">unknown</span>}
        {patient?.dateOfBirth && <small>born {patient.dateOfBirth}</small>}
      </>
    ),
  },
  { head: 'Sex', className: 'sex', cell: ({ patient }) => words(patient?.sex) || unknown },
  { head: 'Role', className: 'role', cell: ({ type }) => (type && (ROLES[type] ?? words(type))) || unknown },
  { head: 'Since', className: 'day', cell: ({ since }) => since ?? unknown },
  { head: 'Until', className: 'day', cell: ({ until, isActive }) => until ?? (isActive ? <span className="quiet">goes on</span> : unknown) },
];

function Patients({ id }: { id: string }) {
  const [choices, choose] = useChoices(NONE, choicesOf);
  const which = { id, filter: filterOf(choices) };
  const narrowed = plain(choices.name) !== '' || choices.role !== '';
  return (
    <>
      <h2>Patients</h2>
      <Searching label="Patients of the doctor">
        <div className="first">
          <Writing name="name" label="Name contains" mode="search" value={choices.name} onChoose={choose} />
          <Select name="when" label="Looked after" value={choices.when} options={WHEN} onChoose={choose} />
          <Select name="role" label="As" value={choices.role} none="In any role" options={ROLES} onChoose={choose} />
          <Select name="order" label="Order" value={choices.order} options={ORDERS} onChoose={choose} />
          <button type="button" disabled={!narrowed && !choices.when} onClick={() => choose({ ...NONE, order: choices.order })}>Clear</button>
        </div>
      </Searching>
      <Listing
        label="Patients of the doctor"
        kind="assignments"
        nouns={['assignment to a patient', 'assignments to patients']}
        page={{
          query: PATIENTS,
          variables: { ...which, orderBy: [choices.order], ...placeOf(choices) },
          find: ({ doctor }: { doctor: { assignments: Page<Assignment> | null } | null }) => doctor?.assignments,
        }}
        total={{ query: TOTAL, variables: which, find: ({ doctor }: { doctor: { assignments: { totalCount: number | null } | null } | null }) => totalOf(doctor?.assignments) }}
        columns={COLUMNS}
        choices={choices}
        onChoose={choose}
      >
        <p>{narrowed ? 'No patient matches.' : { '': 'The doctor looks after nobody today.', former: 'Nobody is recorded whom the doctor looked after before.', all: 'Nobody is recorded whom the doctor looks after.' }[choices.when]}</p>
      </Listing>
    </>
  );
}

export const DoctorPage = ({ written }: { written: string }) => (
  <One
    type="Doctor"
    noun="doctor"
    list="doctors"
    written={written}
    query={FACTS}
    find={(data) => data.doctor as Doctor | null}
    besides={(one) => <ContactList of={one} />}
    facts={({ specialty, institution, licenceNumber }) => (
      <>
        <Fact name="Specialty">{specialty && <><Text>{specialty.name}</Text>{specialty.category && <small> <Text>{specialty.category}</Text></small>}</>}</Fact>
        <Fact name="Institution"><Link to="institutions" of={institution} /></Fact>
        <Fact name="Licence">{licenceNumber && <Text>{licenceNumber}</Text>}</Fact>
      </>
    )}
  >
    {(id) => <Patients id={id} />}
  </One>
);

/** One doctor with their patients. */

import { placeOf, plain, choicesOf as read, useChoices, type Choose, type Choosing } from '../shared/choices';
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
const STATUSES = { SCHEDULED: 'Scheduled', COMPLETED: 'Completed', CANCELLED: 'Cancelled', NO_SHOW: 'Patient did not come' };
const NONE = { show: '', name: '', when: '', role: '', status: '', order: 'SINCE_DESC', after: '', before: '' };
const SHOWN = { '': 'Patients', consultations: 'Consultations' };
type Choices = Choosing<keyof typeof NONE>;
const choicesOf = (hash: string): Choices => read(NONE, { show: SHOWN, status: { '': '', ...STATUSES }, when: WHEN, role: { '': '', ...ROLES }, order: ORDERS }, hash);

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

type Shown = { id: string; choices: Choices; choose: Choose<keyof typeof NONE> };

function Patients({ id, choices, choose }: Shown) {
  const which = { id, filter: filterOf(choices) };
  const narrowed = plain(choices.name) !== '' || choices.role !== '';
  return (
    <>
      <Searching label="Patients of the doctor">
        <div className="first">
          <Writing name="name" label="Name contains" mode="search" value={choices.name} onChoose={choose} />
          <Select name="when" label="Looked after" value={choices.when} options={WHEN} onChoose={choose} />
          <Select name="role" label="As" value={choices.role} none="In any role" options={ROLES} onChoose={choose} />
          <Select name="order" label="Order" value={choices.order} options={ORDERS} onChoose={choose} />
          <button type="button" disabled={!narrowed && !choices.when} onClick={() => choose({ ...NONE, show: choices.show, order: choices.order })}>Clear</button>
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

type Consultation = {
  id: string;
  type: string | null;
  status: string | null;
  date: string | null;
  time: string | null;
  chiefComplaint: string | null;
  diagnosis: string | null;
  patient: { id: string; name: string | null } | null;
};

const CONSULTATIONS = `query ConsultationsOfDoctor($id: ID!, $filter: ConsultationFilter, $first: Int, $after: String, $last: Int, $before: String) {
  doctor(id: $id) {
    consultations(filter: $filter, first: $first, after: $after, last: $last, before: $before) {
      nodes {
        id
        type
        status
        date
        time
        chiefComplaint
        diagnosis
        patient {
          id
          name
        }
      }
      ${PAGE_INFO}
    }
  }
}`;

const CONSULTATION_TOTAL = `query ConsultationTotalOfDoctor($id: ID!, $filter: ConsultationFilter) {
  doctor(id: $id) {
    consultations(filter: $filter) {
      totalCount
    }
  }
}`;

const MEETINGS: [Column<Consultation>, ...Column<Consultation>[]] = [
  {
    head: 'Patient',
    className: 'name',
    cell: ({ patient }) => (patient ? <><Link to="patients" of={patient} /><small>{patient.id}</small></> : <span className="unread">could not be read</span>),
  },
  { head: 'Date', className: 'day', cell: ({ date, time }) => <>{date ?? unknown}{time && <small>{time.slice(0, 5)}</small>}</> },
  { head: 'Kind', className: 'type', cell: ({ type }) => words(type) || unknown },
  { head: 'State', className: 'status', cell: ({ status }) => (status && (STATUSES[status as keyof typeof STATUSES] ?? words(status))) || unknown },
  { head: 'Complaint', className: 'complaint', cell: ({ chiefComplaint }) => (chiefComplaint ? <Text>{chiefComplaint}</Text> : unknown) },
  { head: 'Found', className: 'found', cell: ({ diagnosis }) => (diagnosis ? <Text>{diagnosis}</Text> : unknown) },
];

function Consultations({ id, choices, choose }: Shown) {
  const which = { id, ...(choices.status && { filter: { status: { eq: choices.status } } }) };
  return (
    <>
      <Searching label="Consultations of the doctor">
        <div className="first">
          <Select name="status" label="State" value={choices.status} none="Any" options={STATUSES} onChoose={choose} />
        </div>
      </Searching>
      <Listing
        label="Consultations of the doctor"
        kind="consultations"
        nouns={['consultation', 'consultations']}
        page={{ query: CONSULTATIONS, variables: { ...which, ...placeOf(choices) }, find: ({ doctor }: { doctor: { consultations: Page<Consultation> | null } | null }) => doctor?.consultations }}
        total={{ query: CONSULTATION_TOTAL, variables: which, find: ({ doctor }: { doctor: { consultations: { totalCount: number | null } | null } | null }) => totalOf(doctor?.consultations) }}
        columns={MEETINGS}
        choices={choices}
        onChoose={choose}
      >
        <p>{choices.status ? 'No consultation matches.' : 'No consultations of this doctor are recorded.'}</p>
      </Listing>
    </>
  );
}

function Lists({ id }: { id: string }) {
  const [choices, choose] = useChoices(NONE, choicesOf);
  return (
    <>
      <div className="shown" role="group" aria-label="Lists of the doctor">
        {Object.entries(SHOWN).map(([show, name]) => (
          <button key={show} type="button" aria-pressed={choices.show === show} onClick={() => choose({ ...NONE, show })}>{name}</button>
        ))}
      </div>
      {choices.show === 'consultations' ? <Consultations id={id} choices={choices} choose={choose} /> : <Patients id={id} choices={choices} choose={choose} />}
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
    {(id) => <Lists id={id} />}
  </One>
);

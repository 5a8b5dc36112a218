/** What the list shows of each patient. */

import type { Column } from '../shared/listing';
import { Text } from '../shared/text';
import { SHOWN, type Allergy, type Patient } from './list';

const words = (name: string | null) => (name ?? '').toLowerCase().replaceAll('_', ' ');

const UNREAD = <span className="unread">could not be read</span>;

function Allergies({ allergies }: { allergies: Allergy[] | null }) {
  if (!allergies) return UNREAD;
  if (allergies.length === 0) return <span className="quiet">none recorded</span>;
  return (
    <ul className="allergies">
      {allergies.slice(0, SHOWN).map(({ item, severity, isActive }, at) => (
        <li key={at} className={isActive ? 'active' : undefined}>
          <Text>{item}</Text>{severity && <> (<Text>{words(severity)}</Text>)</>}{!isActive && ', no longer active'}
        </li>
      ))}
      {allergies.length > SHOWN && <li>and more</li>}
    </ul>
  );
}

function Conditions({ conditions }: { conditions: Patient['conditions'] }) {
  if (!conditions) return UNREAD;
  if (conditions.length === 0) return <span className="quiet">none recorded</span>;
  return (
    <ul>
      {conditions.slice(0, SHOWN).map(({ item }, at) => <li key={at}><Text>{item}</Text></li>)}
      {conditions.length > SHOWN && <li>and more</li>}
    </ul>
  );
}

/** The columns of the list. */
export const COLUMNS: [Column<Patient>, ...Column<Patient>[]] = [
  {
    head: 'Name',
    className: 'name',
    cell: ({ id, name }) => (
      <>
        <a href={`/patients/${id}`}>{name?.trim() ? <Text>{name}</Text> : 'no name'}</a>
        <small>{id}</small>
      </>
    ),
  },
  {
    head: 'Age',
    className: 'age',
    cell: ({ age, dateOfBirth }) => (
      <>
        <span>{age === null ? <span className="quiet">unknown</span> : age}</span>
        {dateOfBirth && <small>born {dateOfBirth}</small>}
      </>
    ),
  },
  { head: 'Sex', className: 'sex', cell: ({ sex }) => (sex ? words(sex) : <span className="quiet">not recorded</span>) },
  { head: 'Allergies', className: 'allergies', cell: ({ allergies }) => <Allergies allergies={allergies} /> },
  { head: 'Active conditions', className: 'conditions', cell: ({ conditions }) => <Conditions conditions={conditions} /> },
  { head: 'Recorded on', className: 'made', cell: ({ createdAt }) => (createdAt ? createdAt.slice(0, 10) : <span className="quiet">unknown</span>) },
];

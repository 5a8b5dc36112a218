/** A page of patients. */

import type { KeyboardEvent } from 'react';
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

function Row({ patient }: { patient: Patient }) {
  const { id, name, age, sex, dateOfBirth, createdAt, allergies, conditions } = patient;
  return (
    <tr role="row">
      <th role="rowheader" scope="row" className="name">
        <a href={`/patients/${id}`}>{name.trim() ? <Text>{name}</Text> : 'no name'}</a>
        <small>{id}</small>
      </th>
      <td role="cell" className="age" data-label="Age">
        <span>{age === null ? <span className="quiet">unknown</span> : age}</span>
        {dateOfBirth && <small>born {dateOfBirth}</small>}
      </td>
      <td role="cell" className="sex" data-label="Sex">{sex ? words(sex) : <span className="quiet">not recorded</span>}</td>
      <td role="cell" className="allergies" data-label="Allergies"><Allergies allergies={allergies} /></td>
      <td role="cell" className="conditions" data-label="Active conditions"><Conditions conditions={conditions} /></td>
      <td role="cell" className="made" data-label="Recorded on">{createdAt ? createdAt.slice(0, 10) : <span className="quiet">unknown</span>}</td>
    </tr>
  );
}

const COLUMNS = ['Name', 'Age', 'Sex', 'Allergies', 'Active conditions', 'Recorded on'];

/** The links to patients, in their order. */
const links = () => [...document.querySelectorAll<HTMLElement>('.rows th a')];

/** Moves to the first row; answers whether there is one. */
export function toFirst() {
  links()[0]?.focus();
}

/** `roles` are written out: as cards on a telephone it would be no table to assistive technology otherwise. */
export function Rows({ patients, busy, onUp }: { patients: Patient[]; busy: boolean; onUp: () => void }) {
  const onKeyDown = (event: KeyboardEvent) => {
    const all = links();
    const at = all.indexOf(event.target as HTMLElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 }[event.key];
    if (at < 0 || to === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    if (to < 0) onUp();
    else all[to]?.focus();
  };
  return (
    <table role="table" className="rows" aria-label="Patients" aria-busy={busy} onKeyDown={onKeyDown}>
      <thead role="rowgroup">
        <tr role="row">{COLUMNS.map((name) => <th key={name} role="columnheader" scope="col">{name}</th>)}</tr>
      </thead>
      <tbody role="rowgroup">{patients.map((patient) => <Row key={patient.id} patient={patient} />)}</tbody>
    </table>
  );
}

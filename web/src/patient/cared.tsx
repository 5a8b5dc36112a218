/** Who looks after the patient, and the facts of their health: in a line above every view, and as a view of their own. */

import type { ReactNode } from 'react';
import { ContactList } from '../shared/contacts';
import { Fact, Link } from '../shared/facts';
import { Text, isolated } from '../shared/text';
import { language } from '../shared/words';
import type { Profile } from './care';
import { Consents } from './consents';
import { More, useSome } from './more';
import type { Reading } from './reading';
import { LISTS, count, feeOf, linesOf, roleOf, words, type Consultation, type Entry } from './record';

/** `A_POSITIVE` as a chart says it. */
const group = (name: string) => name.replace('_POSITIVE', '+').replace('_NEGATIVE', '−');

const lacking = (lacks: string[]) => `The record lacks ${lacks.map((gap) => `the ${words(gap)}`).join(', ')}.`;

/** In the line of the patient's name. */
export function Cared({ reading }: { reading: Reading }) {
  const care = reading.care.value?.care;
  const lacks = care?.validationStatus?.lacks ?? [];
  return (
    <>
      {care?.primaryDoctor && <> · primary doctor <Link to="doctors" of={care.primaryDoctor} /></>}
      {lacks.length > 0 && <> · <span className="lacks">{lacking(lacks)}</span></>}
    </>
  );
}

/** A status with its numbers: `current, 10 cigarettes a day, for 12 years`. */
const habit = (status: string | null, ...numbers: (string | null | false)[]) =>
  [status && words(status), ...numbers].filter(Boolean).join(', ');

function Profiled({ profile: one }: { profile: Profile }) {
  const pressure = [one.systolicPressure, one.diastolicPressure];
  const [name, phone, relationship] = [one.emergencyContactName, one.emergencyContactPhone, one.emergencyContactRelationship];
  const given = one.bloodType?.canReceiveFrom;
  return (
    <>
      <Fact name="Height">{one.heightCm && `${one.heightCm} cm`}</Fact>
      <Fact name="Weight">{one.weightKg && `${one.weightKg} kg`}</Fact>
      <Fact name="Body mass index">{one.bmi !== null && `${one.bmi} kg/m²`}</Fact>
      <Fact name="Blood group">{one.bloodGroup && <>{group(one.bloodGroup)}{given && <small> red cells from {given.map(group).join(', ')}</small>}</>}</Fact>
      <Fact name="Usual blood pressure">{pressure.some((value) => value !== null) && `${pressure.map((value) => value ?? '?').join('/')} mmHg`}</Fact>
      <Fact name="Smoking">{habit(one.smokingStatus, one.cigarettesPerDay !== null && `${count(one.cigarettesPerDay, 'cigarette')} a day`, one.smokingYears !== null && `for ${count(one.smokingYears, 'year')}`)}</Fact>
      <Fact name="Alcohol">{habit(one.alcoholUse, one.drinksPerWeek !== null && `${count(one.drinksPerWeek, 'drink')} a week`)}</Fact>
      <Fact name="Gender identity">{words(one.genderIdentity)}</Fact>
      <Fact name="Language">{one.preferredLanguage && isolated(language(one.preferredLanguage) ?? '')}</Fact>
      <Fact name="In an emergency">{(name || phone) && <><Text>{name}</Text>{relationship && <> (<Text>{relationship}</Text>)</>}{name && phone && ', '}<Text>{phone}</Text></>}</Fact>
      {one.notes && <Fact name="Notes"><Text>{one.notes}</Text></Fact>}
    </>
  );
}

const unknown = <small>not recorded</small>;

function Team({ title, name, reading, none }: { title: string; name: 'team' | 'formerTeam'; reading: Reading; none: string | null }) {
  const listed = reading.lists[name];
  const { entries, busy, begun, error } = listed;
  if (!entries.length && (none === null || error)) return null;
  const row = ({ id, assignment }: Entry) => assignment && (
    <tr key={id}>
      <th scope="row">
        {assignment.doctor ? <Link to="doctors" of={assignment.doctor} /> : unknown}{' '}
        <small><Text>{assignment.doctor?.specialty?.name}</Text></small>
      </th>
      <td><Link to="institutions" of={assignment.doctor?.institution} /></td>
      <td>{roleOf(assignment) ?? unknown}</td>
      <td>{assignment.since ? <>since <time>{assignment.since}</time></> : <small>since an unknown day</small>}{assignment.until && <> until <time>{assignment.until}</time></>}</td>
    </tr>
  );
  return (
    <div>
      {entries.length > 0
        ? (
          <table className="team">
            <caption>{title} <small>{listed.total ?? entries.length}</small></caption>
            <thead><tr>{['Doctor', 'Institution', 'Role', 'Days'].map((head) => <th key={head} scope="col">{head}</th>)}</tr></thead>
            <tbody>{entries.map(row)}</tbody>
          </table>
        )
        : <><h3>{title}</h3><p role="status">{busy || !begun ? 'Reading…' : none}</p></>}
      <More name={name} what={LISTS[name].title.toLowerCase()} of={listed} onMore={reading.more} />
    </div>
  );
}

/** What was said, found and prescribed when the patient and a doctor met. */
function Consultations({ reading }: { reading: Reading }) {
  const listed = reading.lists.consultations;
  const { entries, busy, begun, error } = listed;
  const [some, more] = useSome(entries, 25);
  if (!entries.length && error) return null;
  const told = (name: string, text: string | null) => {
    const lines = linesOf(text ?? '');
    if (!lines.length) return null;
    if (lines.length === 1) return <p><b>{name}:</b> <Text>{lines[0]}</Text></p>;
    return <><p><b>{name}:</b></p><ul className="lines">{lines.map((one, at) => <li key={at}><Text>{one}</Text></li>)}</ul></>;
  };
  const medications = [...reading.lists.medications.entries, ...reading.lists.stopped.entries];
  /** Medications of the record that this doctor prescribed on the day; a consultation and a medication do not point to each other. */
  const prescribed = (one: Consultation) => medications.filter(({ date, prescriber }) => date !== null && date === one.date && prescriber !== undefined && prescriber === one.doctor?.id);
  return (
    <div>
      <h3>Consultations <small>{listed.total ?? entries.length}</small></h3>
      {!entries.length && <p role="status">{busy || !begun ? 'Reading…' : 'No consultations are recorded.'}</p>}
      <ul className="visits">
        {some.map(({ consultation: one }) => one && (
          <li key={one.id} className="card">
            <header>
              <b>{one.date ?? 'no date'} {one.time?.slice(0, 5)}</b>
              <span>{words(one.type) || 'of no recorded kind'}</span>
              <span>{words(one.status)}</span>
              {one.doctor && <Link to="doctors" of={one.doctor} />}
              {one.durationMinutes !== null && <small>{count(one.durationMinutes, 'minute')}</small>}
              {feeOf(one) && <small>fee {feeOf(one)}</small>}
            </header>
            {told('Complaint', one.chiefComplaint)}
            {told('Found', one.diagnosis)}
            {told('Prescribed', one.prescription)}
            {prescribed(one).length > 0 && (
              <>
                <p><b>Medications that the doctor prescribed on this day:</b></p>
                <ul className="lines">{prescribed(one).map(({ id, name, detail }) => <li key={id}><Text>{name}</Text> <small>{detail}</small></li>)}</ul>
              </>
            )}
            {told('Notes', one.notes)}
            {one.nextVisitDate && <p>Next visit {one.nextVisitDate}</p>}
          </li>
        ))}
      </ul>
      {more}
      <More name="consultations" what="consultations" of={listed} onMore={reading.more} />
      {entries.length > 0 && (['medications', 'stopped'] as const).map((name) => <More key={name} name={name} what={LISTS[name].title.toLowerCase()} of={reading.lists[name]} onMore={reading.more} />)}
    </div>
  );
}

export function CareView({ patient, reading, children }: { patient: string; reading: Reading; children?: ReactNode }) {
  const care = reading.care.value?.care;
  const lacks = care?.validationStatus?.lacks ?? [];
  return (
    <section className="care" aria-label="Care">
      <h2 className="unseen">Care</h2>
      {lacks.length > 0 && <p className="lacks">{lacking(lacks)}</p>}
      {!care && !reading.care.error && <p role="status">Reading…</p>}
      {care && (
        <dl className="facts">
          {care.primaryDoctor !== undefined && <Fact name="Primary doctor"><Link to="doctors" of={care.primaryDoctor} /></Fact>}
          {care.institution !== undefined && <Fact name="Registered with"><Link to="institutions" of={care.institution} /></Fact>}
          {care.profile && <Profiled profile={care.profile} />}
          {care.profile === null && <Fact name="Health profile" >{null}</Fact>}
        </dl>
      )}
      {care && <ContactList of={care} />}
      <Team title="Care team" name="team" reading={reading} none="Nobody is recorded who looks after the patient today." />
      <Team title="Doctors before" name="formerTeam" reading={reading} none={null} />
      <Consultations reading={reading} />
      <Consents patient={patient} />
      {children}
    </section>
  );
}

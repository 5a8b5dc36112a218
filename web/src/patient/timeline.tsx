/** What happened when: a lane for each kind of event, and a bar for each medication. */

import { useState, type CSSProperties } from 'react';
import { line, words, type Patient } from './record';

type Event = { id: string; from: string; to: string | null; name: string; about: string; kind: string };
type Lane = { name: string; events: Event[] };

const event = (kind: string, id: string, from: string | null, name: string, about: string, to: string | null = null): Event[] =>
  from ? [{ id, from, to, name, about, kind }] : [];

/** The lanes of a record; a medication has one of its own. `today` ends what goes on. */
function lanesOf(patient: Patient, today: string): { events: Lane[]; medications: Lane[]; undated: number } {
  const histories = patient.medicalHistory ?? [];
  const medications = [...(patient.medications ?? [])].sort((a, b) => (a.prescribedDate ?? '').localeCompare(b.prescribedDate ?? ''));
  const events: Lane[] = [
    {
      name: 'Diagnoses',
      events: histories.flatMap((one) => event('condition', one.id, one.date, one.item, line(words(one.type), words(one.severity), one.details))),
    },
    {
      name: 'Appointments',
      events: (patient.appointments?.nodes ?? []).flatMap((one) =>
        event('appointment', one.id, one.date, words(one.type), line(words(one.status), one.doctorName, one.symptoms?.map(({ name }) => name).join(', '))),
      ),
    },
    {
      name: 'Laboratory',
      events: (patient.labReports?.nodes ?? []).flatMap((one) => {
        const abnormal = (one.findings ?? []).filter(({ flag }) => flag).length;
        return event('lab', one.id, one.date, one.type ?? 'Report', line(`${one.findings?.length ?? 0} findings`, abnormal > 0 && `${abnormal} out of range`, one.facility));
      }),
    },
    {
      name: 'Reports',
      events: (patient.reports?.nodes ?? []).flatMap((one) => event('report', one.id, one.date, one.type ?? 'Report', one.summary ?? '')),
    },
  ];
  const bars = medications.map((one) => ({
    name: one.name,
    events: event('medication', one.id, one.prescribedDate, one.name, line(one.dosage, one.frequency, one.isContinued && 'goes on', one.prescribedBy), one.isContinued ? today : (one.discontinuedDate ?? one.prescribedDate)),
  }));
  const undated = histories.filter(({ date }) => !date).length + medications.filter(({ prescribedDate }) => !prescribedDate).length;
  return { events, medications: bars, undated };
}

const YEAR = 365.25 * 86_400_000;
const SPANS = { All: Infinity, '10 years': 10, '2 years': 2 };

/** At most eight marks of whole years or months. */
function ticksOf(from: number, to: number): { at: number; name: string }[] {
  const years = (to - from) / YEAR;
  const months = [1, 2, 3, 6, 12, 24, 60, 120, 240].find((step) => (years * 12) / step <= 8) ?? 240;
  const first = new Date(from).getUTCFullYear() * 12;
  const ticks = [];
  for (let month = first - (first % months); ; month += months) {
    const at = Date.UTC(Math.floor(month / 12), month % 12, 1);
    if (at > to) return ticks;
    if (at >= from) ticks.push({ at, name: new Date(at).toISOString().slice(0, months % 12 ? 7 : 4) });
  }
}

export function Timeline({ patient }: { patient: Patient }) {
  const [chosen, setSpan] = useState<keyof typeof SPANS | null>(null);
  const [shown, setShown] = useState<Event | null>(null);
  const today = new Date().toISOString().slice(0, 10);
  const { events, medications, undated } = lanesOf(patient, today);
  const days = [...events, ...medications].flatMap((lane) => lane.events.flatMap(({ from, to }) => [from, to ?? from])).map((day) => Date.parse(day));
  if (!days.length) return <p className="empty">Nothing in this record has a date.</p>;
  const end = Math.max(...days, Date.parse(today));
  // A diagnosis of long ago would press all others together.
  const span = chosen ?? ((end - Math.min(...days)) / YEAR > 15 ? '10 years' : 'All');
  const begin = Math.max(Math.min(...days), Date.parse(today) - SPANS[span] * YEAR);
  const margin = (end - begin) * 0.015 + 86_400_000;
  const [from, to] = [begin - margin, end + margin];
  const percent = (at: number) => (100 * (at - from)) / (to - from);
  const place = (one: Event): CSSProperties => {
    const left = Math.max(percent(Date.parse(one.from)), 0);
    return one.to ? { left: `${left}%`, width: `${percent(Date.parse(one.to)) - left}%` } : { left: `${left}%` };
  };
  const lane = ({ name, events }: Lane) => {
    const visible = events.filter((one) => Date.parse(one.to ?? one.from) >= from);
    return (
      <li key={name + (events[0]?.id ?? '')}>
        <h3>{name}{visible.length < events.length && <small> {events.length - visible.length} earlier</small>}</h3>
        <ul className="lane">
          {visible.map((one) => (
            <li key={one.id} style={place(one)} className={one.to ? 'period' : 'moment'}>
              <button
                type="button"
                className={one.kind}
                aria-label={`${one.from}${one.to && one.to !== today ? ` to ${one.to}` : ''}: ${one.name}, ${one.about}`}
                onFocus={() => setShown(one)}
                onMouseEnter={() => setShown(one)}
              />
            </li>
          ))}
        </ul>
      </li>
    );
  };
  return (
    <section className="timeline" aria-label="Timeline">
      <div className="controls" role="group" aria-label="Span">
        {(Object.keys(SPANS) as (keyof typeof SPANS)[]).map((name) => (
          <button key={name} type="button" aria-pressed={span === name} onClick={() => setSpan(name)}>{name}</button>
        ))}
        <p className="about shown">
          {shown ? <><b>{shown.name}</b> {line(shown.to && shown.to !== today ? `${shown.from} – ${shown.to}` : shown.from, shown.about)}</> : 'Point at an event to read it.'}
        </p>
      </div>
      <div className="chart">
        <div className="ticks" aria-hidden="true">
          {ticksOf(from, to).map(({ at, name }) => <span key={at} style={{ left: `${percent(at)}%` }}>{name}</span>)}
          <span className="now" style={{ left: `${percent(Date.parse(today))}%` }} />
        </div>
        <ol className="lanes">{events.map(lane)}</ol>
        <h2>Medications</h2>
        <ol className="lanes">{medications.map(lane)}</ol>
      </div>
      {undated > 0 && <p className="about">{undated} entries without a date stand in the table only.</p>}
    </section>
  );
}

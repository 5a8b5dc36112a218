/** What happened when: a lane for each kind of event, bars for medications, and below them the same in words. */

import { useMemo, useState, type CSSProperties, type KeyboardEvent, type ReactNode } from 'react';
import { Text, isolated } from '../shared/text';
import type { Choices } from './address';
import { YEAR, remote, ticksOf, timeOf } from './axis';
import { Symbol } from './details';
import { PLURALS, isDrawn } from './graph';
import { useSome } from './more';
import { count, line, type Entry, type EntryKind } from './record';

/** Something with a date; `to` ends a period. */
type Event = { id: string; kind: EntryKind; from: string; to: string | null; name: string; about: string };
type Lane = { key: string; name: string; kind: EntryKind; events: Event[] };

const LANES: EntryKind[] = ['allergy', 'condition', 'appointment', 'consultation', 'lab', 'vital', 'record', 'scan', 'prediction', 'report', 'message', 'operation', 'family', 'other', 'doctor', 'session'];
export const TITLES: Record<EntryKind, string> = { ...PLURALS, report: 'Reports', message: 'Messages', scan: 'Scans', prediction: 'Predictions by programs', session: 'Conversations', vital: 'Vital signs', record: 'Health records' };

const out = ({ finding }: Entry) => !!finding && (finding.verdict === 'ABOVE' || finding.verdict === 'BELOW' || (!finding.verdict && finding.flag !== null));

/** Appointments tell their symptoms, and reports of laboratories how much was found. */
function eventsOf(entries: Entry[], today: string): Event[] {
  const below = new Map<string, Entry[]>();
  for (const one of entries) if (one.within) below.set(one.within, [...(below.get(one.within) ?? []), one]);
  const reports = new Set<string>();
  return entries.flatMap((one): Event[] => {
    const { id, kind, date, name, detail, until, within } = one;
    if (!date || kind === 'symptom') return [];
    if (kind === 'lab' && within) {
      const findings = below.get(within) ?? [];
      if (reports.has(within)) return [];
      reports.add(within);
      const abnormal = findings.filter(out).length;
      return [{ id: within, kind, from: date, to: null, name: 'Laboratory', about: line(one.whole, count(findings.length, 'finding'), abnormal > 0 && `${abnormal} out of range`) }];
    }
    const to = kind === 'medication' ? (until ?? (date > today ? date : today)) : null;
    return [{ id, kind, from: date, to: to && to < date ? date : to, name, about: line(detail, below.get(id)?.map((symptom) => isolated(symptom.name)).join(', ')) }];
  });
}

function lanesOf(events: Event[]): { moments: Lane[]; bars: Lane[] } {
  const moments = LANES.map((kind) => ({ key: kind, name: TITLES[kind], kind, events: events.filter((one) => one.kind === kind) }));
  const bars = new Map<string, Lane>();
  for (const one of events) {
    if (one.kind !== 'medication') continue;
    const key = one.name.trim().toLowerCase();
    const lane = bars.get(key) ?? { key, name: one.name, kind: one.kind, events: [] };
    lane.events.push(one);
    bars.set(key, lane);
  }
  const ended = ({ events }: Lane) => events.reduce((last, { to }) => (to && to > last ? to : last), '');
  return { moments: moments.filter(({ events }) => events.length), bars: [...bars.values()].sort((a, b) => ended(b).localeCompare(ended(a))) };
}

const SPANS = { all: Infinity, '10 years': 10, '2 years': 2 };
type Span = keyof typeof SPANS;

type Axis = { from: number; to: number; begin: number };

function axisOf(events: Event[], chosen: string | null, today: string): Axis & { span: Span } {
  const days = events.flatMap(({ from, to }) => [from, to ?? from]).filter((day) => !remote(day, today)).map(timeOf);
  const now = timeOf(today);
  const [least, end] = days.reduce(([least, most], day) => [Math.min(least, day), Math.max(most, day)], [now, now]);
  const fits = Object.keys(SPANS).find((one): one is Span => one === chosen);
  // A diagnosis of long ago would press all others together.
  const span = fits ?? ((end - least) / YEAR > 15 ? '10 years' : 'all');
  const begin = Math.max(least, now - SPANS[span] * YEAR);
  const margin = (end - begin) * 0.015 + 86_400_000;
  return { span, begin, from: begin - margin, to: end + margin };
}

const nearEdge = (place: number) => (place > 0.96 ? 'late last' : place > 0.86 ? 'late' : undefined);

const told = (one: Event, today: string) => (one.to && one.to !== one.from ? `${one.from} – ${one.to === today ? 'today' : one.to}` : one.from);

/** A lane: events that would cover each other are one mark. Arrow keys go from mark to mark. */
function LaneRow({ lane, axis, today, onShow }: { lane: Lane; axis: Axis; today: string; onShow: (events: Event[]) => void }) {
  const percent = (at: number) => (100 * (at - axis.from)) / (axis.to - axis.from);
  const marks = new Map<string, { events: Event[]; left: number; width: number | null; cut: boolean }>();
  let [earlier, beyond] = [0, 0];
  for (const one of lane.events) {
    const [from, to] = [timeOf(one.from), timeOf(one.to ?? one.from)];
    if (!(from <= axis.to)) beyond += 1;
    else if (!(to >= axis.from)) earlier += 1;
    else {
      const left = Math.max(0, percent(from));
      const width = one.to ? Math.min(100, percent(to)) - left : null;
      const cut = width !== null && from < axis.from;
      const place = `${Math.round(left)} ${width === null ? '' : Math.round(width)}`;
      const mark = marks.get(place);
      if (mark) {
        mark.events.push(one);
        mark.cut ||= cut;
      } else marks.set(place, { events: [one], left, width, cut });
    }
  }
  const onKeyDown = (event: KeyboardEvent<HTMLUListElement>) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const buttons = [...event.currentTarget.querySelectorAll('button')];
    buttons[buttons.indexOf(document.activeElement as HTMLButtonElement) + step]?.focus();
  };
  const place = (left: number, width: number | null): CSSProperties => (width === null ? { left: `${left}%` } : { left: `${left}%`, width: `${width}%` });
  const rest = [earlier > 0 && `${earlier} earlier`, beyond > 0 && `${beyond} beyond the axis`].filter(Boolean).join(', ');
  return (
    <li>
      <p className="name"><Sign kind={lane.kind} /><Text>{lane.name}</Text>{rest && <small> {rest}</small>}</p>
      <ul className="lane" onKeyDown={onKeyDown} aria-label={isolated(lane.name)}>
        {[...marks.values()].sort((a, b) => a.left - b.left).map(({ events, left, width, cut }, index) => (
          <li key={events[0]?.id} style={place(left, width)} className={width === null ? 'moment' : 'period'}>
            <button
              type="button"
              className={`${lane.kind}${events.length > 1 ? ' several' : ''}${cut ? ' cut' : ''}`}
              tabIndex={index ? -1 : 0}
              aria-label={events.slice(0, 5).map((one) => `${told(one, today)}: ${isolated(one.name)}, ${one.about}`).join('; ') + (events.length > 5 ? `; and ${events.length - 5} more` : '')}
              onFocus={() => onShow(events)}
              onMouseEnter={() => onShow(events)}
            />
          </li>
        ))}
      </ul>
    </li>
  );
}

const Sign = ({ kind }: { kind: EntryKind }) => (isDrawn(kind) ? <Symbol kind={kind} /> : <i className={`dot ${kind}`} aria-hidden="true" />);

type Props = { entries: Entry[]; choices: Choices; children: ReactNode };

export function Timeline({ entries, choices, children }: Props) {
  const [shown, setShown] = useState<Event[]>([]);
  const today = new Date().toISOString().slice(0, 10);
  const events = useMemo(() => eventsOf(entries, today).sort((a, b) => b.from.localeCompare(a.from)), [entries, today]);
  const { moments, bars } = useMemo(() => lanesOf(events), [events]);
  const { span, begin, from, to } = axisOf(events, choices.get('span'), today);
  const axis = { from, to, begin };
  const percent = (at: number) => `${(100 * (at - from)) / (to - from)}%`;
  const undated = entries.filter(({ date, kind }) => !date && kind !== 'symptom').length;
  const seen = span === 'all' ? events : events.filter((one) => timeOf(one.to ?? one.from) >= begin);
  const [someBars, moreBars] = useSome(bars, 30);
  const [someEvents, moreEvents] = useSome(seen, 100);
  const lane = (one: Lane) => <LaneRow key={one.key} lane={one} axis={axis} today={today} onShow={setShown} />;
  return (
    <section className="timeline" aria-label="Timeline">
      <h2 className="unseen">Timeline</h2>
      {children}
      {events.length === 0 ? <p className="empty">Nothing that was read of this record has a date.</p> : (
        <>
          <div className="controls" role="group" aria-label="Span">
            {(Object.keys(SPANS) as Span[]).map((name) => (
              <button key={name} type="button" aria-pressed={span === name} onClick={() => choices.choose('span', name)}>{name === 'all' ? 'All' : name}</button>
            ))}
          </div>
          <p className="about shown">
            {shown.length === 0 && 'Point at an event, or tap it, to read it. All of them are listed below.'}
            {shown.slice(0, 3).map((one) => <span key={one.id}><b><Text>{one.name}</Text></b> {line(told(one, today), one.about)} </span>)}
            {shown.length > 3 && `and ${shown.length - 3} more at that time`}
          </p>
          <div className="chart">
            <div className="ticks" aria-hidden="true">
              {/* A name has no room beside a line near the edge: on a narrow screen earlier than on a wide one. */}
              {ticksOf(from, to).map(({ at, name }) => <span key={at} className={nearEdge((at - from) / (to - from))} style={{ left: percent(at) }}>{name}</span>)}
              <span className="now last" style={{ left: percent(timeOf(today)) }}>today</span>
            </div>
            <ol className="lanes">{moments.map(lane)}</ol>
            {bars.length > 0 && <><h3>Medications</h3><ol className="lanes">{someBars.map(lane)}</ol>{moreBars}</>}
          </div>
          <h3>What happened{span === 'all' ? '' : `, the last ${span}`} <small>{seen.length}</small></h3>
          <table className="texts">
            <thead><tr><th scope="col">Date</th><th scope="col">Kind</th><th scope="col">What</th></tr></thead>
            <tbody>
              {someEvents.map((one) => (
                <tr key={one.id}>
                  <td>{told(one, today)}{remote(one.from, today) && <small> (beyond the axis)</small>}</td>
                  <td>{TITLES[one.kind]}</td>
                  <td><b><Text>{one.name}</Text></b> {one.about}</td>
                </tr>
              ))}
            </tbody>
          </table>
          {moreEvents}
        </>
      )}
      {undated > 0 && <p className="about">{count(undated, 'entry', 'entries')} without a date: see the table.</p>}
    </section>
  );
}

/** Vital signs over time: a small chart a sign and unit. Values are the gateway's; nothing is converted or compared here. */

import { useCallback, useEffect, useMemo, type ReactNode } from 'react';
import { ask, type Fault } from '../shared/ask';
import { Text, Trouble } from '../shared/text';
import type { Choices } from './address';
import { Chart } from './labs';
import { useSome } from './more';
import { usePart } from './reading';
import { count } from './record';

/** The signs, in the order in which they are shown. */
const SIGNS = {
  BLOOD_PRESSURE_SYSTOLIC: 'Systolic blood pressure',
  BLOOD_PRESSURE_DIASTOLIC: 'Diastolic blood pressure',
  HEART_RATE: 'Heart rate',
  TEMPERATURE: 'Temperature',
  RESPIRATORY_RATE: 'Respiratory rate',
  OXYGEN_SATURATION: 'Oxygen saturation',
  BLOOD_GLUCOSE: 'Blood glucose',
  WEIGHT: 'Weight',
  HEIGHT: 'Height',
  PAIN: 'Pain',
};
type Sign = keyof typeof SIGNS;

/** By what share of its greatest value a sign changes in a way that matters; of pain, by the whole of its scale. In whatever unit. */
const SHARES: Record<Sign, number> = {
  BLOOD_PRESSURE_SYSTOLIC: 0.3,
  BLOOD_PRESSURE_DIASTOLIC: 0.3,
  HEART_RATE: 0.4,
  TEMPERATURE: 0.05,
  RESPIRATORY_RATE: 0.5,
  OXYGEN_SATURATION: 0.1,
  BLOOD_GLUCOSE: 0.5,
  WEIGHT: 0.1,
  HEIGHT: 0.05,
  PAIN: 0,
};
const spanOf = (sign: Sign, values: number[]) => (sign === 'PAIN' ? 10 : SHARES[sign] * values.reduce((most, value) => Math.max(most, Math.abs(value)), 0));

type Point = { value: number; unit: string | null; recordedAt: string | null };
/** The values of a sign in one unit, the earliest first. */
type Series = { sign: Sign; unit: string | null; points: Point[] };

const QUERY = `query Vitals($id: ID!, $from: Date) { patient(id: $id) {
${Object.keys(SIGNS).map((sign) => `  ${sign}: vitals(name: ${sign}, from: $from) { value unit recordedAt }`).join('\n')}
} }`;

type Read = { series: Series[]; faults: Fault[] };

async function vitals(id: string, from: string | null): Promise<Read> {
  const { data, errors = [] } = await ask<{ patient: Record<Sign, Point[] | null> | null }>(QUERY, { id, from });
  if (!data?.patient) throw new Error(errors[0]?.message ?? 'the answer is empty');
  const series = new Map<string, Series>();
  for (const [sign, points] of Object.entries(data.patient) as [Sign, Point[] | null][]) {
    for (const point of points ?? []) {
      const key = `${sign} ${point.unit?.trim() ?? ''}`;
      const one = series.get(key) ?? { sign, unit: point.unit?.trim() || null, points: [] };
      one.points.push(point);
      series.set(key, one);
    }
  }
  return { series: [...series.values()], faults: errors };
}

/** How many years back are read. */
const SPANS = { 'last year': 1, '5 years': 5, all: null };
type Span = keyof typeof SPANS;

/** A moment as a reader takes it: day and minute. */
const moment = (at: string | null) => at?.slice(0, 16).replace('T', ' ') ?? 'no date';

function Card({ series: { sign, unit, points } }: { series: Series }) {
  const dated = points.flatMap(({ value, recordedAt }) => (recordedAt ? [{ date: recordedAt, numericValue: value, referenceInterval: null, verdict: null }] : []));
  const backwards = useMemo(() => [...points].reverse(), [points]);
  const [some, more] = useSome(backwards, 50);
  const last = points.at(-1);
  if (!last) return null;
  const values = points.length === 1 ? 'one value' : `${points.length} values`;
  return (
    <li className="card">
      <header>
        <h3>{SIGNS[sign]}{unit && <small> in <Text>{unit}</Text></small>}</h3>
        <p className="value"><b>{last.value}</b> <Text>{unit}</Text> <small>{moment(last.recordedAt)}</small></p>
      </header>
      {dated.length > 0 && <Chart points={dated} span={spanOf(sign, dated.map(({ numericValue }) => numericValue))} />}
      <details>
        <summary aria-label={`${SIGNS[sign]}${unit ? ` in ${unit}` : ''}: ${values}`}>{values}{points.length > 1 && ', the latest first'}</summary>
        <ul>{some.map(({ value, recordedAt }, at) => <li key={at}>{moment(recordedAt)}: <b>{value}</b> <Text>{unit}</Text></li>)}</ul>
        {more}
      </details>
    </li>
  );
}

export function Vitals({ patient, choices, children }: { patient: string; choices: Choices; children?: ReactNode }) {
  const span = (Object.keys(SPANS) as Span[]).find((one) => one === choices.get('vitals')) ?? '5 years';
  const years = SPANS[span];
  const [{ value, busy, error }, read] = usePart<Read>(useCallback(() => {
    const now = new Date();
    const from = years === null ? null : new Date(Date.UTC(now.getUTCFullYear() - years, now.getUTCMonth(), now.getUTCDate())).toISOString().slice(0, 10);
    return vitals(patient, from);
  }, [patient, years]));
  useEffect(() => void read(), [read]);
  const fault = value?.faults[0]?.message;
  const series = value?.series ?? [];
  return (
    <section className="labs vitals" aria-label="Vital signs" aria-busy={busy}>
      <h2 className="unseen">Vital signs</h2>
      {children}
      <div className="controls" role="group" aria-label="Span">
        {(Object.keys(SPANS) as Span[]).map((name) => (
          <button key={name} type="button" aria-pressed={span === name} onClick={() => choices.choose('vitals', name)}>{name === 'all' ? 'All' : `The ${name}`.replace('The 5', 'The last 5')}</button>
        ))}
      </div>
      {busy && !series.length && <p role="status">Reading…</p>}
      {(error ?? fault) && <Trouble onAgain={() => void read()}>{`${series.length ? 'Some vital signs' : 'Vital signs'} could not be read: ${error ?? fault}`}</Trouble>}
      {!busy && !error && !fault && !series.length && <p className="empty">No vital signs {span === 'all' ? 'are recorded.' : `of the ${span === 'last year' ? span : `last ${span}`} are recorded.`}</p>}
      {series.length > 0 && <p className="about key">Times are of UTC. A sign that was recorded in several units has a chart for each: {count(series.length, 'chart')}. Vital signs are compared with no range.</p>}
      <ul className="cards">{series.map((one) => <Card key={`${one.sign} ${one.unit ?? ''}`} series={one} />)}</ul>
    </section>
  );
}

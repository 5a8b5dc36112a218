/** Laboratory values over time: a small chart a test and unit, each value against its own range. What a value is, is the
 * gateway's reading; here nothing is read from texts. */

import { useMemo, type ReactNode } from 'react';
import { Text, isolated } from '../shared/text';
import { YEAR, momentOf, timeOf } from './axis';
import { useSome } from './more';
import { count, flagged, reading, signOf, type Entry, type Finding } from './record';

type Point = Finding & { date: string };
/** The values of a test in one unit, the earliest first. */
type Series = { key: string; test: string; unit: string | null; points: Point[]; undated: Finding[] };

function seriesOf(entries: Entry[]): Series[] {
  const all = new Map<string, Series>();
  for (const { finding, date } of entries) {
    if (!finding) continue;
    const unit = finding.unit?.trim() || null;
    const key = `${finding.testName.trim().toLowerCase()}\n${unit ?? ''}`;
    const one = all.get(key) ?? { key, test: finding.testName, unit, points: [], undated: [] };
    if (date) one.points.push({ ...finding, date });
    else one.undated.push(finding);
    all.set(key, one);
  }
  const series = [...all.values()];
  series.forEach(({ points }) => points.sort((a, b) => a.date.localeCompare(b.date)));
  return series;
}

/** What needs a reader first: out of range, then without a verdict, then the rest. */
function urgency({ points, undated }: Series): number {
  const last = points.at(-1) ?? undated[0];
  if (!last) return 3;
  return signOf(last) || last.flag ? 0 : last.verdict ? 2 : 1;
}

const [WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM] = [280, 104, 8, 46, 10, 18];

/** A value with its place in time: a day, or a moment. */
type Drawn = Pick<Point, 'date' | 'referenceInterval' | 'verdict'> & { numericValue: number };

/** Marks of one kind, in one path. */
const MARKS: Record<string, (x: number, y: number) => string> = {
  ABOVE: (x, y) => `M${x} ${y - 5}l5 9h-10z`,
  BELOW: (x, y) => `M${x} ${y + 5}l5-9h-10z`,
  WITHIN: (x, y) => `M${x - 3} ${y}a3 3 0 1 0 6 0a3 3 0 1 0-6 0`,
  none: (x, y) => `M${x - 3} ${y}a3 3 0 1 0 6 0a3 3 0 1 0-6 0`,
};

/** `span`: where no range is, the least and the greatest value are told, and the height stands for so much at least, so that what hardly changes looks so. */
export function Chart({ points, span = null }: { points: Drawn[]; span?: number | null }) {
  const bounds = points.flatMap(({ referenceInterval }) => [referenceInterval?.low, referenceInterval?.high]).filter((bound) => typeof bound === 'number');
  const values = [...points.map(({ numericValue }) => numericValue), ...bounds];
  const [least, most] = values.reduce(([least, most], value) => [Math.min(least, value), Math.max(most, value)], [Infinity, -Infinity]);
  const room = Math.max((most - least || Math.abs(most) || 1) * 0.12, ((span ?? 0) - (most - least)) / 2);
  const times = points.map(({ date }) => momentOf(date));
  const [first = 0, last = 0] = [times[0], times.at(-1)];
  const tenths = (value: number) => Math.round(value * 10) / 10;
  const xOf = (at: number) => tenths(last === first ? (WIDTH - RIGHT + LEFT) / 2 : LEFT + ((at - first) / (last - first)) * (WIDTH - LEFT - RIGHT));
  const yOf = (value: number) => tenths(Math.min(HEIGHT - BOTTOM, Math.max(TOP, TOP + (1 - (value - least + room) / (most - least + 2 * room)) * (HEIGHT - TOP - BOTTOM))));
  const xs = times.map(xOf);
  // Each value's own range reaches halfway to its neighbours.
  const bands = points.flatMap(({ referenceInterval }, index) => {
    const { low = null, high = null } = referenceInterval ?? {};
    if (low === null && high === null) return [];
    const here = xs[index] ?? 0;
    const from = index ? ((xs[index - 1] ?? here) + here) / 2 : LEFT;
    const to = index < xs.length - 1 ? (here + (xs[index + 1] ?? here)) / 2 : WIDTH - RIGHT;
    const [top, bottom] = [high === null ? TOP : yOf(high), low === null ? HEIGHT - BOTTOM : yOf(low)];
    const edges = [high !== null && `M${from} ${top}H${to}`, low !== null && `M${from} ${bottom}H${to}`].filter(Boolean).join('');
    return [{ area: `M${from} ${top}H${to}V${bottom}H${from}z`, edges }];
  });
  const marks = new Map<string, string>();
  points.forEach(({ verdict, numericValue }, index) => {
    const kind = verdict ?? 'none';
    marks.set(kind, (marks.get(kind) ?? '') + (MARKS[kind]?.(xs[index] ?? 0, yOf(numericValue)) ?? ''));
  });
  const newest = points.at(-1)?.referenceInterval;
  const labels = [...new Set(span !== null ? [least, most] : [newest?.low, newest?.high])].filter((bound) => typeof bound === 'number');
  const close = labels.length === 2 && Math.abs(yOf(labels[0] ?? 0) - yOf(labels[1] ?? 0)) < 11;
  const shift = (index: number) => (close ? (index ? -6 : 6) : 0);
  return (
    <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} aria-hidden="true">
      <path className="range" d={bands.map(({ area }) => area).join('')} />
      <path className="bound" d={bands.map(({ edges }) => edges).join('')} />
      {labels.map((value, index) => <text key={value} x={WIDTH - RIGHT + 8} y={yOf(value) + shift(index)} dy="0.32em">{Number(value.toPrecision(4))}</text>)}
      <path className="trend" d={points.map(({ numericValue }, index) => `${index ? 'L' : 'M'}${xs[index]} ${yOf(numericValue)}`).join('')} />
      {[...marks].map(([kind, d]) => <path key={kind} className={`point ${kind.toLowerCase()}`} d={d} />)}
      <text x={LEFT} y={HEIGHT - 4}>{points[0]?.date.slice(0, 7)}</text>
      {first !== last && <text x={WIDTH - RIGHT} y={HEIGHT - 4} textAnchor="end">{points.at(-1)?.date.slice(0, 7)}</text>}
    </svg>
  );
}

/** What the gateway makes of a value, and what the laboratory wrote beside it. */
function Judged({ finding }: { finding: Finding }) {
  const sign = signOf(finding);
  return (
    <>
      <span className={sign ? 'flag' : 'calm'}>{sign} {reading(finding)}</span>
      {flagged(finding) && <span className="flag">, {flagged(finding)}</span>}
    </>
  );
}

const rangeOf = ({ referenceInterval }: Finding) => (referenceInterval ? <>range <Text>{referenceInterval.text}</Text></> : 'no range recorded');

function Values({ points }: { points: (Finding & { date?: string })[] }) {
  const [some, more] = useSome(useMemo(() => [...points].reverse(), [points]), 50);
  return (
    <>
      <ul>{some.map((one) => <li key={one.id}>{one.date ?? 'no date'}: <b><Text>{one.value}</Text></b>, {rangeOf(one)}; <Judged finding={one} /></li>)}</ul>
      {more}
    </>
  );
}

/** The day of the latest value, and how old it is where that is a year or more. */
function dated(day: string | undefined): string {
  if (!day) return 'no date';
  const years = Math.floor((Date.now() - timeOf(day)) / YEAR);
  return years < 1 ? `on ${day}` : `on ${day}, ${count(years, 'year')} ago`;
}

function Card({ series: { test, unit, points, undated } }: { series: Series }) {
  const last = points.at(-1) ?? undated[0];
  if (!last) return null;
  const drawn = points.filter((point): point is Point & { numericValue: number } => point.numericValue !== null);
  const unread = points.length - drawn.length;
  return (
    <li className="card">
      <header>
        <h3><Text>{test}</Text>{unit && <small> in <Text>{unit}</Text></small>}</h3>
        <p className="value"><b><Text>{last.value}</Text></b> <Text>{unit}</Text> <small>{dated(points.at(-1)?.date)}</small></p>
      </header>
      <p><Judged finding={last} /></p>
      {drawn.length > 0 && <Chart points={drawn} />}
      {unread > 0 && <p className="unread">{unread === 1 ? 'One value' : `${unread} values`} cannot be read as a number and {unread === 1 ? 'is' : 'are'} not drawn.</p>}
      <details>
        <summary aria-label={`${isolated(test)}: ${points.length + undated.length === 1 ? 'one value' : `${points.length + undated.length} values`}`}>
          {points.length + undated.length === 1 ? 'one value' : `${points.length + undated.length} values, the latest first`}
        </summary>
        <Values points={[...undated, ...points]} />
      </details>
    </li>
  );
}

export function Labs({ entries, reading, children }: { entries: Entry[]; reading: boolean; children: ReactNode }) {
  const series = useMemo(() => seriesOf(entries).map((one) => ({ one, urgency: urgency(one) })).sort((a, b) => a.urgency - b.urgency || a.one.key.localeCompare(b.one.key)).map(({ one }) => one), [entries]);
  const [some, more] = useSome(series, 60);
  return (
    <section className="labs" aria-label="Laboratory">
      <h2 className="unseen">Laboratory</h2>
      {children}
      {series.length > 0 && (
        <p className="about key">
          <span className="swatch" aria-hidden="true" /> the value’s own range · ● within it · ▲ above · ▼ below · ○ not compared. MediMax compares each value with its range; “recorded as” is the laboratory’s own flag.
        </p>
      )}
      {!series.length && !reading && <p className="empty">No laboratory values were read.</p>}
      <ul className="cards">{some.map((one) => <Card key={one.key} series={one} />)}</ul>
      {more}
    </section>
  );
}

/** Laboratory values over time: a small chart a test, with the range that is held to be normal. */

import { useEffect, useState } from 'react';
import { trends, words, type Finding, type Patient, type Point, type Trend } from './record';

/** The bounds that a reference range names: `4.0-5.6`, `<5.7`, `> 60`. */
export function boundsOf(range: string | null): { low: number; high: number } | null {
  const text = (range ?? '').replaceAll(',', '');
  const between = text.match(/^\s*(-?[\d.]+)\s*(?:-|–|to)\s*(-?[\d.]+)/);
  if (between) return { low: Number(between[1]), high: Number(between[2]) };
  const below = text.match(/^\s*(?:<|≤|up to|less than)\s*=?\s*(-?[\d.]+)/i);
  if (below) return { low: -Infinity, high: Number(below[1]) };
  const above = text.match(/^\s*(?:>|≥|over|more than)\s*=?\s*(-?[\d.]+)/i);
  return above ? { low: Number(above[1]), high: Infinity } : null;
}

const [WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM] = [280, 104, 8, 38, 10, 18];

function Chart({ points }: { points: (Point & { numericValue: number })[] }) {
  const bounds = boundsOf(points.at(-1)?.referenceRange ?? null);
  const finite = [bounds?.low, bounds?.high].filter((value) => value !== undefined && Number.isFinite(value)) as number[];
  const values = [...points.map(({ numericValue }) => numericValue), ...finite];
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const room = (most - least || Math.abs(most) || 1) * 0.12;
  const [first, last] = [Date.parse(points[0]?.date ?? ''), Date.parse(points.at(-1)?.date ?? '')];
  const x = (date: string) => (last === first ? (WIDTH - RIGHT + LEFT) / 2 : LEFT + ((Date.parse(date) - first) / (last - first)) * (WIDTH - LEFT - RIGHT));
  const scaled = (value: number) => TOP + (1 - (value - least + room) / (most - least + 2 * room)) * (HEIGHT - TOP - BOTTOM);
  const y = (value: number) => Math.min(HEIGHT - BOTTOM, Math.max(TOP, scaled(value)));
  const path = points.map((point, index) => `${index ? 'L' : 'M'}${x(point.date).toFixed(1)} ${y(point.numericValue).toFixed(1)}`).join('');
  const newest = points.at(-1);
  return (
    <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} aria-hidden="true">
      {bounds && <rect x={LEFT} width={WIDTH - LEFT - RIGHT} y={y(bounds.high)} height={y(bounds.low) - y(bounds.high)} className="range" />}
      {finite.map((value) => (
        <g key={value}>
          <line x1={LEFT} x2={WIDTH - RIGHT} y1={y(value)} y2={y(value)} className="bound" />
          <text x={WIDTH - RIGHT + 4} y={y(value)} dy="0.32em">{value}</text>
        </g>
      ))}
      <path d={path} className="trend" />
      {points.map((point) => (
        <g key={point.id} transform={`translate(${x(point.date).toFixed(1)} ${y(point.numericValue).toFixed(1)})`} className={point.flag ? 'point out' : 'point'}>
          {point.flag ? <path d={point.flag.endsWith('LOW') ? 'M0 5L5-4H-5z' : 'M0-5L5 4H-5z'} /> : <circle r="3" />}
          <title>{`${point.date}: ${point.value} ${point.unit ?? ''}${point.flag ? `, ${words(point.flag)}` : ''}`}</title>
        </g>
      ))}
      <text x={LEFT} y={HEIGHT - 4}>{points[0]?.date.slice(0, 7)}</text>
      {first !== last && <text x={WIDTH - RIGHT} y={HEIGHT - 4} textAnchor="end">{newest?.date.slice(0, 7)}</text>}
    </svg>
  );
}

const numeric = (point: Point): point is Point & { numericValue: number } => point.numericValue !== null;

function Card({ trend }: { trend: Trend }) {
  const last = trend.points.at(-1);
  if (!last) return null;
  const points = trend.points.filter(numeric);
  return (
    <li className={last.flag ? 'out' : undefined}>
      <header>
        <h3>{trend.test}</h3>
        <p className="value"><b>{last.value}</b> {last.unit} {last.flag && <span className="flag">{last.flag.endsWith('LOW') ? '▼' : '▲'} {words(last.flag)}</span>}</p>
      </header>
      {points.length > 0 && <Chart points={points} />}
      <p className="about">
        {trend.points.length === 1 ? 'one value' : `${trend.points.length} values`}, the last of {last.date}
        {last.referenceRange && `; normal ${last.referenceRange}`}
      </p>
    </li>
  );
}

export function Labs({ patient }: { patient: Patient }) {
  const [state, setState] = useState<{ trends?: Trend[]; error?: string }>({});
  useEffect(() => {
    const findings = (patient.labReports?.nodes ?? []).flatMap((report): Finding[] => report.findings ?? []);
    const tests = [...new Set(findings.map(({ testName }) => testName))].sort();
    trends(patient.id, tests).then(
      (trends) => setState({ trends }),
      (error: Error) => setState({ error: error.message }),
    );
  }, [patient]);
  if (state.error) return <p className="empty" role="alert">{state.error}</p>;
  if (!state.trends) return <p className="empty" role="status">Reading laboratory values…</p>;
  if (!state.trends.length) return <p className="empty">There are no laboratory values.</p>;
  // What is out of range now comes first.
  const sorted = [...state.trends].sort((a, b) => Number(!!b.points.at(-1)?.flag) - Number(!!a.points.at(-1)?.flag));
  return (
    <section className="labs" aria-label="Laboratory">
      <p className="about key"><span className="swatch" aria-hidden="true" /> reference range · ● within it · ▲ above · ▼ below</p>
      <ul>{sorted.map((trend) => <Card key={trend.test} trend={trend} />)}</ul>
    </section>
  );
}

/** The same as the drawing, to read line by line. */

import type { ReactNode } from 'react';
import { Symbol, reasons } from './details';
import { KINDS, PLURALS, type Graph } from './graph';
import { words } from './record';

function Table({ title, heads, rows }: { title: ReactNode; heads: string[]; rows: ReactNode[][] }) {
  return (
    <div className="scroller" role="region" tabIndex={0} aria-label={heads[0]}>
      <table>
        <caption>{title} <small>{rows.length}</small></caption>
        <thead><tr>{heads.map((head) => <th key={head} scope="col">{head}</th>)}</tr></thead>
        <tbody>{rows.map((row, index) => <tr key={index}>{row.map((cell, at) => (at ? <td key={at}>{cell}</td> : <th key={at} scope="row">{cell}</th>))}</tr>)}</tbody>
      </table>
    </div>
  );
}

export function Tables({ graph }: { graph: Graph }) {
  const names = new Map(graph.nodes.map((node) => [node.id, node]));
  const kinds = KINDS.filter((kind) => kind !== 'patient' && graph.nodes.some((node) => node.kind === kind));
  const connections = graph.edges.map(({ from, to, known, facts, because }) => [
    names.get(from)?.name,
    [...new Set(facts.map(({ type }) => words(type)))].join(', '),
    names.get(to)?.name,
    known ? 'known' : 'recorded',
    reasons(because.length ? because : facts).join('; '),
  ]);
  return (
    <section className="tables" aria-label="Table">
      {graph.ways.length > 0 && (
        <Table
          title="Care paths"
          heads={['Symptom', 'Condition', 'Medication', 'On what it rests']}
          rows={graph.ways.map(({ path }) => [path.symptom?.name, path.condition?.item, path.medication?.name, reasons(path.path?.relationships ?? []).join('; ')])}
        />
      )}
      {kinds.map((kind) => (
        <Table
          key={kind}
          title={<><Symbol kind={kind} /> {PLURALS[kind]}</>}
          heads={[PLURALS[kind], 'Details']}
          rows={graph.nodes.filter((node) => node.kind === kind).map((node) => [node.name, node.detail])}
        />
      ))}
      <Table title="Connections" heads={['From', 'Connection', 'To', 'Recorded or known', 'Who says so']} rows={connections} />
    </section>
  );
}

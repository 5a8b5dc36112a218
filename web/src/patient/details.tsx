/** The side panel: one node, what it hangs together with, and who says so. */

import type { Edge, Graph, Node, Way } from './graph';
import { line, words, type Relationship } from './record';
import { SHAPES } from './drawing';

const HOW: Record<string, string> = {
  NAME: 'the concept’s name',
  INVERTED: 'the concept’s name, turned around',
  SYNONYM: 'a synonym',
  BRAND: 'a brand of the drug',
  INGREDIENT: 'the drug’s name without salt, strength and form',
  CODE: 'a code',
};

export function Symbol({ kind }: { kind: Node['kind'] }) {
  return <svg viewBox="-12 -12 24 24" width="16" height="16" className={`symbol ${kind}`} aria-hidden="true"><path d={SHAPES[kind]} /></svg>;
}

/** Who says a fact, and on what it rests. */
export const provenance = ({ source, evidence, matched }: Relationship) =>
  line(
    source && (source === 'purpose' ? 'what the prescriber wrote' : source),
    evidence && `“${evidence}”`,
    matched && `wording recognised as ${HOW[matched] ?? words(matched)}`,
  );

type Props = { graph: Graph; node: Node; onChoose: (id: string) => void; onClose: () => void };

/** Who says so; and, told once, how the record’s wording was recognised, on which that rests. */
export function reasons(facts: Relationship[]): string[] {
  const said = facts.filter(({ matched }) => !matched).map(provenance);
  const matched = new Set(facts.flatMap(({ matched }) => (matched ? [HOW[matched] ?? words(matched)] : [])));
  const recognised = matched.size ? `wording recognised as ${[...matched].join(', or as ')}` : '';
  return [...new Set([...said, recognised])].filter((told) => told !== '');
}

function Connection({ edge, other, onChoose }: { edge: Edge; other: Node; onChoose: (id: string) => void }) {
  const away = edge.to === other.id;
  return (
    <li>
      <span className={`stroke ${edge.known ? 'known' : 'recorded'}`} aria-hidden="true" />
      <div>
        <span className="type">{!away && '← '}{[...new Set(edge.facts.map(({ type }) => words(type)))].join(', ')}{away && ' →'}</span>{' '}
        <button type="button" className="plain" onClick={() => onChoose(other.id)}><Symbol kind={other.kind} />{other.name}</button>
        {reasons(edge.because.length ? edge.because : edge.facts).map((told) => <p key={told} className="about">{told}</p>)}
      </div>
    </li>
  );
}

function CarePath({ way, names }: { way: Way; names: Map<string, Node> }) {
  const { symptom, condition, medication, path } = way.path;
  return (
    <li>
      <p><b>{symptom?.name}</b> → <b>{condition?.item}</b> → <b>{medication?.name}</b></p>
      <ol>
        {(path?.relationships ?? []).map((step, index) => (
          <li key={index} className="about">
            {names.get(step.from)?.name ?? step.from} <i>{words(step.type)}</i> {names.get(step.to)?.name ?? step.to}
            {provenance(step) && `: ${provenance(step)}`}
          </li>
        ))}
      </ol>
    </li>
  );
}

export function Details({ graph, node, onChoose, onClose }: Props) {
  const byId = new Map(graph.nodes.map((one) => [one.id, one]));
  const connections = graph.edges
    .filter(({ from, to }) => from === node.id || to === node.id)
    .flatMap((edge) => {
      const other = byId.get(edge.from === node.id ? edge.to : edge.from);
      return other ? [{ edge, other }] : [];
    })
    .sort((a, b) => Number(b.edge.known) - Number(a.edge.known));
  const ways = node.kind === 'patient' ? [] : graph.ways.filter((way) => way.nodes.has(node.id));
  return (
    <aside className="details" aria-label={`About ${node.name}`}>
      <header>
        <Symbol kind={node.kind} />
        <h2>{node.name}</h2>
        <button type="button" aria-label="Close" onClick={onClose}>✕</button>
      </header>
      <p>{node.detail}</p>
      {!node.id.startsWith('Lab:') && <p className="about">{node.kind}, <code>{node.id}</code></p>}
      {ways.length > 0 && (
        <section>
          <h3>Care paths <small>{ways.length}</small></h3>
          <ul className="ways">{ways.map((way, index) => <CarePath key={index} way={way} names={byId} />)}</ul>
        </section>
      )}
      <section>
        <h3>Connections <small>{connections.length}</small></h3>
        <ul className="connections">
          {connections.map(({ edge, other }) => <Connection key={`${edge.from} ${edge.to}`} edge={edge} other={other} onChoose={onChoose} />)}
        </ul>
      </section>
    </aside>
  );
}

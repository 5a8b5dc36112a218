/** The side panel: one node, what it hangs together with, and who says so. */

import { useEffect, useRef, useState, type ReactNode } from 'react';
import { Text, Trouble, isolated } from '../shared/text';
import { SHAPES } from './drawing';
import { SINGULARS, type Edge, type Graph, type Kind, type Node, type Way } from './graph';
import { reasonsOf, type CarePath, type Path, type Relationship } from './knowledge';
import { useSome } from './more';
import { line, words } from './record';

const HOW: Record<string, string> = {
  NAME: 'its name in the catalog',
  INVERTED: 'its name in the catalog, with the words in another order',
  SYNONYM: 'a synonym',
  BRAND: 'a brand of the drug',
  INGREDIENT: 'the drug’s name without salt, strength and form',
  CODE: 'a code',
};

export function Symbol({ kind }: { kind: Kind }) {
  return <svg viewBox="-12 -12 24 24" width="16" height="16" className={`symbol ${kind}`} aria-hidden="true"><path d={SHAPES[kind]} /></svg>;
}

/** Who says a fact, and on what it rests. */
const provenance = ({ source, evidence, matched }: Relationship) =>
  line(
    source && (source === 'purpose' ? 'what the prescriber wrote' : source),
    evidence && `“${isolated(evidence)}”`,
    matched && `recognised by ${HOW[matched] ?? words(matched)}`,
  );

/** Who says so; and, told once, how the record’s wording was recognised, on which that rests. */
export function reasons(facts: Relationship[]): string[] {
  const said = facts.filter(({ matched }) => !matched).map(provenance);
  const matched = new Set(facts.flatMap(({ matched }) => (matched ? [HOW[matched] ?? words(matched)] : [])));
  const recognised = matched.size ? `recognised by ${[...matched].join(', or by ')}` : '';
  return [...new Set([...said, recognised])].filter((told) => told !== '');
}

/** The steps of a path, one by one. */
function Steps({ path }: { path: Path }) {
  const nameOf = (id: string) => path.names.get(id) || id;
  return (
    <ol>
      {path.relationships.map((step, index) => (
        <li key={index} className="about">
          <Text>{nameOf(step.from)}</Text> <i>{words(step.type)}</i> <Text>{nameOf(step.to)}</Text>
          {provenance(step) && `: ${provenance(step)}`}
        </li>
      ))}
    </ol>
  );
}

/** A node's name with what is drawn beside it. */
export const Named = ({ node }: { node: Node }) => (
  <><Text>{node.name}</Text>{node.entries.length > 1 && !node.more && node.kind !== 'lab' && ` ×${node.entries.length}`}{node.sign && ` ${node.sign}`}{node.past && ' (past)'}</>
);

function Connection({ edge, other, self, onChoose }: { edge: Edge; other: Node; self: string; onChoose: (id: string) => void }) {
  const away = edge.to === other.id;
  return (
    <li>
      <span className={`stroke ${edge.known ? 'known' : 'recorded'}`} aria-hidden="true" />
      <div>
        {away && <span className="type">{[...edge.types].map(words).join(', ')} </span>}
        <button type="button" className="plain" onClick={() => onChoose(other.id)}><Symbol kind={other.kind} /><Named node={other} /></button>
        {!away && <span className="type"> {[...edge.types].map(words).join(', ')} <Text>{self}</Text></span>}
        {reasons(edge.facts).map((told) => <p key={told} className="about">{told}</p>)}
      </div>
    </li>
  );
}

/** The reasons of a care path, asked for when they are wanted. */
export function Reasons({ patient, path }: { patient: string; path: CarePath }) {
  const [open, setOpen] = useState(false);
  const [state, setState] = useState<{ paths?: Path[]; error?: string }>({});
  const read = () => {
    setState({});
    reasonsOf(patient, path.place).then((paths) => setState({ paths }), (error: Error) => setState({ error: error.message }));
  };
  const toggle = () => {
    if (!open && !state.paths) read();
    setOpen(!open);
  };
  const told = path.reasons === 1 ? 'Reasons' : `Reasons (${path.reasons})`;
  return (
    <>
      <button type="button" className="reasons" aria-expanded={open} aria-label={`${told} of ${isolated(path.symptom.name)}, ${isolated(path.condition.name)}, ${isolated(path.medication.name)}`} onClick={toggle}>{told}</button>
      {open && !state.paths && !state.error && <p className="about" role="status">Reading…</p>}
      {open && state.error && <Trouble onAgain={read}>{`The reasons could not be read: ${state.error}`}</Trouble>}
      {open && state.paths?.map((path, index) => <Steps key={index} path={path} />)}
    </>
  );
}

function CarePathOf({ patient, way }: { patient: string; way: Way }) {
  const { symptom, condition, medication } = way.path;
  return (
    <li>
      <p><b><Text>{symptom.name}</Text></b> → <b><Text>{condition.name}</Text></b> → <b><Text>{medication.name}</Text></b></p>
      <Reasons patient={patient} path={way.path} />
    </li>
  );
}

function Section({ title, count, list, children }: { title: string; count: number; list: string; children: [ReactNode[], ReactNode] }) {
  const [shown, more] = children;
  return count > 0 && <section><h3>{title} <small>{count}</small></h3><ul className={list}>{shown}</ul>{more}</section>;
}

/** The care paths of a node, of the same names only the best. */
export function waysOf(graph: Graph, id: string): Way[] {
  const seen = new Set<string>();
  return graph.ways.filter((way) => {
    const { symptom, condition, medication } = way.path;
    const names = [symptom.name, condition.name, medication.name].join('\n').toLowerCase();
    if (!way.nodes.has(id) || seen.has(names)) return false;
    seen.add(names);
    return true;
  });
}

type Props = { patient: string; graph: Graph; node: Node; onChoose: (id: string) => void; onOpen: (node: Node) => void; onClose: () => void };

export function Details({ patient, graph, node, onChoose, onOpen, onClose }: Props) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus({ preventScroll: true }), [node.id]);
  const doctor = node.entries[0]?.assignment?.doctor;
  const byId = new Map(graph.nodes.map((one) => [one.id, one]));
  const connections = graph.edges
    .filter(({ from, to }) => from === node.id || to === node.id)
    .flatMap((edge) => {
      const other = byId.get(edge.from === node.id ? edge.to : edge.from);
      return other ? [{ edge, other }] : [];
    })
    .sort((a, b) => Number(b.edge.known) - Number(a.edge.known));
  const ways = node.kind === 'patient' ? [] : waysOf(graph, node.id);
  const [someWays, moreWays] = useSome(ways, 10);
  const [someEntries, moreEntries] = useSome(node.entries, 30);
  const [someConnections, moreConnections] = useSome(connections, 40);
  return (
    <section className="details" aria-label={`About ${isolated(node.name)}`} onKeyDown={({ key }) => key === 'Escape' && onClose()}>
      <header>
        <Symbol kind={node.kind} />
        <h2 ref={heading} tabIndex={-1}><Named node={node} /></h2>
        <button type="button" aria-label="Close" onClick={onClose}>✕</button>
      </header>
      <p className="about">{SINGULARS[node.kind]}{node.entries.length === 1 && <>, <code>{node.entries[0]?.id}</code></>}</p>
      <p>{node.detail}</p>
      {doctor && <p><a href={`/doctors/${doctor.id}`}>The page of this doctor</a></p>}
      {node.opens && <button type="button" className="open" onClick={() => onOpen(node)}>Draw each of the {node.entries.length} by itself</button>}
      {node.entries.length > 1 && (
        <Section title="Entries" count={node.entries.length} list="entries">
          {[someEntries.map((one) => <li key={one.id}><b>{one.date ?? 'no date'}</b> {one.detail}</li>), moreEntries]}
        </Section>
      )}
      <Section title="Care paths" count={ways.length} list="ways">
        {[someWays.map((way) => <CarePathOf key={way.path.place} patient={patient} way={way} />), moreWays]}
      </Section>
      <Section title="Connections" count={connections.length} list="connections">
        {[someConnections.map(({ edge, other }) => <Connection key={`${edge.from} ${edge.to}`} edge={edge} other={other} self={node.name} onChoose={onChoose} />), moreConnections]}
      </Section>
    </section>
  );
}

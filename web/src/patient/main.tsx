/** The view of one patient: graph, timeline, laboratory, table. */

import '../shared/tokens.css';
import './patient.css';

import { StrictMode, useEffect, useMemo, useState, type KeyboardEvent } from 'react';
import { createRoot } from 'react-dom/client';
import icon from '../shared/icon.svg';
import type { Fault } from '../shared/ask';
import { Details, Symbol } from './details';
import { Drawing } from './drawing';
import { KINDS, PLURALS, graphOf, type Graph, type Kind } from './graph';
import { Labs } from './labs';
import { line, read, words, type Patient } from './record';
import { Tables } from './table';
import { Timeline } from './timeline';

// The scheme that was chosen in the playground's settings.
const theme = localStorage.getItem('graphiql:theme');
if (theme) document.body.classList.add(`graphiql-${theme}`);

const id = decodeURIComponent(location.pathname.replace(/^\/patients\//, ''));

const VIEWS = ['Graph', 'Timeline', 'Laboratory', 'Table'] as const;
type View = (typeof VIEWS)[number];

const viewOfHash = (): View => VIEWS.find((view) => view.toLowerCase() === location.hash.slice(1)) ?? 'Graph';

function useView(): [View, (view: View) => void] {
  const [view, setView] = useState(viewOfHash);
  useEffect(() => {
    const follow = () => setView(viewOfHash());
    addEventListener('hashchange', follow);
    return () => removeEventListener('hashchange', follow);
  }, []);
  return [view, (view) => { location.hash = view.toLowerCase(); }];
}

function Tabs({ view, onView }: { view: View; onView: (view: View) => void }) {
  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowRight: 1, ArrowLeft: VIEWS.length - 1 }[event.key];
    const next = step && VIEWS[(VIEWS.indexOf(view) + step) % VIEWS.length];
    if (!next) return;
    onView(next);
    document.getElementById(`tab-${next}`)?.focus();
  };
  return (
    <div role="tablist" aria-label="Views" onKeyDown={onKeyDown}>
      {VIEWS.map((one) => (
        <button key={one} id={`tab-${one}`} type="button" role="tab" aria-selected={one === view} aria-controls="view" tabIndex={one === view ? 0 : -1} onClick={() => onView(one)}>
          {one}
        </button>
      ))}
    </div>
  );
}

/** What the symbols and strokes mean; each kind can be left out. */
function Legend({ graph, hidden, onToggle }: { graph: Graph; hidden: ReadonlySet<Kind>; onToggle: (kind: Kind) => void }) {
  return (
    <div className="legend">
      {KINDS.filter((kind) => kind !== 'patient').map((kind) => {
        const count = graph.nodes.filter((node) => node.kind === kind).length;
        return count > 0 && (
          <label key={kind}>
            <input type="checkbox" checked={!hidden.has(kind)} onChange={() => onToggle(kind)} />
            <Symbol kind={kind} /> {PLURALS[kind]} <small>{count}</small>
          </label>
        );
      })}
      <span><i className="stroke recorded" aria-hidden="true" /> recorded</span>
      <span><i className="stroke known" aria-hidden="true" /> known by catalogs</span>
    </div>
  );
}

function GraphView({ graph, truncated }: { graph: Graph; truncated: boolean }) {
  const [hidden, setHidden] = useState<ReadonlySet<Kind>>(new Set<Kind>(['concept']));
  const [chosen, setChosen] = useState<string | null>(null);
  const [pointed, setPointed] = useState<string | null>(null);
  const shown = useMemo(() => {
    const nodes = graph.nodes.filter(({ kind }) => !hidden.has(kind));
    const ids = new Set(nodes.map(({ id }) => id));
    return { ...graph, nodes, edges: graph.edges.filter(({ from, to }) => ids.has(from) && ids.has(to)) };
  }, [graph, hidden]);
  const toggle = (kind: Kind) => {
    const next = new Set(hidden);
    if (!next.delete(kind)) next.add(kind);
    setHidden(next);
  };
  const node = graph.nodes.find(({ id }) => id === chosen);
  const ways = pointed ? graph.ways.filter((way) => way.nodes.has(pointed)) : [];
  const way = ways[0]?.path;
  return (
    <section className="graph" aria-label="Graph">
      <Legend graph={graph} hidden={hidden} onToggle={toggle} />
      <div className="stage">
        <Drawing graph={shown} chosen={chosen} onChoose={setChosen} onPoint={setPointed} />
        <p className="hint">
          {way
            ? <>{way.symptom?.name} → {way.condition?.item} → {way.medication?.name}{ways.length > 1 && `, and ${ways.length - 1} more care paths`}</>
            : 'Point at an entry to see its care paths; choose it to see on what they rest.'}
          {truncated && ' There is more in the graph than is drawn.'}
        </p>
        {node && <Details graph={graph} node={node} onChoose={setChosen} onClose={() => setChosen(null)} />}
      </div>
    </section>
  );
}

function Record({ patient, faults }: { patient: Patient; faults: Fault[] }) {
  const [view, setView] = useView();
  const graph = useMemo(() => graphOf(patient), [patient]);
  const more = [patient.appointments, patient.labReports].some((list) => list && (list.totalCount ?? 0) > list.nodes.length);
  return (
    <>
      <div className="who">
        <h1>{patient.name}</h1>
        <p>{line(patient.age !== null && `${patient.age} years`, words(patient.sex), patient.dateOfBirth && `born ${patient.dateOfBirth}`)} · <code>{patient.id}</code></p>
        <Tabs view={view} onView={setView} />
      </div>
      {(faults.length > 0 || more) && (
        <p className="fault" role="alert">
          {faults.length > 0 && `Not all of the record could be read: ${faults[0]?.message}. `}
          {more && 'Only the latest 200 appointments and laboratory reports are shown.'}
        </p>
      )}
      <div id="view" role="tabpanel" tabIndex={0} aria-labelledby={`tab-${view}`}>
        {view === 'Graph' && <GraphView graph={graph} truncated={patient.graph?.truncated ?? false} />}
        {view === 'Timeline' && <Timeline patient={patient} />}
        {view === 'Laboratory' && <Labs patient={patient} />}
        {view === 'Table' && <Tables graph={graph} />}
      </div>
    </>
  );
}

type State = { patient?: Patient | null; faults: Fault[]; error?: string };

function View() {
  const [{ patient, faults, error }, setState] = useState<State>({ faults: [] });
  useEffect(() => {
    read(id).then(setState, (error: Error) => setState({ faults: [], error: error.message }));
  }, []);
  useEffect(() => {
    if (patient) document.title = `${patient.name} · MediMax`;
  }, [patient]);
  return (
    <>
      <header className="bar">
        <a href="/"><img src={icon} alt="" width="20" height="20" /> MediMax</a>
        <a href="/">Playground</a>
      </header>
      <main>
        {error && <p className="empty" role="alert">{error}</p>}
        {!error && patient === undefined && <p className="empty" role="status">Reading the record…</p>}
        {!error && patient === null && <p className="empty" role="alert">{faults[0]?.message ?? `There is no ${id}, or you may not see them.`}</p>}
        {patient && <Record patient={patient} faults={faults} />}
      </main>
    </>
  );
}

const root = document.getElementById('root');
if (root) createRoot(root).render(<StrictMode><View /></StrictMode>);

/** The view of one patient: graph, timeline, laboratory, table. */

import '../shared/tokens.css';
import './patient.css';

import { useCallback, useDeferredValue, useEffect, useLayoutEffect, useMemo, useRef, useState, type KeyboardEvent, type ReactNode } from 'react';
import { Bar } from '../shared/bar';
import { mount } from '../shared/mount';
import { standing } from '../shared/session';
import { takeTheme } from '../shared/storage';
import { Text, Trouble, copiesPlainly, isolated } from '../shared/text';
import { AccessView, useAccess } from './access';
import { VIEWS, useAddress, type Choices, type View } from './address';
import { Alerts } from './alerts';
import { CareView, Cared } from './cared';
import { Details, Symbol, waysOf } from './details';
import { Drawing } from './drawing';
import { Emergency, Through } from './emergency';
import { KINDS, PLURALS, askedOf, graphOf, nodesOf, type Graph, type Kind, type Node } from './graph';
import { Labs } from './labs';
import { More, useSome } from './more';
import { entriesOf, missingOf, useReading, type Reading, type Wanted } from './reading';
import { LISTS, LIST_NAMES, count, line, person, placeOf, words, type ListName, type Person } from './record';
import { Tables } from './table';
import { Talk } from './talk';
import { Timeline } from './timeline';
import { Vitals } from './vitals';

takeTheme();
copiesPlainly();

/** The kinds that are left out of the drawing; concepts are asked for when they are wanted. */
const hiddenBy = (choices: Choices) => new Set((choices.get('hide') ?? 'concept').split(',').filter(Boolean));

/** The id in the address, as far as it is one. */
function idOfAddress(): { id: string | null; written: string } {
  const written = location.pathname.replace(/^\/patients\//, '');
  try {
    const id = decodeURIComponent(written);
    return { id: /^Patient:\d{1,10}$/.test(id) ? id : null, written: id };
  } catch {
    return { id: null, written };
  }
}

const drawn: ListName[] = LIST_NAMES.filter((name) => name !== 'reports' && name !== 'messages' && name !== 'scans' && name !== 'predictions' && name !== 'sessions' && name !== 'vitals' && name !== 'records');
const WANTED: Record<View, Wanted> = {
  Graph: { lists: drawn, knowledge: true, concepts: false },
  Timeline: { lists: LIST_NAMES, knowledge: false, concepts: false },
  Laboratory: { lists: ['allergies', 'labs'], knowledge: false, concepts: false },
  Vitals: { lists: ['allergies'], knowledge: false, concepts: false },
  Conversations: { lists: ['allergies', 'sessions'], knowledge: false, concepts: false },
  Care: { lists: ['allergies', 'team', 'formerTeam', 'consultations', 'medications', 'stopped'], knowledge: false, concepts: false },
  Table: { lists: LIST_NAMES, knowledge: true, concepts: false },
  Access: { lists: ['allergies'], knowledge: false, concepts: false },
};

function Tabs({ view, onView }: { view: View; onView: (view: View) => void }) {
  // A clinician meets this page all day, and the log on none of them: the tab stands there for an address that leads to it, which says why.
  const isClinician = standing.use().who?.role === 'CLINICIAN';
  const offered = VIEWS.filter((one) => one !== 'Access' || !isClinician || view === one);
  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowRight: 1, ArrowLeft: offered.length - 1 }[event.key];
    const next = step && offered[(offered.indexOf(view) + step) % offered.length];
    if (!next) return;
    onView(next);
    document.getElementById(`tab-${next}`)?.focus();
  };
  return (
    <div role="tablist" aria-label="Views" onKeyDown={onKeyDown}>
      {offered.map((one) => (
        <button key={one} id={`tab-${one}`} type="button" role="tab" aria-selected={one === view} aria-controls="view" tabIndex={one === view ? 0 : -1} onClick={() => onView(one)}>
          {one}
        </button>
      ))}
    </div>
  );
}

/** What may be so long that it scrolls by itself can be reached by Tab. */
const scrolled = (text: string) => (text.length > 80 ? 0 : undefined);

/** Allergies stand above every view: those that are read, that there are none, or that they could not be read. */
function Allergies({ reading }: { reading: Reading }) {
  const listed = reading.lists.allergies;
  const { entries, busy, begun, error } = listed;
  const none = !entries.length && begun && !busy && !error;
  const [some, rest] = useSome(entries, 20);
  return (
    <section className={`allergies${none ? ' none' : ''}`} aria-labelledby="allergies" tabIndex={scrolled(entries.map(({ name, detail }) => name + detail).join())}>
      <h2 id="allergies"><Symbol kind="allergy" /> Allergies</h2>
      {(busy || !begun) && !entries.length && <p role="status">Reading…</p>}
      {none && <p>None are recorded.</p>}
      {error && <Trouble onAgain={reading.again}>{`Allergies could not be read, so there may be ${entries.length ? 'more' : 'some'}. ${error}`}</Trouble>}
      {entries.length > 0 && <ul>{some.map((one) => <li key={one.id}><b><Text>{one.name}</Text></b>{one.detail && ` ${isolated(`(${one.detail})`)}`}</li>)}</ul>}
      {rest}
      <More name="allergies" what="allergies" of={listed} onMore={reading.more} />
    </section>
  );
}

/** What the symbols and strokes mean; each kind can be left out. */
function Legend({ graph, hidden, onToggle, children }: { graph: Graph; hidden: ReadonlySet<string>; onToggle: (kind: Kind) => void; children: ReactNode }) {
  return (
    <div className="legend">
      {KINDS.filter((kind) => kind !== 'patient').map((kind) => {
        const count = graph.counts.get(kind) ?? 0;
        return (count > 0 || kind === 'concept') && (
          <label key={kind}>
            <input type="checkbox" checked={!hidden.has(kind)} onChange={() => onToggle(kind)} />
            <Symbol kind={kind} /> {PLURALS[kind]} {count > 0 && <small>{count}</small>}
          </label>
        );
      })}
      <span><i className="stroke recorded" aria-hidden="true" /> recorded</span>
      <span><i className="stroke known" aria-hidden="true" /> known from catalogs</span>
      {children}
    </div>
  );
}

type GraphProps = { patient: string; graph: Graph; opened: ReadonlySet<string>; onOpened: (opened: ReadonlySet<string>) => void; choices: Choices; more: ReactNode };

function GraphView({ patient, graph, opened, onOpened, choices, more }: GraphProps) {
  const [chosen, setChosen] = useState<string | null>(null);
  const [pointed, setPointed] = useState<string | null>(null);
  const stage = useRef<HTMLDivElement>(null);
  /** The node that the panel was opened from, or the entry that is drawn by itself now: there the focus goes back to. */
  const [from, next] = [useRef<string | null>(null), useRef<string | null>(null)];
  const hidden = useMemo(() => hiddenBy(choices), [choices]);
  const shown = useMemo(() => {
    const nodes = graph.nodes.filter(({ kind }) => !hidden.has(kind));
    const ids = new Set(nodes.map(({ id }) => id));
    return { ...graph, nodes, edges: graph.edges.filter(({ from, to }) => ids.has(from) && ids.has(to)) };
  }, [graph, hidden]);
  const toggle = (kind: Kind) => {
    const next = new Set(hidden);
    if (!next.delete(kind)) next.add(kind);
    choices.choose('hide', [...next].join(',') === 'concept' ? null : [...next].join(','));
  };
  const focus = (id: string | null) => id && stage.current?.querySelector<SVGElement>(`[data-id="${CSS.escape(id)}"]`)?.focus({ preventScroll: true });
  const open = (node: Node) => {
    if (!node.opens) return;
    setChosen(null);
    next.current = node.entries[0]?.id ?? null;
    onOpened(new Set([...opened, node.opens]));
  };
  useEffect(() => {
    if (next.current) focus(graph.owner.get(next.current) ?? null);
    next.current = null;
  }, [graph]);
  const choose = useCallback((id: string) => {
    const node = graph.nodes.find((one) => one.id === id);
    if (!node) return;
    if (node.more) return open(node);
    // From the drawing, not from within the panel.
    if (stage.current?.querySelector('svg')?.contains(document.activeElement)) from.current = id;
    else from.current ??= id;
    setChosen(id);
  }, [graph, opened]);
  const close = () => {
    setChosen(null);
    focus(from.current);
    from.current = null;
  };
  const node = graph.nodes.find(({ id }) => id === chosen);
  const ways = useMemo(() => (pointed ? waysOf(graph, pointed) : []), [graph, pointed]);
  const way = ways[0]?.path;
  return (
    <section className="graph" aria-label="Graph" onKeyDown={({ key }) => key === 'Escape' && chosen && close()}>
      <h2 className="unseen">Graph</h2>
      <Legend graph={graph} hidden={hidden} onToggle={toggle}>
        {opened.size > 0 && <button type="button" className="plain" onClick={() => onOpened(new Set())}>Group again</button>}
      </Legend>
      {more}
      <div className="stage" ref={stage}>
        <Drawing graph={shown} chosen={chosen} hidden={[...hidden].sort().join()} onChoose={choose} onPoint={setPointed}>
          <p className="hint">
            {way
              ? <><Text>{way.symptom.name}</Text> → <Text>{way.condition.name}</Text> → <Text>{way.medication.name}</Text>{ways.length > 1 && `, and ${count(ways.length - 1, 'more care path')}`}</>
              : 'Point at an entry, or tap it, to see its care paths and what they are based on. Drag to see more of the graph.'}
          </p>
        </Drawing>
        {node && <Details key={node.id} patient={patient} graph={graph} node={node} onChoose={choose} onOpen={open} onClose={close} />}
      </div>
    </section>
  );
}

/** The latest value, or one of at most some milliseconds ago: while much comes in at once, not each bit is drawn. */
function useCalm<Value>(value: Value, pause: number): Value {
  const [calm, setCalm] = useState(value);
  const drawnAt = useRef(0);
  useEffect(() => {
    const wait = Math.max(0, drawnAt.current + pause - performance.now());
    const timer = setTimeout(() => {
      drawnAt.current = performance.now();
      setCalm(value);
    }, wait);
    return () => clearTimeout(timer);
  }, [value, pause]);
  return useDeferredValue(calm);
}

const NOTHING_OPENED: ReadonlySet<string> = new Set();

function Record({ patient, reading, choices }: { patient: Person; reading: Reading; choices: Choices }) {
  const { view } = choices;
  const wanted = WANTED[view];
  const calm = useCalm(reading, 150);
  const [opened, setOpened] = useState(NOTHING_OPENED);
  const entries = useMemo(() => entriesOf(calm, wanted.lists), [calm.lists, wanted]);
  const nodes = useMemo(
    () => wanted.knowledge ? nodesOf(patient, entriesOf(calm, drawn), calm.concepts.value?.concepts ?? [], opened) : null,
    [patient, calm.lists, calm.concepts.value, opened, wanted],
  );
  // Before anything is painted, so that the view does not look complete for a moment.
  useLayoutEffect(() => {
    if (nodes) reading.ask(askedOf(nodes));
  }, [nodes, reading.ask]);
  const graph = useMemo(
    () => nodes && graphOf(patient, entriesOf(calm, drawn), nodes, { pairs: calm.pairs.value ?? new Map(), paths: calm.paths.value?.paths ?? [], relationships: calm.concepts.value?.relationships ?? [] }),
    [patient, calm.lists, nodes, calm.pairs.value, calm.paths.value, calm.concepts.value],
  );
  const access = useAccess(patient.id, view === 'Access');
  const missing = missingOf(reading, wanted, placeOf);
  const busy = calm !== reading || (view === 'Access' && (access.busy || (!access.value && !access.error))) || wanted.lists.some((name) => reading.lists[name].busy || !reading.lists[name].begun) || (wanted.knowledge && (reading.pairs.busy || reading.paths.busy || reading.concepts.busy || !reading.paths.value && !reading.paths.error));
  const unread = wanted.lists.filter((name) => name !== 'allergies' && reading.lists[name].end);
  const more = unread.map((name) => <More key={name} name={name} what={name === 'labs' ? 'laboratory reports' : LISTS[name].title.toLowerCase()} of={reading.lists[name]} onMore={reading.more} />);
  const rest = unread.length > 0 && (
    <details className="rest">
      <summary>Not all of this record is read: {unread.map((name) => LISTS[name].title.toLowerCase()).join(', ')}</summary>
      {more}
    </details>
  );
  return (
    <>
      <div className="who">
        <h1 tabIndex={scrolled(patient.name)}><Text>{patient.name}</Text></h1>
        <p>{line(patient.age !== null && `${patient.age} years`, words(patient.sex), patient.dateOfBirth && `born ${patient.dateOfBirth}`)} · <code>{patient.id}</code><Cared reading={reading} /></p>
        <Tabs view={view} onView={choices.show} />
      </div>
      <Allergies reading={reading} />
      <Alerts patient={patient.id} />
      {missing.length > 0 && (
        <div className="trouble missing" role="alert">
          <ul>{missing.map((told) => <li key={told}>{told}</li>)}</ul>
          <button type="button" onClick={reading.again}>Try again</button>
        </div>
      )}
      <div id="view" role="tabpanel" tabIndex={0} aria-labelledby={`tab-${view}`} aria-busy={busy} data-view={view}>
        {view === 'Graph' && graph && <GraphView patient={patient.id} graph={graph} opened={opened} onOpened={setOpened} choices={choices} more={rest} />}
        {view === 'Timeline' && <Timeline entries={entries} choices={choices}>{rest}</Timeline>}
        {view === 'Laboratory' && <Labs entries={entries} reading={busy}>{more}</Labs>}
        {view === 'Vitals' && <Vitals patient={patient.id} choices={choices} />}
        {view === 'Conversations' && <Talk reading={reading} />}
        {view === 'Care' && <CareView patient={patient.id} reading={reading} />}
        {view === 'Table' && graph && <Tables patient={patient.id} reading={calm} graph={graph}>{null}</Tables>}
        {view === 'Access' && <AccessView access={access} />}
      </div>
    </>
  );
}

type State = { patient?: Person | null; error?: string };

type ViewProps = { id: string; isNew: boolean; onBroken: (isBroken: boolean) => void };

/** `isNew` where the glass was broken just now; all is read anew then. */
function View({ id, isNew, onBroken }: ViewProps) {
  const choices = useAddress();
  const hidden = hiddenBy(choices).has('concept');
  const wanted = useMemo(() => ({ ...WANTED[choices.view], concepts: choices.view === 'Graph' && !hidden }), [choices.view, hidden]);
  const reading = useReading(id, wanted);
  const [{ patient, error }, setState] = useState<State>({});
  const { who } = standing.use();
  const read = useCallback(() => {
    setState({});
    person(id).then((patient) => setState({ patient }), (error: Error) => setState({ error: error.message }));
  }, [id]);
  useEffect(read, [read]);
  useEffect(() => {
    if (patient) document.title = `${patient.name} · MediMax`;
  }, [patient]);
  const unread = error ? <Trouble onAgain={() => { read(); reading.again(); }}>{`The patient could not be read. ${error}`}</Trouble> : <p className="empty" role="status">Reading the record…</p>;
  if (patient === undefined) return <><h1 className="unseen">{id}</h1>{unread}</>;
  // Whose records one may not see, are none to the gateway.
  if (patient === null) {
    return (
      <>
        <Nobody>{`There is no patient with the id ${id}${who && who.role !== 'ADMIN' ? ' among those whom you may see' : ''}.`}</Nobody>
        {who?.permissions?.includes('breakGlass') && <Emergency id={id} onDone={onBroken} />}
      </>
    );
  }
  return <><Through id={id} isNew={isNew} /><Record patient={patient} reading={reading} choices={choices} /></>;
}

const Nobody = ({ children }: { children: string }) => (
  <div className="empty" role="alert"><h1>{children}</h1><p><a href="/patients/">To the list of patients</a></p></div>
);

function App() {
  const { id, written } = idOfAddress();
  const [{ turn, isNew }, setTurn] = useState({ turn: 0, isNew: false });
  const onBroken = (isNew: boolean) => setTurn({ turn: turn + 1, isNew });
  return (
    <>
      <Bar />
      <main>{id ? <View key={turn} id={id} isNew={isNew} onBroken={onBroken} /> : <Nobody>{`“${isolated(written)}” is not the id of a patient. Such an id looks like Patient:12.`}</Nobody>}</main>
    </>
  );
}

mount(<App />);

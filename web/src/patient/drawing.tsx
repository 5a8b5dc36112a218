/** The graph as a drawing. It is SVG, so that nodes can be focused and follow the page's colours; React makes the
 * elements, and moving them is done past it, because that happens in every frame. */

import { select } from 'd3-selection';
import { zoom, zoomIdentity, zoomTransform, type ZoomBehavior } from 'd3-zoom';
import { memo, useEffect, useLayoutEffect, useMemo, useRef, useState, type KeyboardEvent, type ReactNode } from 'react';
import { fitted, isolated } from '../shared/text';
import { SINGULARS, key, type Edge, type Graph, type Kind, type Node } from './graph';
import { COLUMNS, layout, type Placed } from './layout';

/** Each kind has a shape of its own, for those who do not see its colour. */
export const SHAPES: Record<Kind, string> = {
  patient: 'M-11 0a11 11 0 1 0 22 0a11 11 0 1 0-22 0',
  doctor: 'M-4-6a4 4 0 1 0 8 0a4 4 0 1 0-8 0M-9 9a9 8 0 0 1 18 0zM-1.2 3.200H1.200V5H3V7.200H-3V5H-1.200z',
  allergy: 'M-4-10H4L10-4V4L4 10H-4L-10 4V-4zM-1.6-6V2H1.6V-6zM-1.6 3.8V7H1.6V3.8z',
  operation: 'M-3-9H3V-3H9V3H3V9H-3V3H-9V-3H-3z',
  family: 'M-9-1a4 4 0 1 0 8 0a4 4 0 1 0-8 0M1-1a4 4 0 1 0 8 0a4 4 0 1 0-8 0M-9 8a4 3 0 0 1 8 0zM1 8a4 3 0 0 1 8 0z',
  other: 'M-8-7H8V-4H-8zM-8-1.500H8V1.500H-8zM-8 4H8V7H-8z',
  appointment: 'M-7-7h14v14h-14z',
  consultation: 'M-9-8H9V4H0L-5 9V4H-9z',
  symptom: 'M0-9L9 7H-9z',
  condition: 'M0-9L9 0L0 9L-9 0z',
  medication: 'M-10 0a5 5 0 0 1 5-5h10a5 5 0 0 1 0 10h-10a5 5 0 0 1-5-5',
  lab: 'M-8 0a8 8 0 1 0 16 0a8 8 0 1 0-16 0M-4 0a4 4 0 1 0 8 0a4 4 0 1 0-8 0',
  concept: 'M-8-4.6L0-9.2L8-4.6V4.6L0 9.2L-8 4.6z',
};

const pen = document.createElement('canvas').getContext('2d');

/** What is drawn beside a node: as much as its column has room for. */
function labelOf(node: Node, room: number): string {
  const count = node.entries.length > 1 && !node.more && node.kind !== 'lab' ? ` ×${node.entries.length}` : '';
  const rest = `${count}${node.sign && ` ${node.sign}`}${node.past ? ' (past)' : ''}`;
  if (pen) pen.font = `${node.kind === 'patient' ? '650 14px' : node.sign || node.kind === 'allergy' ? '650 12px' : '12px'} ${getComputedStyle(document.body).fontFamily}`;
  return `${isolated(fitted(node.name, (text) => !pen || pen.measureText(text + rest).width <= room))}${rest}`;
}

/** A node's name for those who hear it: what is drawn, and then what was cut off. */
function nameOf(node: Node, label: string): string {
  const whole = label.includes('…') && !node.name.includes('…') ? `, ${isolated(node.name)}` : '';
  return `${SINGULARS[node.kind]}: ${label}${whole}${node.detail && `, ${node.detail}`}${node.opens ? ', a group' : ''}`;
}

/** Milliseconds of a frame that the layout may take. */
const BUDGET = 4;

/** On a narrow screen two columns fill it, and their labels with them. */
const narrow = () => innerWidth < 700;

/** Otherwise all columns fill the window, as far as labels have room; what the panel takes of it changes no column. */
const wideOf = (width: number) => (narrow() ? Math.max(120, (width - 24) / 2) : Math.min(205, Math.max(185, (innerWidth - 40) / COLUMNS)));

/** The least scale of the first view: labels of 12 px stay legible, and the rest is reached by dragging. */
const LEGIBLE = 0.9;

/** Whether what is around an element scrolls. */
function scrolls(element: Element | null): boolean {
  for (let one = element?.parentElement; one; one = one.parentElement) if (one.scrollHeight > one.clientHeight + 1 && getComputedStyle(one).overflowY !== 'visible') return true;
  return document.documentElement.scrollHeight > innerHeight;
}

type Props = {
  graph: Graph;
  chosen: string | null;
  /** The kinds that a reader left out: when they change, all that is drawn is shown. */
  hidden: string;
  onChoose: (id: string) => void;
  /** The node under the pointer or the focus, which leads to its care paths. */
  onPoint: (id: string | null) => void;
  /** What stands above the drawing. */
  children: ReactNode;
};

/** The elements; they stay while the pointer moves. */
const Elements = memo(function Elements({ nodes, edges, room }: { nodes: Node[]; edges: Edge[]; room: number }) {
  const labels = nodes.map((node) => ({ node, label: labelOf(node, room) }));
  return (
    <>
      <g className="edges" aria-hidden="true">
        {edges.map(({ from, to, known }) => <path key={key(from, to)} data-key={key(from, to)} className={known ? 'known' : 'recorded'} />)}
      </g>
      <g className="nodes">
        {labels.map(({ node, label }, index) => (
          <g
            key={node.id}
            data-id={node.id}
            className={`node ${node.kind}${node.sign ? ' alarming' : ''}${node.past ? ' past' : ''}`}
            role="button"
            tabIndex={index ? -1 : 0}
            aria-label={nameOf(node, label)}
          >
            <circle r="12" className="halo" />
            <path d={SHAPES[node.kind]} />
            <text x={node.kind === 'patient' ? 16 : 14} dy="0.32em">{label}</text>
          </g>
        ))}
      </g>
    </>
  );
});

/** Marks what belongs to the care paths of the pointed node, or else its neighbours, and dims the rest. */
function highlight(svg: SVGSVGElement, graph: Graph, id: string | null) {
  const ways = graph.ways.filter((way) => id && way.nodes.has(id));
  const nodes = new Set(ways.flatMap((way) => [...way.nodes]));
  const edges = new Set(ways.flatMap((way) => [...way.edges]));
  if (ways.length) {
    // The concepts that lead from one to the other, where they are drawn.
    const concepts = new Set(graph.nodes.flatMap((node) => (node.kind === 'concept' ? [node.id] : [])));
    const named = new Set(graph.edges.flatMap(({ from, to }) => (nodes.has(from) && concepts.has(to) ? [to] : [])));
    for (const { from, to } of graph.edges) {
      const [leads, explains] = [nodes.has(from) && named.has(to), named.has(from) && named.has(to)];
      if (leads || explains) edges.add(key(from, to));
    }
    named.forEach((one) => nodes.add(one));
  } else if (id) {
    nodes.add(id);
    for (const { from, to } of graph.edges) {
      if (from !== id && to !== id) continue;
      nodes.add(from).add(to);
      edges.add(key(from, to));
    }
  }
  svg.classList.toggle('pointed', id !== null);
  svg.querySelectorAll<SVGElement>('[data-id]').forEach((one) => one.classList.toggle('lit', nodes.has(one.dataset.id ?? '')));
  svg.querySelectorAll<SVGElement>('[data-key]').forEach((one) => one.classList.toggle('lit', edges.has(one.dataset.key ?? '')));
}

const DIRECTIONS: Record<string, [number, number]> = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/** The node that lies nearest in the direction of an arrow key. */
function neighbour(placed: Placed[], from: Placed, arrow: string): Placed | undefined {
  const [dx, dy] = DIRECTIONS[arrow] ?? [0, 0];
  const distances = placed.flatMap((one) => {
    const [x, y] = [one.x - from.x, one.y - from.y];
    const [ahead, aside] = [x * dx + y * dy, Math.abs(x * dy) + Math.abs(y * dx)];
    return ahead > 4 ? [{ one, far: ahead + aside * 2.5 }] : [];
  });
  return distances.sort((a, b) => a.far - b.far)[0]?.one;
}

export function Drawing({ graph, chosen, hidden, onChoose, onPoint, children }: Props) {
  const svg = useRef<SVGSVGElement>(null);
  const zooming = useRef<ZoomBehavior<SVGSVGElement, unknown>>(null);
  const [wide, setWide] = useState<number | null>(null);
  // Where nodes stood before more of the record came.
  const stood = useRef(new Map<string, number>());
  const { placed, simulation } = useMemo(() => layout(graph.nodes, graph.edges, wide ?? 0, stood.current), [graph, wide]);
  /** Whether all is shown, which then stays so until a reader moves the drawing. */
  const all = useRef(false);
  const fit = () => {
    const [element, inner] = [svg.current, svg.current?.querySelector<SVGGElement>('.scene')];
    if (!element || !inner || !zooming.current) return;
    const [room, box] = [element.getBoundingClientRect(), inner.getBBox()];
    // Above what is told at the bottom.
    const tall = room.height - (element.parentElement?.querySelector('.hint')?.clientHeight ?? 0) - 16;
    const scale = Math.min(1.1, (room.width - 32) / box.width, (tall - 32) / box.height);
    if (!(scale > 0)) return;
    const [x, y] = [(room.width - box.width * scale) / 2 - box.x * scale, (tall - box.height * scale) / 2 - box.y * scale];
    zooming.current.transform(select(element), zoomIdentity.translate(x, y).scale(scale));
  };
  const left = useRef(hidden);
  useEffect(() => {
    // On a narrow screen nothing would be legible.
    if (left.current !== hidden && !narrow()) all.current = true;
    left.current = hidden;
  }, [hidden]);
  useEffect(() => {
    const element = svg.current;
    if (!element) return undefined;
    const watch = new ResizeObserver(([entry]) => {
      if (!entry?.contentRect.width) return;
      setWide(wideOf(entry.contentRect.width));
      if (all.current) fit();
    });
    watch.observe(element);
    return () => watch.disconnect();
  }, []);
  const point = (id: string | null) => {
    if (svg.current) highlight(svg.current, graph, id);
    onPoint(id);
  };

  // The layout settles over some frames, and is drawn in each. Nothing is painted that has no place yet.
  useLayoutEffect(() => {
    const element = svg.current;
    if (!element || wide === null) return undefined;
    element.removeAttribute('data-settled');
    const byId = new Map(placed.map((one) => [one.id, one]));
    const nodes = [...element.querySelectorAll<SVGGElement>('[data-id]')].flatMap((one) => {
      const at = byId.get(one.dataset.id ?? '');
      return at ? [{ one, at }] : [];
    });
    const elements = element.querySelectorAll<SVGPathElement>('[data-key]');
    const lines = graph.edges.flatMap((edge, index) => {
      const [one, from, to] = [elements[index], byId.get(edge.from), byId.get(edge.to)];
      return one && from && to ? [{ one, from, to }] : [];
    });
    const draw = () => {
      const tenths = (value: number) => Math.round(value * 10) / 10;
      for (const { one, at } of nodes) one.setAttribute('transform', `translate(${at.x} ${tenths(at.y)})`);
      // What leads past a column goes above it and comes down beside its end, so that it touches no other node.
      const above = tenths(placed.reduce((least, { y }) => Math.min(least, y), 0) - 26);
      for (const { one, from, to } of lines) {
        const [here, there] = [tenths(from.y), tenths(to.y)];
        const past = from.node.kind === 'patient' && to.x - from.x > 1.5 * wide;
        // Within a column it goes around those in between.
        const around = from.x === to.x ? from.x - Math.min(80, 30 + Math.abs(there - here) * 0.12) : null;
        if (past) one.setAttribute('d', `M${from.x} ${here}V${above}H${to.x - 15}V${there}H${to.x}`);
        else if (around !== null) one.setAttribute('d', `M${from.x} ${here}C${around} ${here} ${around} ${there} ${to.x} ${there}`);
        else one.setAttribute('d', `M${from.x} ${here}L${to.x} ${there}`);
      }
    };
    const still = matchMedia('(prefers-reduced-motion: reduce)').matches;
    let frame = 0;
    const step = () => {
      const until = performance.now() + BUDGET;
      do simulation.tick();
      while (simulation.alpha() > simulation.alphaMin() && performance.now() < until);
      const settled = simulation.alpha() <= simulation.alphaMin();
      if (!still || settled) draw();
      if (settled && all.current) fit();
      element.toggleAttribute('data-settled', settled);
      if (!settled) frame = requestAnimationFrame(step);
    };
    draw();
    frame = requestAnimationFrame(step);
    return () => {
      cancelAnimationFrame(frame);
      stood.current = new Map(placed.map(({ id, y }) => [id, y]));
    };
  }, [graph, placed, simulation, wide]);

  // Zoom and pan, from a view that fits the width as far as labels stay legible.
  useEffect(() => {
    const element = svg.current;
    if (!element || wide === null) return;
    const inner = element.querySelector<SVGGElement>('.scene');
    const { width, height } = element.getBoundingClientRect();
    const scale = narrow() ? 1 : Math.min(1.1, Math.max(LEGIBLE, (width - 40) / (COLUMNS * wide)));
    const behaviour = zoom<SVGSVGElement, unknown>()
      .scaleExtent([0.02, 4])
      // Where the page itself scrolls, the wheel does that.
      .filter((event: MouseEvent) => !event.button && (event.type !== 'wheel' || event.ctrlKey || !scrolls(element)))
      .on('zoom', ({ transform, sourceEvent }) => {
        inner?.setAttribute('transform', transform);
        // By a reader's hand, not by the page.
        if (sourceEvent) all.current = false;
      });
    zooming.current = behaviour;
    const start = zoomIdentity.translate(narrow() ? 16 : 36, height / 2).scale(scale);
    select(element).call(behaviour).on('dblclick.zoom', null).call(behaviour.transform, start);
    if (all.current) fit();
  }, [wide]);

  // On paper all of it is seen.
  useEffect(() => {
    const inner = svg.current?.querySelector<SVGGElement>('.scene');
    let view: string | null = null;
    const before = () => {
      if (!inner) return;
      view = inner.getAttribute('transform');
      inner.removeAttribute('transform');
      const { x, y, width, height } = inner.getBBox();
      svg.current?.setAttribute('viewBox', `${x - 8} ${y - 8} ${width + 16} ${height + 16}`);
    };
    const after = () => {
      svg.current?.removeAttribute('viewBox');
      if (view) inner?.setAttribute('transform', view);
    };
    addEventListener('beforeprint', before);
    addEventListener('afterprint', after);
    return () => {
      removeEventListener('beforeprint', before);
      removeEventListener('afterprint', after);
    };
  }, []);

  const idOf = (target: EventTarget) => (target as Element).closest<SVGElement>('[data-id]')?.dataset.id ?? null;
  const onKeyDown = (event: KeyboardEvent) => {
    const id = idOf(event.target);
    const from = placed.find((one) => one.id === id);
    if (!from || !svg.current) return;
    if (event.key === 'Enter' || event.key === ' ') {
      event.preventDefault();
      onChoose(from.id);
    } else if (event.key.startsWith('Arrow')) {
      event.preventDefault();
      const next = neighbour(placed, from, event.key);
      if (!next) return;
      const [here, there] = [from, next].map(({ id }) => svg.current?.querySelector<SVGElement>(`[data-id="${CSS.escape(id)}"]`));
      here?.setAttribute('tabindex', '-1');
      there?.setAttribute('tabindex', '0');
      there?.focus({ preventScroll: true });
      zooming.current?.translateTo(select(svg.current), next.x, next.y);
    }
  };
  useEffect(() => {
    svg.current?.querySelectorAll('.chosen').forEach((one) => one.classList.remove('chosen'));
    const one = chosen ? svg.current?.querySelector(`[data-id="${CSS.escape(chosen)}"]`) : null;
    if (!one || !svg.current) return;
    one.classList.add('chosen');
    // The panel may stand where the node was.
    const [node, room] = [one.getBoundingClientRect(), svg.current.getBoundingClientRect()];
    const panel = svg.current.closest('.stage')?.querySelector('.details')?.getBoundingClientRect();
    const bottom = panel && panel.left < room.right - 1 ? Math.min(panel.top, room.bottom) : room.bottom;
    // What it leads to stands in the next column, which is seen with it.
    const next = one.matches('.lab') || narrow() || all.current ? 0 : (wide ?? 0) * zoomTransform(svg.current).k;
    if (node.left > room.left && node.right + next < room.right && node.top > room.top && node.bottom < bottom) return;
    const at = placed.find(({ id }) => id === chosen);
    const scale = zoomTransform(svg.current).k;
    if (at) zooming.current?.translateTo(select(svg.current), at.x, at.y + (room.bottom - bottom) / 2 / scale);
  }, [chosen, graph]);

  const scaleBy = (factor: number) => {
    all.current = false;
    if (svg.current) zooming.current?.scaleBy(select(svg.current), factor);
  };
  return (
    <div className="drawing">
      <svg
        ref={svg}
        role="group"
        aria-label="The patient’s graph. Arrow keys go from node to node, Enter shows what is known of one, Escape leads back. The table has the same."
        onPointerOver={(event) => point(idOf(event.target))}
        onPointerLeave={() => point(null)}
        onFocus={(event) => point(idOf(event.target))}
        onBlur={() => point(null)}
        onClick={(event) => {
          const id = idOf(event.target);
          if (id) onChoose(id);
        }}
        onKeyDown={onKeyDown}
      >
        <defs>
          <marker id="arrow" viewBox="0 0 8 8" refX="15" refY="4" markerWidth="7" markerHeight="7" markerUnits="userSpaceOnUse" orient="auto"><path d="M0 0.8L7 4L0 7.2z" /></marker>
        </defs>
        <g className="scene">{wide !== null && <Elements nodes={graph.nodes} edges={graph.edges} room={wide - 32} />}</g>
      </svg>
      {children}
      <div className="zoom">
        <button type="button" aria-label="Zoom in" onClick={() => scaleBy(1.4)}>+</button>
        <button type="button" aria-label="Zoom out" onClick={() => scaleBy(1 / 1.4)}>−</button>
        <button type="button" aria-label="Show all" title="Show all" onClick={() => { all.current = true; fit(); }}><svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true"><path d="M2 6V2H6M10 2H14V6M14 10V14H10M6 14H2V10" /></svg></button>
      </div>
    </div>
  );
}

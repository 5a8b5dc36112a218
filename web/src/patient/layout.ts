/** Where nodes are drawn: a column a kind, and within it where the forces of the edges bring each. */

import { forceCollide, forceLink, forceSimulation, forceY, type Simulation, type SimulationNodeDatum } from 'd3-force';
import { KINDS, type Edge, type Kind, type Node } from './graph';

/** Across, a node stays in its column. */
export type Placed = SimulationNodeDatum & { id: string; node: Node; x: number; y: number; home: number };
type Linked = { source: Placed; target: Placed; known: boolean };

export const COLUMN = 230;

/** Concepts explain how symptoms, conditions and medications belong together, so they stand below those. */
export const columnOf = (kind: Kind) => (kind === 'concept' ? 3 : KINDS.indexOf(kind)) * COLUMN;

const ROW = 25;

/** A simulation that starts from columns in the order of the nodes; it is stepped by whoever draws. */
export function layout(nodes: Node[], edges: Edge[]): { placed: Placed[]; simulation: Simulation<Placed, Linked> } {
  const rows = new Map<Kind, number>();
  const heights = new Map<Kind, number>();
  nodes.forEach(({ kind }) => heights.set(kind, (heights.get(kind) ?? 0) + 1));
  const below = (Math.max(0, ...['symptom', 'condition', 'medication'].map((kind) => heights.get(kind as Kind) ?? 0)) / 2) * ROW;
  const placed = nodes.map((node) => {
    const row = rows.get(node.kind) ?? 0;
    rows.set(node.kind, row + 1);
    const concept = node.kind === 'concept';
    // Three columns of concepts; they would make the picture too tall in one.
    const x = columnOf(node.kind) + (concept ? ((row % 3) - 1) * COLUMN : 0);
    const y = concept ? below + 60 + Math.floor(row / 3) * ROW : (row - (heights.get(node.kind) ?? 1) / 2) * ROW;
    return { id: node.id, node, x, y, fx: x, home: y };
  });
  const byId = new Map<string, Placed>(placed.map((one) => [one.id, one]));
  const links = edges.flatMap(({ from, to, known }): Linked[] => {
    const [source, target] = [byId.get(from), byId.get(to)];
    return source && target ? [{ source, target, known }] : [];
  });
  const simulation = forceSimulation<Placed, Linked>(placed)
    .stop()
    .alphaDecay(0.045)
    .velocityDecay(0.5)
    .force('y', forceY<Placed>((one) => (one.node.kind === 'concept' ? one.home : 0)).strength((one) => (one.node.kind === 'concept' ? 0.4 : 0.03)))
    .force('link', forceLink<Placed, Linked>(links).distance(0).strength((one) => (one.known ? 0.1 : 0.03)))
    .force('collide', forceCollide<Placed>(ROW / 2).strength(1).iterations(2));
  return { placed, simulation };
}

/** Where nodes are drawn: in columns by kind, and within one where the forces of the edges bring each. */

import { forceCollide, forceLink, forceSimulation, forceY, type Simulation, type SimulationNodeDatum } from 'd3-force';
import type { Edge, Kind, Node } from './graph';

/** Across, a node stays in its column. */
export type Placed = SimulationNodeDatum & { id: string; node: Node; x: number; y: number; home: number };
type Linked = { source: Placed; target: Placed; known: boolean };

/** The columns, in the order in which care goes. What nothing but the patient leads to shares the first of them. */
const COLUMN: Record<Kind, number> = { patient: 0, doctor: 1, allergy: 1, operation: 1, family: 1, other: 1, appointment: 2, consultation: 2, symptom: 3, condition: 4, medication: 5, lab: 6, concept: 4 };
export const COLUMNS = 7;

const ROW = 25;

/** A simulation that starts from columns in the order of the nodes, or from where nodes stood before; it is stepped by
 * whoever draws. */
export function layout(nodes: Node[], edges: Edge[], wide: number, before: ReadonlyMap<string, number>): { placed: Placed[]; simulation: Simulation<Placed, Linked> } {
  const heights = new Map<number, number>();
  const tall = (column: number) => heights.get(column) ?? 0;
  for (const { kind } of nodes) if (kind !== 'concept') heights.set(COLUMN[kind], tall(COLUMN[kind]) + 1);
  const below = (Math.max(tall(3), tall(4), tall(5)) / 2) * ROW;
  const rows = new Map<number, number>();
  let concepts = 0;
  const placed = nodes.map((node) => {
    const column = COLUMN[node.kind];
    if (node.kind === 'concept') {
      // Three columns of concepts; they would make the picture too tall in one. They explain how symptoms, conditions
      // and medications belong together, so they stand below those.
      const [x, home] = [(column + (concepts % 3) - 1) * wide, below + 60 + Math.floor(concepts / 3) * ROW];
      concepts += 1;
      return { id: node.id, node, x, y: home, fx: x, home };
    }
    const row = rows.get(column) ?? 0;
    rows.set(column, row + 1);
    const [x, home] = [column * wide, (row - (tall(column) - 1) / 2) * ROW];
    return { id: node.id, node, x, y: before.get(node.id) ?? home, fx: x, ...(column < 2 && { fy: home }), home };
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

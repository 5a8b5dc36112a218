/** The record as it is read: each list by itself, so that what fails costs nothing else and can be tried again. */

import { useCallback, useEffect, useRef, useState } from 'react';
import type { Fault } from '../shared/ask';
import { carePaths, drawn, type CarePath, type Drawn } from './knowledge';
import { LISTS, LIST_NAMES, page, type Entry, type ListName } from './record';

/** A list as far as it is read: `total` rows there are, `rows` of them are read, `end` is where the rest begins. */
export type Listed = { entries: Entry[]; rows: number; total: number | null; end: string | null; begun: boolean; busy: boolean; cut: boolean; error: string | null; faults: Fault[] };

/** Something that is read at once, or in pages by number. */
export type Part<Value> = { value: Value | null; busy: boolean; error: string | null };

export type Reading = {
  lists: Record<ListName, Listed>;
  graph: Part<Drawn>;
  paths: Part<{ paths: CarePath[]; total: number; faults: Fault[] }>;
  /** Reads the next page of a list, or all that are left. */
  more: (name: ListName, all?: boolean) => void;
  morePaths: () => void;
  /** Reads again what failed. */
  again: () => void;
};

export type Wanted = { lists: readonly ListName[]; knowledge: boolean };

const UNREAD: Listed = { entries: [], rows: 0, total: null, end: null, begun: false, busy: false, cut: false, error: null, faults: [] };
const message = (error: unknown) => (error instanceof Error ? error.message : String(error));

/** Something read by `ask`; `again` asks anew. */
function usePart<Value>(read: (before: Value | null) => Promise<Value>): [Part<Value>, () => Promise<void>] {
  const [part, setPart] = useState<Part<Value>>({ value: null, busy: false, error: null });
  const now = useRef(part);
  const set = useCallback((next: Part<Value>) => setPart((now.current = next)), []);
  const run = useCallback(async () => {
    if (now.current.busy) return;
    set({ ...now.current, busy: true, error: null });
    try {
      set({ value: await read(now.current.value), busy: false, error: null });
    } catch (error) {
      set({ ...now.current, busy: false, error: message(error) });
    }
  }, [read, set]);
  return [part, run];
}

export function useReading(id: string, wanted: Wanted): Reading {
  const patient = Number(id.split(':')[1]);
  const [lists, setLists] = useState(() => Object.fromEntries(LIST_NAMES.map((name) => [name, UNREAD])) as Record<ListName, Listed>);
  const now = useRef(lists);
  const set = useCallback((name: ListName, change: Partial<Listed>) => {
    now.current = { ...now.current, [name]: { ...now.current[name], ...change } };
    setLists(now.current);
  }, []);
  const read = useCallback(async (name: ListName, all = false) => {
    if (now.current[name].busy) return;
    set(name, { begun: true, busy: true, error: null });
    try {
      do {
        const before = now.current[name];
        const { entries, rows, total, end, faults, cut } = await page(patient, name, before.end);
        set(name, {
          entries: [...before.entries, ...entries],
          rows: before.rows + rows,
          total: total ?? before.total,
          faults: [...before.faults, ...faults],
          cut: before.cut || cut,
          end,
        });
      } while (all && now.current[name].end);
      set(name, { busy: false });
    } catch (error) {
      set(name, { busy: false, error: message(error) });
    }
  }, [patient, set]);
  const [graph, readGraph] = usePart<Drawn>(useCallback(() => drawn(id), [id]));
  const [paths, readPaths] = usePart<{ paths: CarePath[]; total: number; faults: Fault[] }>(
    useCallback(async (before) => {
      const next = await carePaths(id, before?.paths.length ?? 0);
      return before ? { ...next, paths: [...before.paths, ...next.paths] } : next;
    }, [id]),
  );
  useEffect(() => {
    for (const name of wanted.lists) if (!now.current[name].begun) void read(name);
  }, [wanted, read]);
  const known = useRef(false);
  useEffect(() => {
    if (!wanted.knowledge || known.current) return;
    known.current = true;
    void readPaths();
    void readGraph();
  }, [wanted, readGraph, readPaths]);
  const again = useCallback(() => {
    for (const name of LIST_NAMES) {
      const { error, faults } = now.current[name];
      // Rows that came without a part of them are read anew.
      if (faults.length) set(name, UNREAD);
      if (error || faults.length) void read(name);
    }
    if (graph.error || graph.value?.faults.length) void readGraph();
    if (paths.error) void readPaths();
  }, [read, set, graph, paths, readGraph, readPaths]);
  return { lists, graph, paths, more: (name, all) => void read(name, all), morePaths: () => void readPaths(), again };
}

/** All that is read of some lists. */
export const entriesOf = ({ lists }: Reading, names: readonly ListName[]) => names.flatMap((name) => lists[name].entries);

/** What of some lists is not there, and why, in sentences. */
export function missingOf(reading: Reading, { lists, knowledge }: Wanted, placeOf: (fault: Fault) => string): string[] {
  const told = lists.flatMap((name) => {
    const { error, faults, cut } = reading.lists[name];
    const { title } = LISTS[name];
    const parts = new Map(faults.map((fault) => [placeOf(fault), fault.message]));
    return [
      ...(error ? [`${title} could not be read: ${error}`] : []),
      ...[...parts].map(([place, why]) => `${title}: ${place || 'something'} could not be read for ${faults.length === 1 ? 'one entry' : `${faults.length} entries`}: ${why}`),
      ...(cut ? [`${title}: only the first 200 entries below one are read.`] : []),
    ];
  });
  if (!knowledge) return told;
  const { graph, paths } = reading;
  return [
    ...told,
    ...(graph.error ? [`What the catalogs know could not be read, and is not shown; what the record says is. ${graph.error}`] : []),
    ...(graph.value?.faults.length ? [`Some of what the catalogs know could not be read: ${graph.value.faults[0]?.message}`] : []),
    ...(graph.value?.truncated ? ['The graph holds more than it tells at once, so some connections that catalogs know are not shown.'] : []),
    ...(paths.error ? [`Care paths could not be read: ${paths.error}`] : []),
    ...(paths.value?.faults.length ? [`Some care paths could not be read: ${paths.value.faults[0]?.message}`] : []),
  ];
}

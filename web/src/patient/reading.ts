/** The record as it is read: each list by itself, so that what fails costs nothing else and can be tried again. */

import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import type { Fault } from '../shared/ask';
import { carePaths, drawn, pairs, type CarePath, type Drawn, type Pair } from './knowledge';
import { care, type Care } from './care';
import { BELOW, LISTS, LIST_NAMES, page, type Entry, type ListName } from './record';

/** A list as far as it is read: `total` rows there are, `rows` of them are read, `end` is where the rest begins. */
export type Listed = { entries: Entry[]; rows: number; total: number | null; end: string | null; begun: boolean; busy: boolean; cut: boolean; error: string | null; faults: Fault[] };

/** Something that is read at once, or in pages by number. */
export type Part<Value> = { value: Value | null; busy: boolean; error: string | null };

export type Reading = {
  lists: Record<ListName, Listed>;
  /** Who looks after the patient, the facts of their health, and what the record lacks. */
  care: Part<{ care: Care; faults: Fault[] }>;
  /** The concepts, and what leads to them. */
  concepts: Part<Drawn>;
  /** What is known of symptoms and medications, by their ids. */
  pairs: Part<ReadonlyMap<string, Pair[]>>;
  paths: Part<{ paths: CarePath[]; total: number; faults: Fault[] }>;
  /** Reads the next page of a list, or all that are left. */
  more: (name: ListName, all?: boolean) => void;
  morePaths: () => void;
  /** Asks what is known of these entries, unless that is known. */
  ask: (ids: readonly string[]) => void;
  /** Reads again what failed. */
  again: () => void;
};

export type Wanted = { lists: readonly ListName[]; knowledge: boolean; concepts: boolean };

/** Entries that are asked of at once. */
const AT_ONCE = 100;

const UNREAD: Listed = { entries: [], rows: 0, total: null, end: null, begun: false, busy: false, cut: false, error: null, faults: [] };
const message = (error: unknown) => (error instanceof Error ? error.message : String(error));

/** Something read by `ask`; `again` asks anew. */
export function usePart<Value>(read: (before: Value | null) => Promise<Value>): [Part<Value>, () => Promise<void>] {
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
  const [cared, readCare] = usePart<{ care: Care; faults: Fault[] }>(useCallback(() => care(id), [id]));
  const [concepts, readConcepts] = usePart<Drawn>(useCallback(() => drawn(id), [id]));
  const [paths, readPaths] = usePart<{ paths: CarePath[]; total: number; faults: Fault[] }>(
    useCallback(async (before) => {
      const next = await carePaths(id, (before?.paths.at(-1)?.place ?? -1) + 1);
      return before ? { ...next, paths: [...before.paths, ...next.paths] } : next;
    }, [id]),
  );
  const open = useRef<string[]>([]);
  const [known, readPairs] = usePart<ReadonlyMap<string, Pair[]>>(
    useCallback(async (before) => {
      const found = new Map(before);
      while (open.current.length) {
        const ids = open.current.slice(0, AT_ONCE);
        for (const [id, some] of await pairs(ids)) found.set(id, some);
        open.current = open.current.filter((id) => !ids.includes(id));
      }
      return found;
    }, []),
  );
  const asked = useRef(new Set<string>());
  const ask = useCallback((ids: readonly string[]) => {
    const fresh = ids.filter((id) => !asked.current.has(id));
    fresh.forEach((id) => asked.current.add(id));
    open.current.push(...fresh);
    if (fresh.length) void readPairs();
  }, [readPairs]);
  useEffect(() => {
    for (const name of wanted.lists) if (!now.current[name].begun) void read(name);
  }, [wanted.lists, read]);
  useEffect(() => void readCare(), [readCare]);
  const begun = useRef({ paths: false, concepts: false });
  useEffect(() => {
    if (wanted.knowledge && !begun.current.paths) void readPaths();
    if (wanted.concepts && !begun.current.concepts) void readConcepts();
    begun.current = { paths: begun.current.paths || wanted.knowledge, concepts: begun.current.concepts || wanted.concepts };
  }, [wanted.knowledge, wanted.concepts, readConcepts, readPaths]);
  const again = useCallback(() => {
    for (const name of LIST_NAMES) {
      const { error, faults } = now.current[name];
      // Rows that came without a part of them are read anew.
      if (faults.length) set(name, UNREAD);
      if (error || faults.length) void read(name);
    }
    if (cared.error || cared.value?.faults.length) void readCare();
    if (concepts.error || concepts.value?.faults.length) void readConcepts();
    if (known.error) void readPairs();
    if (paths.error) void readPaths();
  }, [read, set, cared, concepts, known, paths, readCare, readConcepts, readPairs, readPaths]);
  return useMemo(
    () => ({ lists, care: cared, concepts, paths, pairs: known, more: (name, all) => void read(name, all), morePaths: () => void readPaths(), ask, again }),
    [lists, cared, concepts, paths, known, read, readPaths, ask, again],
  );
}

/** All that is read of some lists. */
export const entriesOf = ({ lists }: Reading, names: readonly ListName[]) => names.flatMap((name) => lists[name].entries);

/** What of some lists is not there, and why, in sentences. */
export function missingOf(reading: Reading, { lists, knowledge }: Wanted, placeOf: (fault: Fault) => string): string[] {
  // Lists that failed for the same reason are one sentence.
  const failed = new Map<string, string[]>();
  for (const name of lists) {
    const { error } = reading.lists[name];
    if (error) failed.set(error, [...(failed.get(error) ?? []), LISTS[name].title]);
  }
  const told = [
    ...[...failed].map(([why, titles]) => `${titles.join(', ')} could not be read: ${why}`),
    ...lists.flatMap((name) => {
      const { faults, cut } = reading.lists[name];
      const { title } = LISTS[name];
      const parts = new Map(faults.map((fault) => [placeOf(fault), fault.message]));
      return [
        ...[...parts].map(([place, why]) => `${title}: ${place || 'something'} could not be read for ${faults.length === 1 ? 'one entry' : `${faults.length} entries`}: ${why}`),
        ...(cut ? [`${title}: only the first ${BELOW} entries below one are read.`] : []),
      ];
    }),
  ];
  const { care, concepts, pairs, paths } = reading;
  if (care.error) told.push(`Who looks after the patient, and the facts of their health, could not be read: ${care.error}`);
  const parts = new Map((care.value?.faults ?? []).map((fault) => [placeOf(fault), fault.message]));
  parts.forEach((why, place) => told.push(`${(place || 'something').replace(/^./, (one) => one.toUpperCase())} could not be read: ${why}`));
  if (!knowledge) return told;
  const shown = concepts.value;
  return [
    ...told,
    ...(pairs.error ? [`What the catalogs know of symptoms and medications could not be read, and is not shown; what the record says is. ${pairs.error}`] : []),
    ...(concepts.error ? [`Concepts could not be read: ${concepts.error}`] : []),
    ...(shown?.faults.length ? [`Some of the concepts could not be read: ${shown.faults[0]?.message}`] : []),
    ...(shown?.cut ? ['There are more concepts than are shown.'] : []),
    ...(paths.error ? [`Care paths could not be read: ${paths.error}`] : []),
    ...(paths.value?.faults.length ? [`Some care paths could not be read: ${paths.value.faults[0]?.message}`] : []),
  ];
}

/** A question to the gateway that follows what is chosen. */

import { useEffect, useState } from 'react';
import { ask, type Fault } from './ask';

/** What came of asking; it belongs to one question alone. */
export type Asked<Data> = { data: Data | null; faults: Fault[]; error: string | null };

export type Answered<Data> = { asked: Asked<Data> | null; busy: boolean; again: () => void };

/** What is wrong with an answer, in words. */
export const wrongWith = (asked: Asked<unknown> | null) => asked && (asked.error ?? asked.faults[0]?.message ?? null);

/** Asks, and asks anew when the variables change: the answer to what was asked before is not waited for. While there is no
 * answer, `asked` is the one before, and `busy`. `again` repeats the question. Without a query nothing is asked. */
export function useAnswer<Data>(query: string | null, variables: string): Answered<Data> {
  const [turn, setTurn] = useState(0);
  const question = `${turn} ${query} ${variables}`;
  const [{ to, asked }, setAnswer] = useState<{ to: string; asked: Asked<Data> | null }>({ to: '', asked: null });
  useEffect(() => {
    if (query === null) return undefined;
    const stop = new AbortController();
    const settle = (next: Asked<Data>) => {
      if (!stop.signal.aborted) setAnswer({ to: question, asked: next });
    };
    ask<Data>(query, JSON.parse(variables) as Record<string, unknown>, { signal: stop.signal }).then(
      ({ data, errors }) => settle({ data: data ?? null, faults: errors ?? [], error: null }),
      (error: Error) => settle({ data: null, faults: [], error: error.message }),
    );
    return () => stop.abort();
  }, [query, variables, question]);
  return { asked, busy: to !== question, again: () => setTurn((turn) => turn + 1) };
}

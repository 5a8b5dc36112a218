/** What the list asks for. */

import { useEffect, useState } from 'react';
import { ask, type Fault } from '../shared/ask';

export type Allergy = { item: string; severity: string | null; isActive: boolean };

export type Patient = {
  id: string;
  name: string;
  age: number | null;
  sex: string | null;
  dateOfBirth: string | null;
  createdAt: string | null;
  allergies: Allergy[] | null;
  conditions: { item: string }[] | null;
};

export type Page = {
  nodes: Patient[];
  pageInfo: { hasPreviousPage: boolean; hasNextPage: boolean; startCursor: string | null; endCursor: string | null };
};

/** How many allergies and conditions a row shows; one more is asked for, so that it can say that there are more. */
export const SHOWN = 5;

export const QUERY = `query Patients(
  $search: String
  $filter: PatientFilter
  $orderBy: [PatientOrder!]
  $first: Int
  $after: String
  $last: Int
  $before: String
) {
  patients(search: $search, filter: $filter, orderBy: $orderBy, first: $first, after: $after, last: $last, before: $before) {
    nodes {
      id
      name
      age
      sex
      dateOfBirth
      createdAt
      allergies: medicalHistory(type: ALLERGY, first: ${SHOWN + 1}) {
        item
        severity
        isActive
      }
      conditions: medicalHistory(type: CONDITION, filter: {isActive: {eq: true}}, first: ${SHOWN + 1}) {
        item
      }
    }
    pageInfo {
      hasPreviousPage
      hasNextPage
      startCursor
      endCursor
    }
  }
}`;

/** Counting reads every row that matches, so the rows do not wait for it. */
const TOTAL = `query PatientTotal($search: String, $filter: PatientFilter) {
  patients(search: $search, filter: $filter) {
    totalCount
  }
}`;

/** What came of asking; it belongs to one question alone. */
export type Asked<Data> = { data: Data | null; faults: Fault[]; error: string | null };

/** Asks, and asks anew when the variables change: the answer to what was asked before is not waited for. While there is no
 * answer, `asked` is the one before, and `busy`. `again` repeats the question. */
function useAnswer<Data>(query: string, variables: string): { asked: Asked<Data> | null; busy: boolean; again: () => void } {
  const [turn, setTurn] = useState(0);
  const question = `${turn} ${variables}`;
  const [{ to, asked }, setAnswer] = useState<{ to: string; asked: Asked<Data> | null }>({ to: '', asked: null });
  useEffect(() => {
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

export const usePage = (variables: string) => useAnswer<{ patients: Page | null }>(QUERY, variables);

export const useTotal = (variables: string) => useAnswer<{ patients: { totalCount: number | null } | null }>(TOTAL, variables);

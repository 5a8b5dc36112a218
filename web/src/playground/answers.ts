/** What came back, kept for the panel below the answer: one a tab. */

import type { Fetcher, FetcherParams } from '@graphiql/toolkit';
import { Kind, parse, type OperationDefinitionNode } from 'graphql';
import { useSyncExternalStore } from 'react';
import type { Answer, Fault } from '../shared/ask';

/** A statement that a store was sent. */
export type Statement = {
  store: 'SQL' | 'CYPHER' | 'MEMORY';
  what: string;
  level: number;
  paths: string[];
  statement: string;
  parameters: string[];
  keys: number | null;
  rows: number;
  startMs: number;
  waitMs: number;
  storeMs: number;
  plan: string | null;
};

export type Explain = { totalMs: number; statements: Statement[] };

/** An answer besides its data. */
export type Outcome = {
  status: number;
  ms: number;
  bytes: number;
  faults: Fault[];
  /** The ids of patients in it. */
  patients: string[];
  mutation: boolean;
  /** Whether it was to be explained, and how it was. */
  asked: boolean;
  explain: Explain | null;
};

/** A value that components follow. */
function cell<Value>(value: Value) {
  const followers = new Set<() => void>();
  const follow = (follower: () => void) => {
    followers.add(follower);
    return () => void followers.delete(follower);
  };
  const get = () => value;
  const set = (next: Value) => {
    value = next;
    followers.forEach((follower) => follower());
  };
  return { get, set, use: () => useSyncExternalStore(follow, get) };
}

const KEPT = 'medimax:explain';

function kept(): boolean {
  try {
    return localStorage.getItem(KEPT) === 'on';
  } catch {
    return false; // the browser keeps nothing
  }
}

/** Whether requests ask to be explained. */
export const explaining = cell(kept());

export function setExplaining(on: boolean) {
  explaining.set(on);
  try {
    localStorage.setItem(KEPT, on ? 'on' : 'off');
  } catch {
    // then it lasts as long as the page
  }
}

/** Whether the next request asks for plans too. */
let plansWanted = false;

export function wantPlans() {
  plansWanted = true;
}

/** The last outcome of each tab, by its id. */
export const outcomes = cell<ReadonlyMap<string, Outcome>>(new Map());

/** The tab that requests belong to. */
let tab = '';

export function setTab(id: string) {
  tab = id;
}

/** The operation that a request means. GraphiQL learns the name of one a moment after it was written, and until then
 * gives that of another, which then is left out. */
function operationOf({ query, operationName }: FetcherParams): { name: string | undefined; mutation: boolean } {
  let operations: OperationDefinitionNode[];
  try {
    operations = parse(query).definitions.filter((part) => part.kind === Kind.OPERATION_DEFINITION);
  } catch {
    return { name: operationName ?? undefined, mutation: false }; // the gateway says what is wrong with it
  }
  const meant = operations.find(({ name }) => name?.value === operationName) ?? operations[0];
  return { name: operations.length > 1 ? meant?.name?.value : undefined, mutation: meant?.operation === 'mutation' };
}

/** Sends a request for GraphiQL, and keeps what the answer says besides its data. */
export const fetcher: Fetcher = async (request, options) => {
  const own = request.operationName === 'IntrospectionQuery';
  const { name, mutation } = operationOf(request);
  const asked = explaining.get() && !own;
  const explain: Record<string, string> = asked ? { 'medimax-explain': plansWanted ? 'plan' : '1' } : {};
  if (!own) plansWanted = false;
  const [from, began] = [tab, performance.now()];
  const keep = (outcome: Outcome) => outcomes.set(new Map(outcomes.get()).set(from, outcome));
  let response: Response;
  try {
    response = await fetch('/graphql', {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/graphql-response+json, application/json;q=0.9',
        ...options?.headers,
        ...explain,
      },
      body: JSON.stringify({ ...request, operationName: name }),
    });
  } catch {
    throw new Error('The gateway does not answer. Is it running?');
  }
  const text = await response.text();
  const ms = performance.now() - began;
  let answer: Answer<unknown>;
  try {
    answer = JSON.parse(text) as Answer<unknown>;
  } catch {
    throw new Error(`The gateway answered ${response.status}, and not in JSON: is a proxy in between?`);
  }
  if (own) return answer;
  const { explain: explained, ...others } = answer.extensions ?? {};
  keep({
    status: response.status,
    ms,
    bytes: new Blob([text]).size,
    faults: answer.errors ?? [],
    patients: [...new Set(text.match(/"Patient:\d+"/g) ?? [])].map((id) => id.slice(1, -1)),
    mutation,
    asked,
    explain: (explained as Explain | undefined) ?? null,
  });
  // What is drawn below the answer need not stand in it.
  const { extensions: _, ...rest } = answer;
  return Object.keys(others).length ? { ...rest, extensions: others } : rest;
};

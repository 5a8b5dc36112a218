/** What came back, kept for the panel below the answer: one a tab. */

import type { Fetcher, FetcherParams } from '@graphiql/toolkit';
import { Kind, parse, type OperationDefinitionNode } from 'graphql';
import { post, type Fault, type Reply } from '../shared/ask';
import { cell } from '../shared/cell';
import { storage } from '../shared/storage';

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
  way: string | null;
  plan: string | null;
};

export type Explain = { totalMs: number; statements: Statement[] };

/** An answer besides its data. */
export type Outcome = {
  state: 'answered';
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

/** What became of a tab's last request. `again` says that it does no harm to send it once more. */
export type Came = { state: 'waiting'; stop: () => void } | { state: 'failed'; why: string; again: boolean } | Outcome;

const KEPT = 'medimax:explain';

/** Whether requests ask to be explained. */
export const explaining = cell(storage.getItem(KEPT) === 'on');

export function setExplaining(on: boolean) {
  explaining.set(on);
  storage.setItem(KEPT, on ? 'on' : 'off');
}

/** Whether the next request asks for plans too. */
let plansWanted = false;

export function wantPlans() {
  plansWanted = true;
}

/** What became of the last request of each tab, by its id. */
export const outcomes = cell<ReadonlyMap<string, Came>>(new Map());

/** Why the editors know no schema. */
export const schemaFault = cell<string | null>(null);

/** Milliseconds to wait for an answer: a gateway may be told to work on one longer than it does by default. */
const PATIENCE = 120_000;

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
  const from = tab;
  const keep = (came: Came) => outcomes.set(new Map(outcomes.get()).set(from, came));
  const stop = new AbortController();
  if (!own) keep({ state: 'waiting', stop: () => stop.abort() });
  let reply: Reply<unknown>;
  try {
    const headers = { ...options?.headers, ...explain };
    reply = await post<unknown>({ ...request, operationName: name }, { headers, patience: PATIENCE, signal: stop.signal, quietly: own });
  } catch (error) {
    const told = stop.signal.aborted ? 'You stopped waiting for the answer.' : (error as Error).message;
    const why = mutation ? `${told} It may have been done all the same: look before you send it again.` : told;
    if (own) schemaFault.set(why);
    else keep({ state: 'failed', why, again: !mutation });
    // What is thrown, GraphiQL shows with its stack.
    return { errors: [{ message: why }] };
  }
  const { answer, status, text, ms } = reply;
  if (own) {
    schemaFault.set(answer.data ? null : answer.errors?.[0]?.message ?? `status ${status}`);
    return answer;
  }
  const { explain: explained, ...others } = answer.extensions ?? {};
  keep({
    state: 'answered',
    status,
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

/** What the gateway is sent over HTTP, and the form of what it answers; what goes wrong on the way is told in words for
 * people. */

/** A rule that an input breaks. */
export type Violation = { path?: (string | number)[] | null; code: string; message: string };

/** An error of an answer. */
export type Fault = {
  message: string;
  path?: (string | number)[];
  locations?: { line: number; column: number }[];
  extensions?: { code?: string; requestId?: string; violations?: Violation[]; retryAfter?: number };
};

/** A GraphQL answer. */
export type Answer<Data> = { data?: Data | null; errors?: Fault[]; extensions?: Record<string, unknown> };

/** Milliseconds after which nobody waits any longer; above the gateway's own limit by default. */
export const PATIENCE = 45_000;

export type Options = { headers?: Record<string, string>; patience?: number; signal?: AbortSignal };

/** An answer as it came: in how many milliseconds, and when it left by the gateway's clock. */
export type Reply<Data> = { answer: Answer<Data>; status: number; text: string; ms: number; at: number };

/** Why there is no answer; its message is for people. */
export class NoAnswer extends Error {
  constructor(message: string, readonly status: number | null = null) {
    super(message);
  }
}

/** What an answer means that is none of the gateway's. */
function stranger(status: number, text: string): string {
  if (status === 503 || status === 429) return `MediMax has no time now (status ${status}).`;
  if (status >= 500) return `MediMax cannot be reached: a server in between answered with status ${status}.`;
  if (status === 401 || status === 403 || status === 407) return `A server in between asks you to sign in first (status ${status}).`;
  if (text === '') return `The answer was empty (status ${status}).`;
  return `The answer is not from MediMax (status ${status}). Is a sign-in page or a proxy in between?`;
}

function parsed<Data>(text: string): Answer<Data> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && ('data' in value || 'errors' in value) ? (value as Answer<Data>) : null;
  } catch {
    return null;
  }
}

/** Sends a request and reads all of its answer within a time limit. Throws a `NoAnswer` if there is none; what `signal`
 * ends throws as `fetch` does. */
export async function send<Data>(request: object, { headers, patience = PATIENCE, signal }: Options = {}): Promise<Reply<Data>> {
  const began = performance.now();
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), patience);
  let response: Response | undefined;
  try {
    response = await fetch('/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/graphql-response+json, application/json;q=0.9', ...headers },
      body: JSON.stringify(request),
      signal: signal ? AbortSignal.any([signal, late.signal]) : late.signal,
    });
    const text = await response.text();
    const answer = parsed<Data>(text);
    if (!answer) throw new NoAnswer(stranger(response.status, text), response.status);
    const at = Date.parse(response.headers.get('date') ?? '') || Date.now();
    return { answer, status: response.status, text, ms: performance.now() - began, at };
  } catch (error) {
    if (error instanceof NoAnswer || signal?.aborted) throw error;
    if (late.signal.aborted) throw new NoAnswer(`MediMax did not answer within ${Math.round(patience / 1000)} seconds.`);
    if (response) throw new NoAnswer('The answer broke off on its way.', response.status);
    throw new NoAnswer('MediMax does not answer. Is it running, and is there a network?');
  } finally {
    clearTimeout(timer);
  }
}

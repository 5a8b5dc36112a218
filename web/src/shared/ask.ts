/** What the gateway is asked over HTTP, and the form of what it answers. */

/** A rule that an input breaks. */
export type Violation = { path?: (string | number)[] | null; code: string; message: string };

/** An error of an answer. */
export type Fault = {
  message: string;
  path?: (string | number)[];
  locations?: { line: number; column: number }[];
  extensions?: { code?: string; requestId?: string; violations?: Violation[] };
};

/** A GraphQL answer. */
export type Answer<Data> = { data?: Data | null; errors?: Fault[]; extensions?: Record<string, unknown> };

/** Asks for data; errors that leave nothing to show are thrown. */
export async function ask<Data>(query: string, variables: Record<string, unknown>): Promise<Answer<Data>> {
  let response: Response;
  try {
    response = await fetch('/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/graphql-response+json' },
      body: JSON.stringify({ query, variables }),
    });
  } catch {
    throw new Error('The gateway does not answer. Is it running?');
  }
  const answer = (await response.json()) as Answer<Data>;
  if (!answer.data) throw new Error(answer.errors?.[0]?.message ?? `The gateway answered ${response.status}.`);
  return answer;
}

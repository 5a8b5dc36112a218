/** What the gateway is asked by whoever is logged in. */

import { NoAnswer, type Answer, type Options } from './send';
import { post } from './session';

export { post };
export type { Answer, Fault, Options, Reply, Violation } from './send';

/** Asks for data; errors that leave nothing to show are thrown. */
export async function ask<Data>(query: string, variables: Record<string, unknown>, options?: Options): Promise<Answer<Data>> {
  const { answer, status } = await post<Data>({ query, variables }, options);
  if (!answer.data) throw new NoAnswer(answer.errors?.[0]?.message ?? `MediMax answered without data (status ${status}).`, status);
  return answer;
}

/** A mutation that a form sends, and what is wrong with what stands in the form. */

import { post } from './ask';
import { NoAnswer } from './send';

/** What is wrong, and with which argument: null where it is with none of them. */
export type Refused = { about: string | null; words: string };

/** Why one does not know what became of a mutation. */
const UNKNOWN = 'It may have been done all the same.';

/** `reason` as a word of a sentence. */
const inWords = (message: string) => message.replaceAll('`', '').replace(/^[a-z]/, (letter) => letter.toUpperCase());

type Sent<Done> = { done: Done; at: number } | { done: null; refused: Refused };

/** Sends a mutation of one field, which it calls `done`. */
export async function sent<Done>(query: string, variables: Record<string, unknown>): Promise<Sent<Done>> {
  try {
    const { answer, at, status } = await post<{ done: Done | null }>({ query, variables });
    if (answer.data?.done) return { done: answer.data.done, at };
    const [fault] = answer.errors ?? [];
    const [violation] = fault?.extensions?.violations ?? [];
    const about = violation?.path?.[0];
    return { done: null, refused: { about: about === undefined ? null : String(about), words: inWords(violation?.message ?? fault?.message ?? `MediMax answered without data (status ${status}).`) } };
  } catch (error) {
    if (!(error instanceof NoAnswer)) throw error;
    return { done: null, refused: { about: null, words: `${error.message} ${UNKNOWN}` } };
  }
}

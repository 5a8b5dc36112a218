/** Breaking the glass: how a clinician comes to see a patient who is not assigned, and how an administrator reviews it. */

import { post } from './ask';
import { NoAnswer } from './send';
import { keepBroken } from './session';

/** A look of a clinician at a patient who is not assigned. */
export type Glass = {
  number: number;
  patientId: string;
  who: string | null;
  reason: string;
  at: string | null;
  until: string | null;
  reviewedAt: string | null;
  reviewedBy: string | null;
  reviewNote: string | null;
  patient?: { id: string; name: string | null } | null;
};

export const GLASS = 'number patientId who reason at until reviewedAt reviewedBy reviewNote';

/** The fewest and the most characters of a reason; a note of a review has as many at most. */
export const [LEAST, MOST] = [10, 1_000];

/** What is wrong, and with which argument: null where it is with none of them. */
export type Refused = { about: string | null; words: string };

/** Why one does not know what became of a mutation. */
const UNKNOWN = 'It may have been done all the same.';

/** `reason` as a word of a sentence. */
const inWords = (message: string) => message.replaceAll('`', '').replace(/^[a-z]/, (letter) => letter.toUpperCase());

type Sent<Done> = { done: Done; at: number } | { done: null; refused: Refused };

/** Sends a mutation of one field. */
async function sent<Done>(query: string, variables: Record<string, unknown>): Promise<Sent<Done>> {
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

const BREAK = 'mutation BreakGlass($patientId: ID!, $reason: String!, $minutes: Int) { done: breakGlass(patientId: $patientId, reason: $reason, minutes: $minutes) { until reason } }';

/** Breaks the glass for a patient; without `minutes` for as many as the gateway allows. What is wrong, or null. */
export async function breakGlass(patientId: string, reason: string, minutes: number | null): Promise<Refused | null> {
  const sending = await sent<{ until: string; reason: string }>(BREAK, { patientId, reason, ...(minutes !== null && { minutes }) });
  if (!sending.done) return sending.refused;
  keepBroken({ patient: patientId, ...sending.done }, sending.at);
  return null;
}

const REVIEW = 'mutation ReviewBreakGlass($number: Int!, $note: String) { done: reviewBreakGlass(number: $number, note: $note) { number } }';

/** Marks a look as reviewed. What is wrong, or null. */
export async function review(number: number, note: string): Promise<Refused | null> {
  const sending = await sent<{ number: number }>(REVIEW, { number, ...(note && { note }) });
  return sending.done ? null : sending.refused;
}

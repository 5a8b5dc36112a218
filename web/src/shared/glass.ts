/** Breaking the glass: how a clinician comes to see a patient who is not assigned, and how an administrator reviews it. */

import { sent, type Refused } from './mutation';
import { keepBroken } from './session';

export type { Refused };

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

/** What is chosen in the access log: as the address holds it, and as the gateway is asked. */

import { PAGE, choicesOf as read, plain, type Choosing } from '../shared/choices';

export const ORDERS = { '': 'Latest first', GLASS: 'Break-glass first' };
export const ACCESS = { '': 'Any', GLASS: 'Break-glass only' };

/** Each choice, and what it is where nothing is chosen. The list is read forwards only, so `before` stays empty. */
export const NONE = { patient: '', email: '', from: '', to: '', access: '', order: '', after: '', before: '' };

export type Choice = keyof typeof NONE;
export type Choices = Choosing<Choice>;

export const choicesOf = (hash: string): Choices => read(NONE, { order: ORDERS, access: ACCESS }, hash);

/** `12` and `Patient:12` as an id; null where nothing is written, and undefined where that is no id. */
export function idIn(written: string): string | null | undefined {
  const text = plain(written);
  if (!text) return null;
  const [, key] = text.match(/^(?:Patient:)?(\d{1,10})$/i) ?? [];
  return key === undefined ? undefined : `Patient:${key}`;
}

/** A day as the gateway takes it; null where none is written, and undefined where that is none. */
export function dayIn(written: string): string | null | undefined {
  const text = written.trim();
  if (!text) return null;
  return /^(19|2\d)\d\d-\d\d-\d\d$/.test(text) && !Number.isNaN(Date.parse(text)) ? text : undefined;
}

/** How many choices leave entries out. */
export const filters = (choices: Choices) => (['patient', 'email', 'from', 'to', 'access'] as const).filter((name) => choices[name].trim() !== '').length;

type Variables = Record<string, unknown>;

/** The variables of a page; what is not understood is not asked for. */
export function variablesOf(choices: Choices, breakGlass: boolean | null): Variables {
  const [patientId, from, to, email] = [idIn(choices.patient), dayIn(choices.from), dayIn(choices.to), plain(choices.email)];
  return {
    ...(patientId && { patientId }),
    ...(email && { email }),
    ...(from && { from }),
    ...(to && { to }),
    ...(breakGlass !== null && { breakGlass }),
    first: PAGE,
    ...(choices.after && { after: choices.after }),
  };
}

/** What is wrong with the choices, in words. */
export function wrongWith({ patient, from, to }: Choices): string | null {
  if (idIn(patient) === undefined) return 'The id of a patient looks like Patient:12 or 12. Other text is ignored.';
  const [first, last] = [dayIn(from), dayIn(to)];
  if (first === undefined || last === undefined) return 'A day looks like 2024-05-01. Other text is ignored.';
  return first && last && first > last ? '“From” is after “To”, so no entry can match.' : null;
}

/** What is chosen in the list: as the address holds it, and as the gateway is asked. */

import { PLACE, choicesOf as read, placeOf, plain, type Choosing } from '../shared/choices';

/** The orders that are offered. */
export const ORDERS = {
  NAME_ASC: 'Name, A to Z',
  NAME_DESC: 'Name, Z to A',
  DATE_OF_BIRTH_ASC: 'Date of birth, earliest first',
  DATE_OF_BIRTH_DESC: 'Date of birth, latest first',
  CREATED_AT_DESC: 'Recorded, latest first',
  CREATED_AT_ASC: 'Recorded, earliest first',
};

export const SEXES = { FEMALE: 'Female', MALE: 'Male', OTHER: 'Other', UNKNOWN: 'Not recorded' };

/** Each choice, and what it is where nothing is chosen. */
export const NONE = {
  search: '',
  sex: '',
  minAge: '',
  maxAge: '',
  condition: '',
  medicine: '',
  hasCondition: '',
  reportsSymptom: '',
  takesDrugThatTreats: '',
  order: 'NAME_ASC',
  after: '',
  before: '',
};

export type Choice = keyof typeof NONE;
export type Choices = Choosing<Choice>;

const FACTS = ['hasCondition', 'reportsSymptom', 'takesDrugThatTreats'] as const;

/** The choices of an address. */
export const choicesOf = (hash: string): Choices => read(NONE, { order: ORDERS, sex: { '': '', ...SEXES } }, hash);

/** How many choices leave patients out. */
export const filters = (choices: Choices) =>
  (Object.keys(NONE) as Choice[]).filter((name) => name !== 'order' && !PLACE.some((one) => one === name) && choices[name].trim() !== NONE[name]).length;

/** The oldest that anybody may be asked for. */
export const OLDEST = 150;

/** Whole years; null where nothing is written, and undefined where that is no age. */
export function years(text: string): number | null | undefined {
  if (text.trim() === '') return null;
  const age = Number(text);
  return Number.isInteger(age) && age >= 0 && age <= OLDEST ? age : undefined;
}

/** The latest day of birth of those who are at least this old. Who was born on 29 February has their birthday on 1 March
 * of other years, as the gateway counts. */
export function bornBy(today: string, age: number): string {
  const [year = 0, month = 1, day = 1] = today.split('-').map(Number);
  const leap = new Date(Date.UTC(year - age, 1, 29)).getUTCMonth() === 1;
  const of = [month, month === 2 && day === 29 && !leap ? 28 : day].map((part) => String(part).padStart(2, '0'));
  return [String(year - age).padStart(4, '0'), ...of].join('-');
}

/** The day where the browser is. */
export function day(now: Date): string {
  const parts = [now.getMonth() + 1, now.getDate()].map((part) => String(part).padStart(2, '0'));
  return [now.getFullYear(), ...parts].join('-');
}

type Filter = Record<string, unknown>;

function filterOf(choices: Choices, today: string): Filter {
  const filter: Filter = {};
  const text = (name: Choice) => plain(choices[name]);
  if (choices.sex) filter.sex = choices.sex === 'UNKNOWN' ? { isNull: true } : { eq: choices.sex };
  const [youngest, oldest] = [years(choices.minAge), years(choices.maxAge)];
  if (typeof youngest === 'number' || typeof oldest === 'number') {
    const after = typeof oldest === 'number' ? { gt: bornBy(today, oldest + 1) } : {};
    // Nobody is younger than 0 years, whatever day of birth is recorded.
    filter.dateOfBirth = { ...after, lte: bornBy(today, youngest ?? 0) };
  }
  if (text('condition')) {
    filter.medicalHistory = { some: { type: { eq: 'CONDITION' }, isActive: { eq: true }, item: { contains: text('condition') } } };
  }
  if (text('medicine')) filter.medications = { some: { isContinued: { eq: true }, name: { contains: text('medicine') } } };
  const facts = FACTS.filter((fact) => text(fact)).map((fact) => [fact, text(fact)]);
  if (facts.length) filter.graph = Object.fromEntries(facts);
  return filter;
}

/** Which patients: the variables that pages and the total share. */
export function whichOf(choices: Choices, today: string): Filter {
  const [search, filter] = [plain(choices.search), filterOf(choices, today)];
  return { ...(search && { search }), ...(Object.keys(filter).length && { filter }) };
}

/** The variables of a page. */
export const variablesOf = (choices: Choices, today: string): Filter => ({ ...whichOf(choices, today), orderBy: [choices.order], ...placeOf(choices) });

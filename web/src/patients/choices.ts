/** What is chosen in the list: as the address holds it, and as the gateway is asked. */

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
const NONE = {
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
export type Choices = Record<Choice, string>;

const NAMES = Object.keys(NONE) as Choice[];
const PLACE: readonly Choice[] = ['after', 'before'];
const FACTS = ['hasCondition', 'reportsSymptom', 'takesDrugThatTreats'] as const;

/** The choices of an address. They stand behind its `#`, so that no server and no log sees which names were looked for. */
export function choicesOf(hash: string): Choices {
  const parameters = new URLSearchParams(hash.replace(/^#/, ''));
  const choices = Object.fromEntries(NAMES.map((name) => [name, parameters.get(name) ?? NONE[name]])) as Choices;
  if (!(choices.order in ORDERS)) choices.order = NONE.order;
  if (!(choices.sex in SEXES)) choices.sex = NONE.sex;
  return choices;
}

/** The part of an address that holds choices. */
export function hashOf(choices: Choices): string {
  const chosen = NAMES.filter((name) => choices[name] !== NONE[name]).map((name) => [name, choices[name]]);
  return new URLSearchParams(chosen).toString();
}

/** Choices after some were changed: another list begins at its first page. */
export function changed(choices: Choices, change: Partial<Choices>): Choices {
  const place = Object.fromEntries(PLACE.map((name) => [name, NONE[name]]));
  return { ...choices, ...place, ...change };
}

/** How many choices leave patients out. */
export const filters = (choices: Choices) =>
  NAMES.filter((name) => name !== 'order' && !PLACE.includes(name) && choices[name].trim() !== NONE[name]).length;

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

const plain = (text: string) => text.replace(/[\u2066-\u2069]/g, '').trim();

function filterOf(choices: Choices, today: string): Filter {
  const filter: Filter = {};
  // Text from elsewhere may bring marks that isolate it, which nobody sees.
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

/** How many patients stand on a page. */
export const PAGE = 25;

/** Which patients: the variables that pages and the total share. */
export function whichOf(choices: Choices, today: string): Filter {
  const [search, filter] = [plain(choices.search), filterOf(choices, today)];
  return { ...(search && { search }), ...(Object.keys(filter).length && { filter }) };
}

/** The variables of a page. */
export function variablesOf(choices: Choices, today: string): Filter {
  const { order, after, before } = choices;
  const place = before ? { last: PAGE, before } : { first: PAGE, ...(after && { after }) };
  return { ...whichOf(choices, today), orderBy: [order], ...place };
}

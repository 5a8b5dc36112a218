/** Who asks: the session of this page, its tokens, and what is sent with them.
 *
 * No token leaves this file but as a header of a request to the gateway, and to the next page (`handing.ts`). Components follow `standing`,
 * which holds none. */

import { cell } from './cell';
import { handOn, handedOn } from './handing';
import { NoAnswer, send, type Answer, type Options, type Reply } from './send';

/** Whom the gateway takes us for. `page` is their own page, where they have one; `permissions` are the mutations of their role, once the gateway has told them. */
export type Who = { role: string; email: string | null; name: string | null; page: string | null; permissions?: string[] };

/** A patient whom somebody sees by breaking the glass, until `until` by the gateway's clock and `ends` by this one's. */
export type Broken = { by: string; patient: string; until: string; ends: number; reason: string };

/** A token that was pasted has no `refresh`. */
type Session = { access: string; renews: number; ends: number; refresh: string | null; who: Who };

/** What a pasted token opens: nobody knows here when it ends. */
const pastedSession = ({ access, who }: Pasted): Session => ({ access, renews: Infinity, ends: Infinity, refresh: null, who });

type Pasted = { access: string; who: Who };

/** What goes from page to page of a tab. */
type Handed = { session: Session | null; pasted: Pasted[]; isOpen: boolean; notice: string | null; broken: Broken[] };

/** Why the form is shown, and whose it was last. It is `needed` where requests wait for it. */
export type Asking = { needed: boolean; why: string | null; email: string | null };

export type Standing = {
  /** Whom the gateway takes us for; null as long as that is not known. */
  who: Who | null;
  /** Whether it was asked in vain. */
  isUnread: boolean;
  /** Whether this page has a session. */
  isIn: boolean;
  /** Whether the gateway answers without one: the demo, and where nobody logs in. */
  isOpen: boolean;
  /** Whether one can log in at all. */
  hasAccounts: boolean;
  asking: Asking | null;
  /** Whose tokens were pasted. */
  pasted: Who[];
};

export const standing = cell<Standing>({ who: null, isUnread: false, isIn: false, isOpen: false, hasAccounts: true, asking: null, pasted: [] });

const change = (next: Partial<Standing>) => standing.set({ ...standing.get(), ...next });

/** Milliseconds before its end at which a token is renewed. */
const EARLY = 30_000;
/** Milliseconds for which a log-out waits for the gateway. */
const FAREWELL = 4_000;

let session: Session | null = null;
let pasted: Pasted[] = [];
/** The gateway tells it once, to whom broke the glass: the tab keeps it as it keeps the session. */
let broken: Broken[] = [];
/** Whose answers stand on this page: what is somebody else's is not put beside them. */
let shownTo: string | null = null;

const ANYBODY = 'anybody';
/** The program of a partner has a name and no e-mail address. */
const personOf = ({ role, email, name }: Who) => (email ?? name ? `${role} ${email ?? name}` : ANYBODY);

function changeSession(next: Session | null) {
  session = next;
  change({ isIn: next !== null, ...(next && { who: next.who, isUnread: false }) });
}

// What the gateway is asked.

const TOKENS = '{ accessToken expiresAt refreshToken role }';
const LOG_IN = `mutation LogIn($email: String!, $password: String!) { logIn(email: $email, password: $password) ${TOKENS} }`;
const REFRESH = `mutation Refresh($token: String!) { refreshSession(refreshToken: $token) ${TOKENS} }`;
const LOG_OUT = 'mutation LogOut { logOut { sessionsEnded } }';
const ME = 'query Me { me { role email name permissions patient { id } doctor { id } } }';

type Tokens = { accessToken: string; expiresAt: string; refreshToken: string; role: string };
type Me = { role: string; email: string | null; name: string | null; permissions: string[] | null; patient: { id: string } | null; doctor: { id: string } | null };

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

/** That the gateway did not take the credentials, and so did nothing. */
const isUnknown = ({ answer, status }: Reply<unknown>) => status === 401 && answer.errors?.[0]?.extensions?.code === 'UNAUTHENTICATED';

function whoOf({ role, email, name, permissions, patient, doctor }: Me): Who {
  const page = patient ? `/patients/${patient.id}` : doctor ? `/doctors/${doctor.id}` : null;
  return { role, email, name, page, permissions: permissions ?? [] };
}

/** The session that tokens open. How long the access token lives is taken from the gateway's clock, how much of that is left from this one's. */
function sessionOf({ accessToken, expiresAt, refreshToken }: Tokens, who: Who, at: number): Session {
  const lives = Date.parse(expiresAt) - at;
  const ends = Date.now() + lives;
  return { access: accessToken, renews: ends - Math.min(EARLY, lives / 2), ends, refresh: refreshToken, who };
}

/** Whose token this is; null for one that does not hold. */
async function ownerOf(access: string): Promise<Who | null> {
  const reply = await send<{ me: Me | null }>({ query: ME }, { headers: bearer(access) });
  if (isUnknown(reply)) return null;
  if (!reply.answer.data?.me) throw new NoAnswer(wordsOf(reply.answer));
  return whoOf(reply.answer.data.me);
}

const wordsOf = ({ errors }: Answer<unknown>) => (errors?.[0]?.message ?? 'MediMax answered without data.').replace(/^[a-z]/, (letter) => letter.toUpperCase());

// The form, and who waits for it.

let waiting: { promise: Promise<boolean>; settle: (goOn: boolean) => void } | null = null;

/** Shows the form, and waits until it was used (true) or put away (false). */
function logInFirst(why: string | null): Promise<boolean> {
  if (!waiting) {
    let settle = (_goOn: boolean) => {};
    const promise = new Promise<boolean>((done) => { settle = done; });
    waiting = { promise, settle };
    change({ asking: { needed: true, why, email: standing.get().who?.email ?? null }, who: null });
  }
  return waiting.promise;
}

function settle(goOn: boolean) {
  const waits = waiting;
  waiting = null;
  change({ asking: null });
  waits?.settle(goOn);
}

/** The same, but for a request that is given up. */
function unless<Value>(signal: AbortSignal | undefined, promise: Promise<Value>): Promise<Value> {
  if (!signal) return promise;
  return new Promise((done, failed) => {
    const stop = () => failed(new DOMException('given up', 'AbortError'));
    if (signal.aborted) return stop();
    signal.addEventListener('abort', stop, { once: true });
    promise.then(done, failed).finally(() => signal.removeEventListener('abort', stop));
  });
}

export const askForLogIn = () => {
  if (!standing.get().asking) change({ asking: { needed: false, why: null, email: null } });
};

/** Whether the form was put away, so that only what somebody sends brings it back. */
let isPutAway = false;

/** The form is put away: what waits for it gets the refusal. */
export function putAway() {
  isPutAway ||= waiting !== null;
  settle(false);
}

// Requests.

let renewing: Promise<boolean> | null = null;

/** Renews the session for all who wait for that; false where it has ended. */
function renewed(): Promise<boolean> {
  renewing ??= renew().finally(() => { renewing = null; });
  return renewing;
}

async function renew(): Promise<boolean> {
  const of = session;
  if (!of?.refresh) return false;
  const { answer, at } = await send<{ refreshSession: Tokens | null }>({ query: REFRESH, variables: { token: of.refresh } });
  const tokens = answer.data?.refreshSession;
  if (tokens) {
    if (session === of) changeSession(sessionOf(tokens, of.who, at));
    return true;
  }
  if (answer.errors?.[0]?.extensions?.code !== 'UNAUTHENTICATED') throw new NoAnswer(wordsOf(answer));
  return false;
}

const ENDED = 'Your session has ended: its time is over, it was ended elsewhere, or the account was changed or locked. What stands on this page, and what you wrote on it, is kept.';

/** The session is over. From now on everything waits for the form: nothing is asked as somebody else meanwhile. */
function lost(): Promise<boolean> {
  const of = session;
  if (of) {
    pasted = pasted.filter(({ access }) => access !== of.access);
    changeSession(null);
    change({ pasted: pasted.map(({ who }) => who) });
  }
  return logInFirst(ENDED);
}

/** The token to send; null for none. */
async function credential(signal?: AbortSignal): Promise<string | null> {
  if (waiting && !(await unless(signal, waiting.promise))) throw new NoAnswer('This was not asked: log in first.');
  const of = session;
  if (of?.refresh && Date.now() > of.renews) {
    try {
      if (!(await unless(signal, renewed())) && !(await unless(signal, lost()))) throw new NoAnswer('This was not asked: log in first.');
    } catch (error) {
      // The token holds for a while yet.
      if (signal?.aborted || Date.now() > of.ends || session !== of) throw error;
    }
  }
  return session?.access ?? null;
}

/** Whether there is another credential than one that was refused. It is renewed first, if that was not in vain already. */
async function another(refused: string | null, mayRenew: boolean, signal?: AbortSignal): Promise<boolean> {
  if ((session?.access ?? null) !== refused && session) return true;
  if (session?.refresh && mayRenew && (await unless(signal, renewed()))) return true;
  return unless(signal, session ? lost() : logInFirst(shownTo ? ENDED : null));
}

/** Sends a request as whoever is logged in, and waits for the log-in where the gateway asks for one. What was refused with 401 was not
 * executed, and so is sent again, mutations too. A request that brings its own `authorization` is sent as it is. `quietly`: by a page and not by
 * its reader, who may have put the form away. */
export async function post<Data>(request: object, { quietly = false, ...options }: Options & { quietly?: boolean } = {}): Promise<Reply<Data>> {
  if (Object.keys(options.headers ?? {}).some((name) => name.toLowerCase() === 'authorization')) return send<Data>(request, options);
  for (let tries = 0; ; tries++) {
    const token = await credential(options.signal);
    const reply = await send<Data>(request, token ? { ...options, headers: { ...options.headers, ...bearer(token) } } : options);
    if (!isUnknown(reply)) {
      answered(token);
      return reply;
    }
    if ((quietly && isPutAway && !session) || !(await another(token, tries === 0, options.signal))) return reply;
  }
}

/** Something was answered to who we are. */
function answered(token: string | null) {
  shownTo ??= token && session ? personOf(session.who) : token ? null : ANYBODY;
  if (standing.get().isUnread) void look();
}

/** Asks who we are. */
async function look() {
  change({ isUnread: false });
  try {
    const { answer } = await post<{ me: Me | null }>({ query: ME }, { quietly: true });
    if (!answer.data?.me) throw new NoAnswer(wordsOf(answer));
    const who = whoOf(answer.data.me);
    if (personOf(who) === ANYBODY) {
      // Nobody is asked for a log-in, whatever was sent.
      if (session) forget();
      shownTo = ANYBODY;
      change({ who, isOpen: true, hasAccounts: await hasAccounts() });
    } else {
      if (session) session.who = who;
      change({ who });
    }
  } catch {
    if (!standing.get().asking) change({ isUnread: true });
  }
}

/** Whether tokens are taken: then there is a key to check them with. */
async function hasAccounts(): Promise<boolean> {
  try {
    const reply = await fetch('/.well-known/jwks.json');
    // A browser takes a request whose answer nobody reads for one that goes on.
    await reply.arrayBuffer();
    return reply.ok;
  } catch {
    return false;
  }
}

// Log-in, log-out, and the roles of the demo.

/** What became of a log-in: null, or what is wrong, and in how many seconds it may be tried again. */
export type Refusal = { words: string; seconds: number } | null;

/** Goes on as somebody. Where somebody else's answers stand on the page, it is loaded anew. */
function enter(next: Session | null) {
  const person = next ? personOf(next.who) : ANYBODY;
  isPutAway = false;
  broken = broken.filter(({ by }) => by === person);
  changeSession(next);
  if (shownTo !== null && shownTo !== person) return anew();
  shownTo = person;
  if (!next) void look();
  settle(true);
}

/** Loads the page anew, and shows nothing of it any more. */
function anew() {
  document.title = 'MediMax';
  document.body.replaceChildren();
  location.reload();
}

export async function logIn(email: string, password: string): Promise<Refusal> {
  try {
    const { answer, at } = await send<{ logIn: Tokens | null }>({ query: LOG_IN, variables: { email, password } });
    const tokens = answer.data?.logIn;
    if (tokens) {
      const who = await ownerOf(tokens.accessToken).catch(() => null);
      await farewell();
      enter(sessionOf(tokens, who ?? { role: tokens.role, email, name: null, page: null }, at));
      return null;
    }
    const { code, retryAfter = 0 } = answer.errors?.[0]?.extensions ?? {};
    if (code === 'TOO_MANY_ATTEMPTS') return { words: 'Too many log-ins failed.', seconds: Math.ceil(retryAfter) };
    if (code === 'UNAUTHENTICATED') return { words: 'No account has this e-mail address and password, or it is locked. Check both; an administrator can unlock an account.', seconds: 0 };
    return { words: wordsOf(answer), seconds: 0 };
  } catch (error) {
    return { words: (error as Error).message, seconds: 0 };
  }
}

/** The tokens and API keys in a text: one, or all the lines that the demo prints. */
const tokensIn = (text: string) => text.match(/[\w-]{10,}\.[\w-]{10,}\.[\w-]{10,}|mmx_[\w-]{43}/g) ?? [];

/** Takes tokens for this tab, and goes on with the first of them. */
export async function paste(text: string): Promise<Refusal> {
  const tokens = tokensIn(text);
  if (!tokens.length) return { words: 'That is no access token. The demo prints one a role when it starts.', seconds: 0 };
  try {
    const found: Pasted[] = [];
    for (const access of tokens) {
      const who = await ownerOf(access);
      if (!who?.email && !who?.name) return { words: 'The gateway does not take this token: it is not whole, has expired, or is of a demo that was stopped.', seconds: 0 };
      found.push({ access, who });
    }
    const persons = found.map(({ who }) => personOf(who));
    pasted = [...pasted.filter(({ who }) => !persons.includes(personOf(who))), ...found];
    change({ pasted: pasted.map(({ who }) => who) });
    await farewell();
    const [first] = found;
    if (first) enter(pastedSession(first));
    return null;
  } catch (error) {
    return { words: (error as Error).message, seconds: 0 };
  }
}

/** Goes on as the owner of a pasted token, or as anybody. */
export async function switchTo(who: Who | null) {
  const chosen = who && pasted.find((one) => personOf(one.who) === personOf(who));
  await farewell();
  enter(chosen ? pastedSession(chosen) : null);
}

/** Ends the session that one logged in for, as it is left; whether the gateway knows. The session of a pasted token is the demo's. */
async function farewell(): Promise<boolean> {
  const of = session;
  if (!of?.refresh) return true;
  try {
    if (Date.now() > of.renews) await renewed();
    await send({ query: LOG_OUT }, { headers: bearer((session ?? of).access), patience: FAREWELL });
    return true;
  } catch {
    return false;
  }
}

function forget() {
  pasted = [];
  broken = [];
  changeSession(null);
  change({ pasted: [] });
}

let notice: string | null = null;

/** Ends the session. Of what the page shows, and of what is chosen in its address, nothing stays. */
export async function logOut() {
  document.title = 'MediMax';
  document.body.replaceChildren();
  const ended = farewell();
  history.replaceState(null, '', location.pathname);
  notice = (await ended) ? 'You have logged out.' : 'You have logged out here. The gateway could not be told, so the session ends there by itself.';
  forget();
  location.reload();
}

// Patients who are seen by breaking the glass.

/** Keeps that whoever is logged in broke the glass; `at` is the gateway's time then. */
export function keepBroken({ patient, until, reason }: Pick<Broken, 'patient' | 'until' | 'reason'>, at: number) {
  if (!session) return;
  const by = personOf(session.who);
  const ends = Date.now() + Date.parse(until) - at;
  broken = [...broken.filter((one) => one.patient !== patient), { by, patient, until, ends, reason }];
}

/** How whoever is logged in sees a patient, as far as this tab knows. */
export function brokenFor(patient: string): Broken | null {
  const by = session && personOf(session.who);
  return broken.find((one) => one.patient === patient && one.by === by) ?? null;
}

// From page to page.

function take() {
  const handed = handedOn() as Handed | null | undefined;
  pasted = handed?.pasted ?? [];
  broken = handed?.broken ?? [];
  change({ pasted: pasted.map(({ who }) => who), isOpen: handed?.isOpen ?? standing.get().isOpen });
  const of = handed?.session;
  // JSON has no endless numbers.
  changeSession(of ? (of.refresh ? of : pastedSession(of)) : null);
  return handed;
}

function leave() {
  const { isOpen } = standing.get();
  handOn(session || pasted.length || notice ? ({ session, pasted, isOpen, notice, broken: broken.filter(({ ends }) => ends > Date.now()) } satisfies Handed) : null);
  session = null;
  pasted = [];
  broken = [];
  document.documentElement.classList.add('left');
}

/** A page that the browser kept is shown again only to whom it was shown before. */
function comeBack() {
  take();
  const now = session ? personOf(session.who) : shownTo === ANYBODY ? ANYBODY : null;
  if (waiting || now !== shownTo) return anew();
  document.documentElement.classList.remove('left');
}

/** What the page before had to say. */
export let said: string | null = null;

/** Takes what the page before handed on, and asks who we are. */
export function begin() {
  said = take()?.notice ?? null;
  if (session) shownTo = personOf(session.who);
  addEventListener('pagehide', leave);
  addEventListener('pageshow', ({ persisted }) => persisted && comeBack());
  void look();
}

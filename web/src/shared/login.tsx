/** The log-in: above the page, which stays as it is. In the demo tokens are taken too, and roles are switched. */

import './login.css';

import { useEffect, useId, useRef, useState, type FormEvent, type KeyboardEvent } from 'react';
import { Person } from './account';
import { logIn, paste, putAway, said, standing, switchTo, type Asking, type Refusal } from './session';

/** The seconds that are left of some, and how to begin to count. */
function useSeconds(): [number, (seconds: number) => void] {
  const [{ until, now }, set] = useState({ until: 0, now: 0 });
  const runs = until > now;
  useEffect(() => {
    const timer = runs ? setInterval(() => set(({ until }) => ({ until, now: Date.now() })), 250) : undefined;
    return () => clearInterval(timer);
  }, [runs]);
  return [runs ? Math.ceil((until - now) / 1000) : 0, (seconds) => set({ until: Date.now() + seconds * 1000, now: Date.now() })];
}

/** Something that is sent once at a time, and what was wrong with it. */
function useSending(send: () => Promise<Refusal>, wrong: () => void): { refusal: Refusal; setRefusal: (refusal: Refusal) => void; busy: boolean; run: () => Promise<void> } {
  const [refusal, setRefusal] = useState<Refusal>(null);
  const [busy, setBusy] = useState(false);
  const run = async () => {
    if (busy) return;
    setBusy(true);
    setRefusal(null);
    const next = await send();
    setBusy(false);
    setRefusal(next);
    if (next) wrong();
  };
  return { refusal, setRefusal, busy, run };
}

const plural = (seconds: number) => `${seconds} second${seconds === 1 ? '' : 's'}`;

/** E-mail address and password. The seconds to wait are counted on the button, which is not read aloud each time. */
function WithPassword({ email: known }: { email: string | null }) {
  const [email, password] = [useRef<HTMLInputElement>(null), useRef<HTMLInputElement>(null)];
  const [missing, setMissing] = useState<'email' | 'password' | null>(null);
  const [seconds, wait] = useSeconds();
  const ids = useId();
  const { refusal, setRefusal, busy, run } = useSending(
    async () => {
      const refusal = await logIn(email.current?.value.trim() ?? '', password.current?.value ?? '');
      if (refusal) wait(refusal.seconds);
      else password.current?.form?.reset();
      return refusal;
    },
    () => password.current?.select(),
  );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (seconds > 0) return;
    const lacks = !email.current?.value.trim() ? 'email' : !password.current?.value ? 'password' : null;
    setMissing(lacks);
    if (!lacks) return void run();
    setRefusal({ words: lacks === 'email' ? 'Write the e-mail address of your account.' : 'Write your password.', seconds: 0 });
    (lacks === 'email' ? email : password).current?.focus();
  };
  const told = refusal && `${refusal.words}${refusal.seconds > 0 ? ` The next one is looked at in ${plural(refusal.seconds)}.` : ''}`;
  const described = told ? `${ids}wrong` : undefined;
  return (
    <form method="post" aria-label="With an account" onSubmit={submit} noValidate>
      <label htmlFor={`${ids}email`}>E-mail address</label>
      <input id={`${ids}email`} ref={email} name="username" type="text" inputMode="email" autoComplete="username" autoCapitalize="none" spellCheck={false} dir="auto" maxLength={254} defaultValue={known ?? ''} aria-invalid={missing === 'email' || undefined} aria-describedby={described} data-first={!known || undefined} />
      <label htmlFor={`${ids}password`}>Password</label>
      <input id={`${ids}password`} ref={password} name="password" type="password" autoComplete="current-password" maxLength={1024} aria-invalid={missing === 'password' || undefined} aria-describedby={described} data-first={!!known || undefined} />
      {told && <p className="wrong" role="alert" id={`${ids}wrong`}>{told}</p>}
      {refusal && refusal.seconds > 0 && seconds === 0 && <p role="status">You can log in now.</p>}
      <button type="submit" className="main" aria-disabled={busy || seconds > 0}>
        {busy ? 'Logging in…' : 'Log in'}{seconds > 0 && <span aria-hidden="true"> ({seconds} s)</span>}
      </button>
    </form>
  );
}

/** The tokens of the demo, one or all lines of them. */
function WithToken() {
  const token = useRef<HTMLTextAreaElement>(null);
  const id = useId();
  const { refusal, busy, run } = useSending(
    async () => {
      const refusal = await paste(token.current?.value ?? '');
      if (!refusal && token.current) token.current.value = '';
      return refusal;
    },
    () => token.current?.select(),
  );
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'Enter') return;
    event.preventDefault();
    void run();
  };
  return (
    <form method="post" aria-label="With a token of the demo" onSubmit={(event) => { event.preventDefault(); void run(); }}>
      <label htmlFor={id}>Log in with a token</label>
      <textarea id={id} ref={token} rows={2} autoComplete="off" spellCheck={false} aria-invalid={!!refusal || undefined} aria-describedby={`${id}about`} onKeyDown={onKeyDown} data-first />
      <p className="about" id={`${id}about`}>The demo printed one a role when it started. Paste one, or all of those lines to switch between the roles.</p>
      {refusal && <p className="wrong" role="alert">{refusal.words}</p>}
      <button type="submit" className="main" aria-disabled={busy}>Log in with the token</button>
    </form>
  );
}

/** Everybody and the owners of the tokens: who is asked as, at a press. */
function Roles() {
  const { pasted, isIn, who } = standing.use();
  const [busy, setBusy] = useState(false);
  const to = (next: typeof who) => {
    if (busy) return;
    setBusy(true);
    void switchTo(next);
  };
  return (
    <div className="roles" role="group" aria-label="Ask as">
      <button type="button" aria-pressed={!isIn && !!who} onClick={() => to(null)}>Everybody, as ADMIN</button>
      {pasted.map((one) => (
        <button key={`${one.role} ${one.email}`} type="button" aria-pressed={isIn && one.email === who?.email && one.role === who?.role} onClick={() => to(one)}><Person who={one} /></button>
      ))}
    </div>
  );
}

function Content({ asking, mayPutAway }: { asking: Asking; mayPutAway: boolean }) {
  const { isOpen, pasted, isIn } = standing.use();
  return (
    <div className="form">
      <h2 id="log-in">{isIn ? 'Ask as somebody else' : 'Log in to MediMax'}</h2>
      {said && asking.needed && !asking.why && <p role="status">{said}</p>}
      {asking.why && <p>{asking.why}</p>}
      {isOpen && (pasted.length > 0 || asking.needed) && <Roles />}
      {isOpen && <WithToken />}
      {isOpen && <h3>With an account</h3>}
      <WithPassword email={asking.email} />
      {(mayPutAway || !asking.needed) && (
        <p className="away">
          <button type="button" onClick={putAway}>{asking.needed ? 'Not now' : 'Cancel'}</button>
          {asking.needed && <span> Requests with an <code>authorization</code> of their own, in “Headers”, are sent all the same.</span>}
        </p>
      )}
    </div>
  );
}

/** `mayPutAway` where the page is of use without a log-in. */
export function LogIn({ mayPutAway = false }: { mayPutAway?: boolean }) {
  const { asking } = standing.use();
  const dialog = useRef<HTMLDialogElement>(null);
  const before = useRef<Element | null>(null);
  const isShown = asking !== null;
  const show = () => {
    if (!dialog.current?.isConnected || dialog.current.open) return;
    dialog.current.showModal();
    dialog.current.querySelector<HTMLElement>('[data-first]')?.focus();
  };
  useEffect(() => {
    if (!isShown) return undefined;
    before.current = document.activeElement;
    show();
    return () => {
      dialog.current?.close();
      // To where one was, or to the beginning of what can be read now.
      const to = before.current !== document.body && before.current instanceof HTMLElement && before.current.isConnected ? before.current : document.querySelector<HTMLElement>('main');
      if (to?.matches('main')) to.tabIndex = -1;
      to?.focus({ preventScroll: true });
    };
  }, [isShown]);
  const mayClose = asking !== null && (mayPutAway || !asking.needed);
  useEffect(() => {
    if (!isShown || mayClose) return undefined;
    const stay = (event: globalThis.KeyboardEvent) => event.key === 'Escape' && event.preventDefault();
    document.addEventListener('keydown', stay, true);
    return () => document.removeEventListener('keydown', stay, true);
  }, [isShown, mayClose]);
  // What else closes it, a browser may do whatever is said, a second time at least.
  const onClose = () => standing.get().asking && (mayClose ? putAway() : show());
  return (
    <dialog ref={dialog} className={`log-in${asking?.needed ? ' needed' : ''}`} aria-labelledby="log-in" onCancel={(event) => !mayClose && event.preventDefault()} onClose={onClose}>
      {asking && <Content asking={asking} mayPutAway={mayPutAway} />}
    </dialog>
  );
}

/** A patient whom a clinician does not see otherwise: the way to the record in an emergency, and what stands above it then. */

import '../shared/glass.css';

import { useEffect, useId, useRef, useState, type FormEvent } from 'react';
import { ask } from '../shared/ask';
import { LEAST, MOST, breakGlass, type Refused } from '../shared/glass';
import { clockOf, dateOf } from '../shared/log';
import { brokenFor, standing } from '../shared/session';
import { Text, Trouble } from '../shared/text';

/** For how many minutes, where nobody writes another number. */
const USUAL = '60';

/** What is wrong with what was written, before the gateway is asked. */
function wrongWith(reason: string, minutes: string): Refused | null {
  if ([...reason].length < LEAST) return { about: 'reason', words: `Write the reason in ${LEAST} characters at least.` };
  if (minutes && !/^[1-9]\d{0,5}$/.test(minutes)) return { about: 'minutes', words: 'Write a whole number of minutes, or nothing.' };
  return null;
}

/** The form. `onDone` where the record may be there now. */
export function Emergency({ id, onDone }: { id: string; onDone: (isBroken: boolean) => void }) {
  const fields = { reason: useRef<HTMLTextAreaElement>(null), minutes: useRef<HTMLInputElement>(null) };
  const [refused, setRefused] = useState<Refused | null>(null);
  const [busy, setBusy] = useState(false);
  const ids = useId();
  const refuse = (next: Refused) => {
    setRefused(next);
    if (next.about === 'reason' || next.about === 'minutes') fields[next.about].current?.focus();
  };
  const send = async (event: FormEvent) => {
    event.preventDefault();
    if (busy) return;
    const reason = fields.reason.current?.value.trim() ?? '';
    const minutes = fields.minutes.current?.value.trim() ?? '';
    const wrong = wrongWith(reason, minutes);
    if (wrong) return refuse(wrong);
    setBusy(true);
    setRefused(null);
    let next = await breakGlass(id, reason, minutes ? Number(minutes) : null);
    // Nobody chose the number that stands there at first: where it is too many, as many as are allowed are fewer.
    if (next?.about === 'minutes' && minutes === USUAL) next = await breakGlass(id, reason, null);
    setBusy(false);
    if (next) refuse(next);
    else onDone(true);
  };
  const by = (field: 'reason' | 'minutes') => refused?.about === field && <p className="refused" role="alert" id={`${ids}${field}-wrong`}>{refused.words}</p>;
  const described = (field: 'reason' | 'minutes') => `${refused?.about === field ? `${ids}${field}-wrong ` : ''}${ids}${field}-about`;
  return (
    <section className="emergency" aria-labelledby={`${ids}title`}>
      <h2 id={`${ids}title`}>In an emergency</h2>
      <p>You can break the glass: then you see and change the record of {id} for some minutes, as if the patient were yours.</p>
      <form aria-labelledby={`${ids}title`} onSubmit={(event) => void send(event)} noValidate>
        <label htmlFor={`${ids}reason`}>Reason</label>
        <textarea id={`${ids}reason`} ref={fields.reason} name="reason" rows={3} required minLength={LEAST} maxLength={MOST} dir="auto" aria-invalid={refused?.about === 'reason' || undefined} aria-describedby={described('reason')} />
        {by('reason')}
        <small id={`${ids}reason-about`}>{LEAST} characters at least. The patient and the administrators read it, and all that you look at is in the access log.</small>
        <label htmlFor={`${ids}minutes`}>Minutes</label>
        <input id={`${ids}minutes`} ref={fields.minutes} name="minutes" type="text" inputMode="numeric" autoComplete="off" maxLength={6} defaultValue={USUAL} aria-invalid={refused?.about === 'minutes' || undefined} aria-describedby={described('minutes')} />
        {by('minutes')}
        <small id={`${ids}minutes-about`}>Left empty: as many as are allowed.</small>
        {refused && refused.about !== 'reason' && refused.about !== 'minutes' && <Trouble onAgain={() => onDone(false)} again="Read the record again">{refused.words}</Trouble>}
        <button type="submit" className="main" aria-disabled={busy}>{busy ? 'Breaking the glass…' : 'Break the glass'}</button>
      </form>
    </section>
  );
}

/** The assignments by which a clinician would see the patient anyhow. */
const ASSIGNED = 'query Assigned($id: ID!, $doctor: Int!) { patient(id: $id) { doctorAssignments(filter: { doctorId: { eq: $doctor }, isActive: { eq: true } }, first: 1) { id } } }';

/** Whether a clinician sees a patient by nothing but a broken glass. Only the tab in which it was broken knows; others ask whether the patient is assigned. */
function useUnassigned(id: string, isAsked: boolean): boolean {
  const { who } = standing.use();
  const [is, set] = useState(false);
  const doctor = Number(who?.page?.match(/^\/doctors\/Doctor:(\d+)$/)?.[1] ?? 0);
  const asks = isAsked && who?.role === 'CLINICIAN';
  useEffect(() => {
    if (!asks) return undefined;
    const stop = new AbortController();
    ask<{ patient: { doctorAssignments: unknown[] | null } | null }>(ASSIGNED, { id, doctor }, { signal: stop.signal }).then(
      ({ data }) => set(data?.patient?.doctorAssignments?.length === 0),
      // Nothing is said of what is not known.
      () => {},
    );
    return () => stop.abort();
  }, [id, asks, doctor]);
  return asks && is;
}

/** That the record is seen by breaking the glass, until when and why. `isNew` where it was broken just now: the reader is led here. */
export function Through({ id, isNew }: { id: string; isNew: boolean }) {
  standing.use();
  const banner = useRef<HTMLParagraphElement>(null);
  const broken = brokenFor(id);
  const unassigned = useUnassigned(id, !broken);
  const [now, setNow] = useState(Date.now);
  const ends = broken?.ends ?? 0;
  useEffect(() => {
    const left = ends - Date.now();
    const timer = left > 0 ? setTimeout(() => setNow(Date.now()), left + 50) : undefined;
    return () => clearTimeout(timer);
  }, [ends]);
  useEffect(() => {
    if (isNew) banner.current?.focus({ preventScroll: true });
  }, [isNew]);
  if (!broken && !unassigned) return null;
  const told = () => {
    if (!broken) return <><b>You see this patient by breaking the glass.</b> Until when, and the reason, are shown in the tab in which you did.</>;
    const today = dateOf(broken.until) === dateOf(new Date(now).toISOString());
    const until = <>{clockOf(broken.until)}{!today && `, ${dateOf(broken.until)}`}</>;
    return ends > now
      ? <><b>You see this patient by breaking the glass, until <time dateTime={broken.until}>{until}</time>.</b> Reason: <q><Text>{broken.reason}</Text></q></>
      : <><b>You saw this patient by breaking the glass, until <time dateTime={broken.until}>{until}</time>.</b> What stands here was read before; nothing more can be read.</>;
  };
  return <p className="through" role="status" ref={banner} tabIndex={(broken?.reason.length ?? 0) > 80 ? 0 : -1}>{told()}</p>;
}

/** Emergency looks: who broke the glass for whom, why, until when, and what a review found. */

import './glass.css';

import { useId, useRef, useState, type FormEvent } from 'react';
import { Link } from './facts';
import { MOST, review, type Glass, type Refused } from './glass';
import { clockOf, dateOf } from './log';
import { Text } from './text';

/** A moment as `30 Nov 2026, 15:07`. */
const Moment = ({ at }: { at: string | null }) => <time dateTime={at ?? undefined}>{dateOf(at)}, {clockOf(at)}</time>;

/** From when until when; the day is not said twice. */
const Between = ({ glass: { at, until } }: { glass: Glass }) => (
  <span className="between"><Moment at={at} /> until {dateOf(at) === dateOf(until) ? <time dateTime={until ?? undefined}>{clockOf(until)}</time> : <Moment at={until} />}</span>
);

function Reviewing({ glass: { number, who }, onDone }: { glass: Glass; onDone: () => void }) {
  const note = useRef<HTMLTextAreaElement>(null);
  const [refused, setRefused] = useState<Refused | null>(null);
  const [busy, setBusy] = useState(false);
  const id = useId();
  const send = async (event: FormEvent) => {
    event.preventDefault();
    if (busy) return;
    setBusy(true);
    setRefused(null);
    const next = await review(number, note.current?.value.trim() ?? '');
    setBusy(false);
    if (!next) return onDone();
    setRefused(next);
    note.current?.focus();
  };
  return (
    <form className="reviewing" aria-label={`Review of the look of ${who ?? 'somebody'}, number ${number}`} onSubmit={(event) => void send(event)}>
      <label htmlFor={id}>What the review found <small>(the patient reads it; may stay empty)</small></label>
      <textarea id={id} ref={note} rows={1} maxLength={MOST} dir="auto" aria-invalid={refused?.about === 'note' || undefined} aria-describedby={refused ? `${id}wrong` : undefined} />
      <button type="submit" aria-disabled={busy}>{busy ? 'Saving…' : 'Review'}</button>
      {refused && <p className="refused" role="alert" id={`${id}wrong`}>{refused.words}</p>}
    </form>
  );
}

type Props = {
  glasses: Glass[];
  label: string;
  /** Where looks can be reviewed. */
  onReviewed?: () => void;
};

export const Glasses = ({ glasses, label, onReviewed }: Props) => (
  <ul className="glasses-list" aria-label={label}>
    {glasses.map((glass) => (
      <li key={glass.number}>
        <p className="line">
          <b>{glass.who ? <Text>{glass.who}</Text> : 'Somebody'}</b>
          {glass.patient !== undefined && <> looked at {glass.patient ? <Link to="patients" of={glass.patient} /> : glass.patientId} <small>{glass.patient && glass.patientId}</small></>}
          {' '}<Between glass={glass} />
        </p>
        <p>Reason: <q><Text>{glass.reason}</Text></q></p>
        {glass.reviewedAt
          ? <p>Reviewed by <b>{glass.reviewedBy ? <Text>{glass.reviewedBy}</Text> : 'an administrator'}</b>, <Moment at={glass.reviewedAt} />{glass.reviewNote && <>: <q><Text>{glass.reviewNote}</Text></q></>}</p>
          : <p className="open-look">Nobody has reviewed it yet.</p>}
        {!glass.reviewedAt && onReviewed && <Reviewing glass={glass} onDone={onReviewed} />}
      </li>
    ))}
  </ul>
);

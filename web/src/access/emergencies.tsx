/** Emergency looks above the log of everybody: those that nobody has reviewed, each with a form for that, and the others in a fold. */

import { useRef, useState } from 'react';
import { useAnswer, wrongWith } from '../shared/answer';
import { GLASS, type Glass } from '../shared/glass';
import { Glasses } from '../shared/glasses';
import { Trouble } from '../shared/text';

/** How many are read at once: those that are not reviewed before all others. */
const MOST = 50;

const OF_ALL = `query BreakGlasses($first: Int) { breakGlasses(first: $first) { ${GLASS} patient { id name } } }`;
const OF_PATIENT = `query BreakGlassesOfPatient($patient: ID!) { patient(id: $patient) { breakGlasses { ${GLASS} patient { id name } } } }`;

type Found = { breakGlasses?: Glass[] | null; patient?: { breakGlasses: Glass[] | null } | null };

/** `patient` where the log is that of one. Where nobody broke the glass, nothing is shown. */
export function Emergencies({ patient }: { patient: string | null }) {
  const { asked, busy, again } = useAnswer<Found>(patient ? OF_PATIENT : OF_ALL, JSON.stringify(patient ? { patient } : { first: MOST + 1 }));
  const heading = useRef<HTMLHeadingElement>(null);
  const [said, setSaid] = useState('');
  const found = asked?.data?.breakGlasses ?? asked?.data?.patient?.breakGlasses ?? [];
  const glasses = found.slice(0, MOST);
  const [open, done] = [glasses.filter(({ reviewedAt }) => !reviewedAt), glasses.filter(({ reviewedAt }) => reviewedAt)];
  const wrong = busy ? null : wrongWith(asked);
  const reviewed = () => {
    setSaid('Reviewed.');
    heading.current?.focus();
    again();
  };
  if (!glasses.length && !wrong) return null;
  return (
    <section className="emergencies" aria-labelledby="emergencies" aria-busy={busy}>
      <h2 id="emergencies" ref={heading} tabIndex={-1}>Emergency looks</h2>
      {wrong && <Trouble onAgain={again}>{`${glasses.length ? 'Some of the' : 'The'} emergency looks could not be read: ${wrong}`}</Trouble>}
      {glasses.length > 0 && <p role="status">{said} {open.length === 0 ? 'All are reviewed.' : `${open.length} not reviewed yet.`}</p>}
      {open.length > 0 && <Glasses label="Not reviewed yet" glasses={open} onReviewed={reviewed} />}
      {done.length > 0 && <details><summary>{done.length} reviewed</summary><Glasses label="Reviewed" glasses={done} /></details>}
      {found.length > MOST && <p className="quiet">There are more. The first {MOST} are shown: those that nobody has reviewed, and then the latest.</p>}
    </section>
  );
}

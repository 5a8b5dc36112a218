/** What the catalogs say against the medications that are taken now, above every view. */

import { useCallback, useEffect, useState } from 'react';
import { ask, type Fault } from '../shared/ask';
import { Text, Trouble } from '../shared/text';
import { Symbol } from './details';
import { useSome } from './more';

type Fact = { source: string; evidence: string | null; medication: { name: string } | null };
type Interaction = Fact & { with: { name: string } | null };
type Contraindication = Fact & { condition: { item: string } | null };
type Found = { interactions: Interaction[] | null; contraindications: Contraindication[] | null };

/** How many of each are read. */
const MOST = 100;

const QUERY = `query Alerts($id: ID!, $first: Int!) { patient(id: $id) {
  contraindications(first: $first) { source evidence medication { name } condition { item } }
  interactions(first: $first) { source evidence medication { name } with { name } }
} }`;

/** A sentence with who says so. */
type Alert = { kind: string; first: string; words: string; second: string; source: string; evidence: string | null };

function alertsOf({ interactions, contraindications }: Found): Alert[] {
  const all = [
    ...(contraindications ?? []).map(({ source, evidence, medication, condition }) => ({ kind: 'Contraindicated', first: medication?.name ?? '', words: 'with', second: condition?.item ?? '', source, evidence })),
    ...(interactions ?? []).map(({ source, evidence, medication, with: other }) => ({ kind: 'Interaction', first: medication?.name ?? '', words: 'and', second: other?.name ?? '', source, evidence })),
  ];
  // The same medicine is often prescribed more than once.
  const seen = new Set<string>();
  return all.filter((one) => {
    const key = JSON.stringify(Object.values(one)).toLowerCase();
    return !seen.has(key) && seen.add(key);
  });
}

export function Alerts({ patient }: { patient: string }) {
  const [state, setState] = useState<{ found?: Found; faults?: Fault[]; error?: string }>({});
  const read = useCallback(() => {
    setState({});
    ask<{ patient: Found | null }>(QUERY, { id: patient, first: MOST }).then(
      ({ data, errors }) => setState({ found: data?.patient ?? undefined, faults: errors ?? [], error: data?.patient ? undefined : (errors?.[0]?.message ?? 'the answer is empty') }),
      (error: Error) => setState({ error: error.message }),
    );
  }, [patient]);
  useEffect(read, [read]);
  const { found, error = state.faults?.[0]?.message } = state;
  const alerts = found ? alertsOf(found) : [];
  const [some, rest] = useSome(alerts, 10);
  const cut = found && [found.interactions, found.contraindications].some((some) => (some?.length ?? 0) >= MOST);
  const none = found && !error && !alerts.length;
  return (
    <section className={`alerts${alerts.length || error ? '' : ' none'}`} aria-labelledby="alerts" aria-busy={!found && !error} tabIndex={alerts.length > 2 ? 0 : undefined}>
      <h2 id="alerts"><Symbol kind="medication" /> Medication alerts</h2>
      {!found && !error && <p role="status">Reading…</p>}
      {none && <p>None known from the catalogs. A medicine or condition that no catalog knows is not checked.</p>}
      {error && <Trouble onAgain={read}>{`Interactions and contraindications could not be read, so there may be ${alerts.length ? 'more' : 'some'}. ${error}`}</Trouble>}
      {alerts.length > 0 && (
        <ul>
          {some.map(({ kind, first, words, second, source, evidence }) => (
            <li key={[kind, first, second, source, evidence].join('\n')}>
              {kind}: <b><Text>{first}</Text></b> {words} <b><Text>{second}</Text></b> <small>({evidence && <><Text>{evidence}</Text>; </>}<Text>{source}</Text>)</small>
            </li>
          ))}
        </ul>
      )}
      {rest}
      {cut && <p className="about">Only the first {MOST} of each kind are read.</p>}
    </section>
  );
}

/** What the patient consented to: which partner may read the record, what for, and until when. Who may, gives and withdraws consents here. */

import './consents.css';

import { useCallback, useEffect, useId, useState, type FormEvent } from 'react';
import { ask } from '../shared/ask';
import { sent, type Refused } from '../shared/mutation';
import { standing } from '../shared/session';
import { Text, Trouble } from '../shared/text';
import { words } from '../shared/words';

type Partner = { id: string; partnerId: number; name: string | null; description: string | null; privacyUrl: string | null };
type Consent = { id: string; purpose: string | null; since: string | null; until: string | null; givenAt: string | null; withdrawnAt: string | null; evidence: string | null; partner: Partner | null };
type Read = { consents: { totalCount: number | null; nodes: Consent[] } | null };

const PURPOSES = ['TREATMENT', 'SECOND_OPINION', 'INSURANCE', 'RESEARCH', 'PERSONAL_USE'];
const PARTNER = 'id partnerId name description privacyUrl';
const CONSENTS = `query Consents($id: ID!) { patient(id: $id) { consents(first: 100) {
  totalCount
  nodes { id purpose since until givenAt withdrawnAt evidence partner { ${PARTNER} } }
} } }`;
const PARTNERS = `query Partners { partners(first: 100, orderBy: [NAME_ASC]) { nodes { ${PARTNER} } } }`;
const GIVE = 'mutation GiveConsent($input: GiveConsentInput!) { done: giveConsent(input: $input) { consent { id } } }';
const WITHDRAW = 'mutation WithdrawConsent($id: ID!) { done: withdrawConsent(id: $id, input: {}) { consent { id } } }';

/** The day of a moment where the reader is, as days are written here; today without one. */
const dayOf = (moment?: string) => (moment ? new Date(moment) : new Date()).toLocaleDateString('sv');

/** Whether a consent holds on a day, and since when or why not. */
function stateOf({ since, until, givenAt, withdrawnAt }: Consent, today: string): { holds: boolean; says: string } {
  if (withdrawnAt) return { holds: false, says: `withdrawn on ${dayOf(withdrawnAt)}` };
  if (since && since > today) return { holds: false, says: `from ${since} on` };
  if (until && until < today) return { holds: false, says: `ended on ${until}` };
  const begun = since ?? (givenAt && dayOf(givenAt));
  return { holds: true, says: `${begun ? `since ${begun}` : 'holds'}${until ? `, until ${until}` : ''}` };
}

/** A page of a partner, where that is one of the web. */
const webOf = (url: string | null) => (url && /^https:\/\//.test(url) ? url : null);

function One({ of, mayWithdraw, onDone }: { of: Consent; mayWithdraw: boolean; onDone: () => void }) {
  const [asked, setAsked] = useState(false);
  const [busy, setBusy] = useState(false);
  const [refused, setRefused] = useState<Refused | null>(null);
  const { partner, purpose, evidence, withdrawnAt } = of;
  const { holds, says } = stateOf(of, dayOf());
  const web = webOf(partner?.privacyUrl ?? null);
  const withdraw = async () => {
    setBusy(true);
    const sending = await sent<{ consent: { id: string } }>(WITHDRAW, { id: of.id });
    setBusy(false);
    if (sending.done === null) setRefused(sending.refused);
    else onDone();
  };
  const name = partner?.name ?? 'a partner';
  return (
    <li className={holds ? 'card' : 'card past'}>
      <header><b><Text>{name}</Text></b> <span>for {words(purpose)}</span> <span>{says}</span></header>
      {partner?.description && <p><Text>{partner.description}</Text></p>}
      {evidence && <p><small>Evidence: <Text>{evidence}</Text></small></p>}
      {web && <p><a href={web} rel="noreferrer" target="_blank">How this partner keeps data</a></p>}
      {mayWithdraw && !withdrawnAt && (asked
        ? (
          <p role="group" aria-label={`Withdraw the consent to ${name}`}>
            From now on {name} reads nothing of this record for {words(purpose)}.{' '}
            <button type="button" className="main" disabled={busy} onClick={() => void withdraw()}>{busy ? 'Withdrawing…' : 'Withdraw it'}</button>{' '}
            <button type="button" disabled={busy} onClick={() => { setAsked(false); setRefused(null); }}>Keep it</button>
          </p>
        )
        : <p><button type="button" aria-label={`Withdraw the consent to ${name} for ${words(purpose)}`} onClick={() => setAsked(true)}>Withdraw…</button></p>)}
      {refused && <p className="refused" role="alert">{refused.words}</p>}
    </li>
  );
}

/** Who gives the own consent needs no evidence. */
function Give({ patient, isOwn, onDone }: { patient: string; isOwn: boolean; onDone: () => void }) {
  const ids = useId();
  const [partners, setPartners] = useState<Partner[] | null>(null);
  const [refused, setRefused] = useState<Refused | null>(null);
  const [busy, setBusy] = useState(false);
  const [isOpen, setOpen] = useState(false);
  const [chosen, setChosen] = useState<number | null>(null);
  useEffect(() => {
    if (!isOpen || partners) return;
    ask<{ partners: { nodes: Partner[] } | null }>(PARTNERS, {}).then(({ data }) => setPartners(data?.partners?.nodes ?? []), (error: Error) => setRefused({ about: null, words: error.message }));
  }, [isOpen, partners]);
  const send = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const text = (name: string) => String(form.get(name) ?? '').trim();
    if (busy) return;
    setBusy(true);
    setRefused(null);
    const until = text('until');
    const evidence = text('evidence');
    const input = { patientId: Number(patient.replace('Patient:', '')), partnerId: Number(text('partner')), purpose: text('purpose'), ...(until && { until }), ...(evidence && { evidence }) };
    const sending = await sent<{ consent: { id: string } }>(GIVE, { input });
    setBusy(false);
    if (sending.done === null) return setRefused(sending.refused);
    setOpen(false);
    onDone();
  };
  if (!isOpen) return <p><button type="button" onClick={() => setOpen(true)}>Give a consent…</button></p>;
  return (
    <form className="consenting" aria-label="Give a consent" onSubmit={(event) => void send(event)}>
      {partners?.length === 0 && <p>There are no partners here yet; an administrator adds them.</p>}
      {partners === null && !refused && <p role="status">Reading…</p>}
      {partners && partners.length > 0 && (
        <>
          <label htmlFor={`${ids}partner`}>Partner who may read the record</label>
          <select id={`${ids}partner`} name="partner" required defaultValue="" aria-describedby={`${ids}does`} onChange={({ target }) => setChosen(Number(target.value))}>
            <option value="" disabled>Choose…</option>
            {partners.map(({ partnerId, name }) => <option key={partnerId} value={partnerId}>{name}</option>)}
          </select>
          <small id={`${ids}does`}><Text>{partners.find(({ partnerId }) => partnerId === chosen)?.description}</Text></small>
          <label htmlFor={`${ids}purpose`}>What for</label>
          <select id={`${ids}purpose`} name="purpose" required defaultValue="">
            <option value="" disabled>Choose…</option>
            {PURPOSES.map((purpose) => <option key={purpose} value={purpose}>{words(purpose)}</option>)}
          </select>
          <label htmlFor={`${ids}until`}>Last day <small>(left empty: until it is withdrawn)</small></label>
          <input id={`${ids}until`} name="until" type="date" />
          {!isOwn && (
            <>
              <label htmlFor={`${ids}evidence`}>Evidence <small>(as “form 7, signed”; may be left empty)</small></label>
              <input id={`${ids}evidence`} name="evidence" type="text" maxLength={1000} dir="auto" autoComplete="off" />
            </>
          )}
        </>
      )}
      {refused && <p className="refused" role="alert">{refused.words}</p>}
      <p>
        {partners && partners.length > 0 && <button type="submit" className="main" disabled={busy}>{busy ? 'Saving…' : 'Give the consent'}</button>}{' '}
        <button type="button" disabled={busy} onClick={() => { setOpen(false); setRefused(null); }}>Cancel</button>
      </p>
    </form>
  );
}

export function Consents({ patient }: { patient: string }) {
  const { who } = standing.use();
  const permissions = who?.permissions ?? [];
  const [read, setRead] = useState<{ of?: Read['consents']; error?: string }>({});
  const again = useCallback(() => {
    ask<{ patient: Read | null }>(CONSENTS, { id: patient }).then(
      ({ data, errors }) => setRead(data?.patient?.consents ? { of: data.patient.consents } : { error: errors?.[0]?.message ?? 'The answer is empty.' }),
      (error: Error) => setRead({ error: error.message }),
    );
  }, [patient]);
  useEffect(again, [again]);
  const { of, error } = read;
  const today = dayOf();
  const sorted = [...(of?.nodes ?? [])].sort((one, other) => Number(stateOf(other, today).holds) - Number(stateOf(one, today).holds));
  const left = (of?.totalCount ?? 0) - sorted.length;
  return (
    <div className="consents">
      <h3>Consents {of && <small>{of.totalCount ?? sorted.length}</small>}</h3>
      {!of && !error && <p role="status">Reading…</p>}
      {error && <Trouble onAgain={again}>{`Consents could not be read. ${error}`}</Trouble>}
      {of && !sorted.length && <p>No partner may read the record: no consent is recorded.</p>}
      {sorted.length > 0 && <ul className="visits">{sorted.map((one) => <One key={one.id} of={one} mayWithdraw={permissions.includes('withdrawConsent')} onDone={again} />)}</ul>}
      {left > 0 && <p>{left} more are not shown.</p>}
      {of && permissions.includes('giveConsent') && <Give patient={patient} isOwn={who?.role === 'PATIENT'} onDone={again} />}
    </div>
  );
}

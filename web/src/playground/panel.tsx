/** Below the answer: how it came, what went wrong and what to do, and how it was found. */

import { useEditorContext, useExecutionContext, useSchemaStore } from '@graphiql/react';
import { useEffect, useState } from 'react';
import type { Fault } from '../shared/ask';
import { standing } from '../shared/session';
import { Trouble } from '../shared/text';
import { outcomes, schemaFault, setTab, wantPlans, type Outcome } from './answers';
import { HINTS } from './hints';
import { link, name, nameFields, show } from './marks';
import { notesOf } from './places';
import { Waterfall } from './waterfall';

const size = (bytes: number) => (bytes < 1000 ? `${bytes} B` : `${(bytes / 1000).toFixed(1)} kB`);
const dotted = (path: (string | number)[] | null | undefined) => (path ?? []).join('.');

function FaultLine({ fault }: { fault: Fault }) {
  const { code, requestId, violations } = fault.extensions ?? {};
  const place = fault.locations?.[0];
  return (
    <li>
      <p>
        {code && <code>{code}</code>} {fault.message}
      </p>
      <p className="about">
        {fault.path && <>At <code>{dotted(fault.path)}</code>. </>}
        {place && <>Line {place.line}, column {place.column}. </>}
        {requestId && <>Request <code>{requestId}</code>. </>}
        {code && HINTS[code]}
      </p>
      {violations && (
        <ul className="violations">
          {violations.map(({ path, message }, index) => (
            <li key={index}><code>{dotted(path)}</code> {message}</li>
          ))}
        </ul>
      )}
    </li>
  );
}

function Explained({ outcome }: { outcome: Outcome }) {
  const { run } = useExecutionContext({ nonNull: true });
  const { who } = standing.use();
  if (outcome.explain) {
    const plans = () => {
      wantPlans();
      run();
    };
    return <Waterfall explain={outcome.explain} plans={outcome.mutation ? null : plans} />;
  }
  if (!outcome.asked || outcome.faults.some((fault) => !fault.path)) return null;
  if (who && who.role !== 'ADMIN') return <p className="quiet">How an answer was found is explained to administrators alone: plans and costs speak of everybody’s rows.</p>;
  return (
    <p className="quiet">
      This gateway does not explain its answers to you. Its operator allows it with the key <code>explain</code>:{' '}
      <code>loopback</code> for the gateway’s own machine, <code>on</code> for everybody.
    </p>
  );
}

function Patients({ ids }: { ids: string[] }) {
  const shown = ids.slice(0, 12);
  return (
    <nav className="patients" aria-label="Patients in the answer">
      <span>Patients</span>
      {shown.map((id) => <a key={id} href={`/patients/${id}`}>{id}</a>)}
      {ids.length > shown.length && <span>and {ids.length - shown.length} more, linked in the answer</span>}
    </nav>
  );
}

/** Marks the editors with what an outcome says of their lines. */
function useMarks(outcome: Outcome | undefined) {
  const { queryEditor, variableEditor, responseEditor } = useEditorContext({ nonNull: true });
  useEffect(() => (responseEditor ? link(responseEditor) : undefined), [responseEditor]);
  useEffect(() => {
    if (!outcome || !queryEditor || !variableEditor) return undefined;
    const notes = notesOf(outcome.faults, queryEditor.getValue(), variableEditor.getValue());
    const removes = [
      show(queryEditor, notes.filter(({ editor }) => editor === 'query')),
      show(variableEditor, notes.filter(({ editor }) => editor === 'variables')),
    ];
    return () => removes.forEach((remove) => remove());
  }, [outcome, queryEditor, variableEditor]);
}

/** What GraphiQL leaves to be done for keyboards and assistive technology. */
function useNames() {
  const { tabs, activeTabIndex, queryEditor, variableEditor, headerEditor, responseEditor } = useEditorContext({ nonNull: true });
  useEffect(() => (queryEditor ? name(queryEditor, 'Query') : undefined), [queryEditor]);
  useEffect(() => (variableEditor ? name(variableEditor, 'Variables') : undefined), [variableEditor]);
  useEffect(() => (headerEditor ? name(headerEditor, 'Headers') : undefined), [headerEditor]);
  useEffect(() => (responseEditor ? name(responseEditor, 'Answer') : undefined), [responseEditor]);
  useEffect(() => {
    const pane = document.querySelector('.graphiql-plugin');
    return pane ? nameFields(pane) : undefined;
  }, []);
  // A tab may hold no other button, and GraphiQL's hold one that closes them: they are a list of buttons.
  useEffect(() => {
    document.querySelector('.graphiql-session-header [role=tablist]')?.removeAttribute('role');
    document.querySelectorAll('.graphiql-session-header .graphiql-tab').forEach((tab, index) => {
      tab.removeAttribute('role');
      tab.removeAttribute('aria-selected');
      tab.querySelector('button')?.setAttribute('aria-current', String(index === activeTabIndex));
    });
  }, [tabs, activeTabIndex]);
}

/** What GraphiQL says in the place of an answer, having asked nothing: an answer is an object, and this is not. */
function useUnasked(): boolean {
  const { responseEditor } = useEditorContext({ nonNull: true });
  const [unasked, setUnasked] = useState(false);
  useEffect(() => {
    const look = () => setUnasked(/^[^{]/.test(responseEditor?.getValue() ?? ''));
    look();
    responseEditor?.on('change', look);
    return () => responseEditor?.off('change', look);
  }, [responseEditor]);
  return unasked;
}

function Answered({ outcome }: { outcome: Outcome }) {
  const { faults, patients } = outcome;
  return (
    <>
      <p className="came" role="status">
        <b className={faults.length ? 'bad' : 'good'}>{faults.length ? `${faults.length} error${faults.length > 1 ? 's' : ''}` : 'Answered'}</b>
        <span>HTTP {outcome.status}</span>
        <span>{Math.round(outcome.ms)} ms</span>
        <span>{size(outcome.bytes)}</span>
      </p>
      {faults.length > 0 && <ul className="faults" aria-label="Errors">{faults.map((fault, index) => <FaultLine key={index} fault={fault} />)}</ul>}
      {patients.length > 0 && <Patients ids={patients} />}
      <Explained outcome={outcome} />
    </>
  );
}

/** What became of the last request: nothing of the one before stands here any more. */
function Last() {
  const { tabs, activeTabIndex } = useEditorContext({ nonNull: true });
  const { run } = useExecutionContext({ nonNull: true });
  const tab = tabs[activeTabIndex]?.id ?? '';
  useEffect(() => setTab(tab), [tab]);
  const came = outcomes.use().get(tab);
  const unasked = useUnasked();
  useMarks(came?.state === 'answered' ? came : undefined);
  if (unasked) return <Trouble>The variables or headers are no JSON object, so nothing was asked. The answer says where.</Trouble>;
  switch (came?.state) {
    case 'waiting':
      return <p className="waiting" role="status">Waiting for the answer… <button type="button" onClick={came.stop}>Stop waiting</button></p>;
    case 'failed':
      return <Trouble onAgain={came.again ? run : undefined}>{came.why}</Trouble>;
    case 'answered':
      return <Answered outcome={came} />;
    default:
      return <p className="quiet">Run the query with the button or Ctrl Enter: its answer stands here, and below it how it was found. Escape, and then Tab, leaves an editor. <a href="/patients/">All patients</a> are a page of their own.</p>;
  }
}

export function Panel() {
  const { introspect } = useSchemaStore();
  const fault = schemaFault.use();
  const { isIn } = standing.use();
  // Who put the form away and logs in later has no schema yet.
  useEffect(() => {
    if (isIn && schemaFault.get()) void introspect();
  }, [isIn, introspect]);
  useNames();
  return (
    <div className="panel">
      {fault && <Trouble onAgain={() => void introspect()}>{`The editors know no schema, so they complete and check nothing. ${fault}`}</Trouble>}
      <Last />
    </div>
  );
}

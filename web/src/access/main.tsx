/** The access log of everybody, for administrators: who saw or changed whose record. */

import '../shared/tokens.css';
import '../shared/list.css';
import './access.css';

import { Bar } from '../shared/bar';
import { useChoices, type Choose } from '../shared/choices';
import { Searching, Select, Writing, type WritingProps } from '../shared/fields';
import { Listing, type Page } from '../shared/listing';
import { ZONE } from '../shared/log';
import { mount } from '../shared/mount';
import { standing } from '../shared/session';
import { takeTheme } from '../shared/storage';
import { copiesPlainly } from '../shared/text';
import { ACCESS, NONE, ORDERS, choicesOf, dayIn, filters, idIn, variablesOf, wrongWith, type Choice, type Choices } from './choices';
import { Emergencies } from './emergencies';
import { COLUMNS, QUERY, type Logged } from './rows';

takeTheme();
copiesPlainly();

const find = ({ accessEvents }: { accessEvents: Page<Logged> | null }) => accessEvents;

type Props = { choices: Choices; choose: Choose<Choice> };

/** Ids and addresses are looked for when they are whole: what a part of one finds would be logged as seen. */
function Fields({ choices, choose }: Props) {
  const wrong = wrongWith(choices);
  const text = (name: Choice, label: string, more: Partial<WritingProps> = {}) => <Writing name={name} label={label} value={choices[name]} onChoose={choose} {...more} />;
  return (
    <Searching label="Access log">
      <div className="first">
        {text('patient', 'Patient', { hint: 'the id, as Patient:12, and Enter', isEntered: true, wrong: idIn(choices.patient) === undefined })}
        {text('email', 'E-mail address of who asked', { hint: 'of an account, all of it, and Enter', isEntered: true })}
        {text('from', 'From', { mode: 'date', hint: 'a day of UTC', wrong: dayIn(choices.from) === undefined })}
        {text('to', 'To', { mode: 'date', hint: 'a day of UTC', wrong: dayIn(choices.to) === undefined })}
        <Select name="access" label="Access" value={choices.access} options={ACCESS} onChoose={choose} />
        <Select name="order" label="Order" value={choices.order} options={ORDERS} onChoose={choose} />
        <button type="button" disabled={filters(choices) === 0} onClick={() => choose({ ...NONE, order: choices.order })}>Clear</button>
      </div>
      {wrong && <p className="wrong" role="status">{wrong}</p>}
    </Searching>
  );
}

function List({ label, kind = 'accesses', variables, choices, onChoose, none }: { label: string; kind?: string; variables: Record<string, unknown>; choices: Choices; onChoose: Choose<Choice>; none: string }) {
  return (
    <Listing label={label} kind={kind} nouns={['entry', 'entries']} page={{ query: QUERY, variables, find }} total={null} columns={COLUMNS} choices={choices} onChoose={onChoose}>
      <p>{none}</p>
    </Listing>
  );
}

/** Those who broke the glass above the others. Their later pages are those of the filter. */
function GlassFirst({ choices, choose }: Props) {
  const first = { ...choices, after: '' };
  return (
    <>
      {!choices.after && (
        <>
          <h2>Break-glass</h2>
          <List label="Break-glass" kind="accesses glasses" variables={variablesOf(first, true)} choices={first} onChoose={(change) => choose({ access: 'GLASS', ...change })} none="Nobody broke the glass." />
        </>
      )}
      <h2>All others</h2>
      <List label="All others" variables={variablesOf(choices, false)} choices={choices} onChoose={choose} none={filters(choices) > 0 ? 'No other entry matches.' : 'There are no other entries.'} />
    </>
  );
}

function Log() {
  const [choices, choose] = useChoices(NONE, choicesOf);
  const isGlass = choices.access === 'GLASS';
  return (
    <>
      <Fields choices={choices} choose={choose} />
      <p className="zone">Times are of {ZONE}. To look at this log leaves an entry in it, also in the logs of the patients whose names are shown.</p>
      <Emergencies patient={idIn(choices.patient) ?? null} />
      {choices.order === 'GLASS' && !isGlass
        ? <GlassFirst choices={choices} choose={choose} />
        : <List label="Access log" kind={isGlass ? 'accesses glasses' : 'accesses'} variables={variablesOf(choices, isGlass ? true : null)} choices={choices} onChoose={choose} none={filters(choices) > 0 ? 'No entry matches.' : 'There are no entries yet.'} />}
    </>
  );
}

/** Nothing is asked before it is known who asks: to look leaves an entry. */
function App() {
  const { who, isUnread } = standing.use();
  if (!who) return isUnread ? <div className="empty" role="alert"><p>It is not known who asks, so the log is not read. Load the page again.</p></div> : <p className="count" role="status">Reading who asks…</p>;
  if (who.role === 'ADMIN') return <Log />;
  return (
    <div className="empty" role="alert">
      <p>The log of everybody is for administrators.</p>
      {who.role === 'PATIENT' && who.page && <p><a href={`${who.page}#access`}>Who has looked at your record</a></p>}
    </div>
  );
}

mount(<><Bar /><main><h1>Access log</h1><App /></main></>);

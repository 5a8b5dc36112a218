/** A patient's conversations: each with its messages, read when it is opened, as they answer each other. */

import { Fragment, useCallback, useState, type ReactNode } from 'react';
import { ask, type Fault } from '../shared/ask';
import { Text, Trouble, isolated } from '../shared/text';
import { language, money, words } from '../shared/words';
import { More, useSome } from './more';
import { usePart, type Reading } from './reading';
import { LISTS, count, line, membersOf, type Entry, type Session } from './record';

type Message = {
  id: string;
  chatId: number;
  parentMessageId: number | null;
  text: string;
  type: string | null;
  sentAt: string | null;
  contentType: string | null;
  aiSource: string | null;
  confidence: string | null;
  language: string | null;
  isSensitive: boolean;
  attachments: { id: string; fileName: string | null }[] | null;
};
type Cost = { currency: string | null; analyses: number | null; tokens: number | null; amountMicros: number | null; failed: number | null };
type Page = { nodes: Message[]; pageInfo: { hasNextPage: boolean; endCursor: string | null } };
type Read = { messages: Message[]; end: string | null; cost: Cost[]; faults: Fault[] };

/** Messages a page, and attachments below one. */
const [PAGE, ATTACHED] = [50, 20];

const QUERY = `query Conversation($id: ID!, $first: Int!, $after: String, $cost: Boolean!) { chatSession(id: $id) {
  cost @include(if: $cost) { currency analyses tokens amountMicros failed }
  messages(first: $first, after: $after) { pageInfo { hasNextPage endCursor } nodes {
    id chatId parentMessageId text type sentAt contentType aiSource confidence language isSensitive attachments(first: ${ATTACHED}) { id fileName }
  } }
} }`;

async function conversation(id: string, before: Read | null): Promise<Read> {
  const { data, errors = [] } = await ask<{ chatSession: { cost?: Cost[] | null; messages: Page | null } | null }>(QUERY, { id, first: PAGE, after: before?.end ?? null, cost: !before });
  const thread = data?.chatSession?.messages;
  if (!thread) throw new Error(errors[0]?.message ?? 'the answer is empty');
  return {
    messages: [...(before?.messages ?? []), ...thread.nodes],
    end: thread.pageInfo.hasNextPage ? thread.pageInfo.endCursor : null,
    cost: before?.cost ?? data.chatSession?.cost ?? [],
    faults: [...(before?.faults ?? []), ...errors],
  };
}

const moment = (at: string | null) => at?.slice(0, 16).replace('T', ' ') ?? 'no date';

/** Who wrote a message. */
const author = ({ type, aiSource }: Message) =>
  `${type === 'PATIENT' ? 'Patient' : type === 'PROVIDER' ? 'Practice' : words(type).replace(/^./, (one) => one.toUpperCase()) || 'Unknown sender'}${aiSource ? ` (${isolated(aiSource)})` : ''}`;

/** What answers a message stands within it. Deeper than this it stands below: there would be no room. */
const DEEP = 4;

function Messages({ messages, answers, depth }: { messages: Message[]; answers: ReadonlyMap<number, Message[]>; depth: number }) {
  return (
    <ol className="messages">
      {messages.map((one) => {
        const replies = answers.get(one.chatId) ?? [];
        const within = depth < DEEP;
        return (
          <Fragment key={one.id}>
            <li className={one.type === 'PATIENT' ? 'theirs' : 'ours'}>
              <p className="about">
                <b>{author(one)}</b> {moment(one.sentAt)}{' '}
                {line(
                  one.contentType && one.contentType !== 'TEXT' && words(one.contentType),
                  one.confidence && `confidence ${one.confidence}`,
                  one.isSensitive && 'sensitive',
                  language(one.language),
                )}
              </p>
              <p className="said"><Text>{one.text}</Text></p>
              {!!one.attachments?.length && <p className="about">{count(one.attachments.length, 'attachment')}: {one.attachments.map(({ fileName }) => isolated(fileName ?? 'no name')).join(', ')}</p>}
              {within && replies.length > 0 && <Messages messages={replies} answers={answers} depth={depth + 1} />}
            </li>
            {!within && replies.length > 0 && <li><Messages messages={replies} answers={answers} depth={depth} /></li>}
          </Fragment>
        );
      })}
    </ol>
  );
}

/** Messages come the earliest first, so what one answers was read before; where it was not, the message stands by itself. No circle of
 * answers can arise. */
function Thread({ messages }: { messages: Message[] }) {
  const read = new Set<number>();
  const [first, answers] = [[] as Message[], new Map<number, Message[]>()];
  for (const one of messages) {
    const above = one.parentMessageId;
    if (above === null || !read.has(above)) first.push(one);
    else answers.set(above, [...(answers.get(above) ?? []), one]);
    read.add(one.chatId);
  }
  return <Messages messages={first} answers={answers} depth={0} />;
}

const costOf = ({ currency, analyses, tokens, amountMicros, failed }: Cost) =>
  line(
    count(analyses ?? 0, 'analysis', 'analyses'),
    !!failed && `${failed} of them failed`,
    tokens !== null && `${tokens.toLocaleString('en')} tokens`,
    amountMicros !== null && currency && money(amountMicros, 'millionths', currency),
  );

/** One suggestion in a line: what it is called, how likely and how urgent the program took it to be. A text or number of another form is shown
 * as it is stored. */
function suggestionOf(one: unknown): { name: string; detail: string } {
  const { name, code, code_system: system, probability, urgency, explanation } = membersOf(one);
  if (typeof name !== 'string') return { name: typeof one === 'string' ? one : JSON.stringify(one), detail: '' };
  const text = (value: unknown) => (typeof value === 'string' || typeof value === 'number' ? String(value) : null);
  return {
    name,
    detail: line(text(probability) && `probability ${text(probability)}`, text(urgency), text(code) && [text(system), text(code)].filter(Boolean).join(' '), text(explanation)),
  };
}

/** What a program suggested that the patient may have. */
function Suggestions({ of }: { of: unknown }) {
  const all = Array.isArray(of) ? of : of === null || of === undefined ? [] : [of];
  const [some, more] = useSome(all.map(suggestionOf), 10);
  if (!all.length) return null;
  return (
    <div className="suggestions">
      <p><b>Suggested by a program</b> <small>no diagnosis</small></p>
      <ul>{some.map(({ name, detail }, at) => <li key={at}><Text>{name}</Text>{detail && <span className="about"> {detail}</span>}</li>)}</ul>
      {more}
    </div>
  );
}

function Conversation({ entry, session }: { entry: Entry; session: Session }) {
  const [open, setOpen] = useState(false);
  const [{ value, busy, error }, read] = usePart<Read>(useCallback((before) => conversation(entry.id, before), [entry.id]));
  const toggle = (now: boolean) => {
    if (now && !open && !value) void read();
    setOpen(now);
  };
  const fault = value?.faults[0]?.message;
  return (
    <li className={`card talk${session.isEmergency ? ' emergency' : ''}`}>
      <details onToggle={(event) => toggle(event.currentTarget.open)}>
        <summary>
          <b><Text>{entry.name}</Text></b> <span className="about">{entry.date ?? 'no date'}{entry.detail && ` · ${entry.detail}`}</span>
        </summary>
        {session.symptomsSummary && <p><Text>{session.symptomsSummary}</Text></p>}
        <Suggestions of={session.diagnosisSuggestions} />
        {busy && !value && <p role="status">Reading…</p>}
        {(error ?? fault) && <Trouble onAgain={() => void read()}>{`${value ? 'Some of this conversation' : 'This conversation'} could not be read: ${error ?? fault}`}</Trouble>}
        {value && (value.messages.length ? <Thread messages={value.messages} /> : <p className="about">It has no messages.</p>)}
        {value?.end && <p className="more"><button type="button" disabled={busy} onClick={() => void read()}>{busy ? 'Reading…' : 'More messages'}</button></p>}
        {value?.cost.map((one) => <p key={one.currency ?? ''} className="about cost">By programs: {costOf(one)}</p>)}
      </details>
    </li>
  );
}

export function Talk({ reading, children }: { reading: Reading; children?: ReactNode }) {
  const listed = reading.lists.sessions;
  return (
    <section className="conversations" aria-label="Conversations">
      <h2 className="unseen">Conversations</h2>
      {children}
      {listed.busy && !listed.entries.length && <p role="status">Reading…</p>}
      {listed.begun && !listed.busy && !listed.error && !listed.entries.length && <p className="empty">No conversations are recorded.</p>}
      <ul className="talks">{listed.entries.map((one) => one.session && <Conversation key={one.id} entry={one} session={one.session} />)}</ul>
      <More name="sessions" what={LISTS.sessions.title.toLowerCase()} of={listed} onMore={reading.more} />
    </section>
  );
}

/** One doctor or one institution: read once, and what stands above its lists. */

import { useEffect, type ReactNode } from 'react';
import { useAnswer, wrongWith } from '../shared/answer';
import { Fact } from '../shared/facts';
import { Text, Trouble, isolated } from '../shared/text';

/** An id of a type, as an address has it. */
function idOf(type: string, written: string): { id: string | null; written: string } {
  try {
    const id = decodeURIComponent(written);
    return { id: new RegExp(`^${type}:\\d{1,10}$`).test(id) ? id : null, written: id };
  } catch {
    return { id: null, written };
  }
}

const Nobody = ({ list, children }: { list: string; children: string }) => (
  <div className="empty" role="alert"><h1>{children}</h1><p><a href={`/${list}/`}>To the list of {list}</a></p></div>
);

type Named = { id: string; name: string | null };
type Props<One extends Named> = {
  type: string;
  /** What such an object is called, and its folder in addresses. */
  noun: string;
  list: string;
  written: string;
  query: string;
  find: (data: Record<string, unknown>) => One | null;
  facts: (one: One) => ReactNode;
  /** What stands below its facts. */
  besides: (one: One) => ReactNode;
  /** The lists below it, which are read by themselves. */
  children: (id: string) => ReactNode;
};

function Known<One extends Named>({ id, noun, list, query, find, facts, besides, children }: Omit<Props<One>, 'type' | 'written'> & { id: string }) {
  const { asked, busy, again } = useAnswer<Record<string, unknown>>(query, JSON.stringify({ id }));
  const one = asked?.data ? find(asked.data) : null;
  const wrong = busy ? null : wrongWith(asked);
  useEffect(() => {
    if (one?.name) document.title = `${one.name} · MediMax`;
  }, [one]);
  if (asked && !busy && !one && !wrong) return <Nobody list={list}>{`There is no ${noun} with the id ${id}.`}</Nobody>;
  return (
    <>
      <h1>{one?.name?.trim() ? <Text>{one.name}</Text> : one ? `A ${noun} without a name` : id}</h1>
      {wrong && <Trouble onAgain={again}>{`${one ? 'Some' : 'The'} facts of the ${noun} could not be read: ${wrong}`}</Trouble>}
      {!asked && <p className="count" role="status">Reading the {noun}…</p>}
      {one && <dl className="facts">{facts(one)}<Fact name="Id"><code>{one.id}</code></Fact></dl>}
      {one && besides(one)}
      {children(id)}
    </>
  );
}

export function One<One extends Named>({ type, written, ...rest }: Props<One>) {
  const { id, written: said } = idOf(type, written);
  if (!id) return <Nobody list={rest.list}>{`“${isolated(said)}” is not the id of ${rest.noun === 'institution' ? 'an' : 'a'} ${rest.noun}. Such an id looks like ${type}:12.`}</Nobody>;
  return <Known id={id} {...rest} />;
}

/** Names of the catalogs that are near to what was looked for and not found. */

import { useEffect, useState } from 'react';
import { ask } from '../shared/ask';
import { Text } from '../shared/text';
import type { Choose } from '../shared/choices';
import type { Choice, Choices } from './choices';

/** The filters that go by the catalogs, with what they name. */
const NAMED = { hasCondition: 'conditions', reportsSymptom: 'symptoms', takesDrugThatTreats: 'conditions' } as const;
type Fact = keyof typeof NAMED;

type Concept = { name: string; synonyms: string[] | null };
/** Whether a catalog knows the name (null where that is not certain), and names like it. */
type Found = { known: boolean | null; names: string[] };

/** How many concepts are read for each wording, and how many names are offered. */
const [READ, OFFERED] = [25, 6];

const wordsOf = (name: string) => name.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];

/** The same for each spelling and each order of the words by which the gateway recognises a name. */
const keyOf = (name: string) => wordsOf(name).map((word) => word.replace(/s$/, '')).sort().join(' ');

async function look(kind: (typeof NAMED)[Fact], name: string, signal: AbortSignal): Promise<Found | null> {
  const words = wordsOf(name);
  if (!words.length) return null;
  // A word that is misspelt at its end still begins with what is known.
  const begun = [...new Set(words.filter((word) => word.length > 2).map((word) => word.slice(0, 4)))].slice(0, 3);
  const searches = [name, ...begun];
  const variables = Object.fromEntries(searches.map((search, at) => [`s${at}`, search]));
  const fields = searches.map((_, at) => `n${at}: ${kind}(search: $s${at}, first: ${READ}) { name synonyms }`).join(' ');
  const declared = Object.keys(variables).map((variable) => `$${variable}: String`).join(', ');
  const { data } = await ask<{ knowledge: Record<string, Concept[] | null> | null }>(`query Near(${declared}) { knowledge { ${fields} } }`, variables, { signal });
  const { n0: exact = null, ...others } = data?.knowledge ?? {};
  if (!exact) return null;
  const known = exact.some((one) => [one.name, ...(one.synonyms ?? [])].some((other) => keyOf(other) === keyOf(name)));
  const names = [exact, ...Object.values(others)].flatMap((some) => (some ?? []).map((one) => one.name));
  return { known: known || (exact.length < READ ? false : null), names: [...new Set(names)].slice(0, OFFERED) };
}

function Names({ fact, name, onChoose }: { fact: Fact; name: string; onChoose: Choose<Choice> }) {
  const [found, setFound] = useState<Found | null>(null);
  const kind = NAMED[fact];
  useEffect(() => {
    const stop = new AbortController();
    look(kind, name, stop.signal).then(
      (next) => !stop.signal.aborted && setFound(next),
      () => !stop.signal.aborted && setFound(null),
    );
    return () => stop.abort();
  }, [kind, name]);
  if (!found || found.known) return null;
  const { known, names } = found;
  return (
    <p className="near" role="status">
      {known === false && <>The catalogs know no {kind.slice(0, -1)} named “<Text>{name}</Text>”. </>}
      {names.length > 0 && <>Names like {known === false ? 'it' : <>“<Text>{name}</Text>”</>}: </>}
      {names.map((one) => <button key={one} type="button" onClick={() => onChoose({ [fact]: one })}><Text>{one}</Text></button>)}
    </p>
  );
}

export const Near = ({ choices, onChoose }: { choices: Choices; onChoose: Choose<Choice> }) => (
  <>
    {(Object.keys(NAMED) as Fact[]).map((fact) => {
      const name = choices[fact].trim();
      return name && <Names key={`${fact} ${name}`} fact={fact} name={name} onChoose={onChoose} />;
    })}
  </>
);

/** Names of the catalogs that are near to what was looked for and not found. */

import { useEffect, useState } from 'react';
import { ask } from '../shared/ask';
import { Text } from '../shared/text';
import type { Choices } from './choices';
import type { Choose } from './fields';

/** The filters that go by the catalogs, with what they name. */
const NAMED = { hasCondition: 'conditions', reportsSymptom: 'symptoms', takesDrugThatTreats: 'conditions' } as const;
type Fact = keyof typeof NAMED;

const SOME = 6;

const same = (name: string) => name.trim().toLowerCase();

function Names({ fact, name, onChoose }: { fact: Fact; name: string; onChoose: Choose }) {
  const [found, setFound] = useState<string[] | null>(null);
  const kind = NAMED[fact];
  useEffect(() => {
    const stop = new AbortController();
    // A name that is misspelt at its end still begins with what is known.
    const searches = [name, ...name.split(/\s+/).map((word) => word.slice(0, 4)).filter((word) => word.length > 2)];
    const fields = searches.slice(0, 4).map((search, at) => `n${at}: ${kind}(search: ${JSON.stringify(search)}, first: ${SOME}) { name }`);
    ask<{ knowledge: Record<string, { name: string }[] | null> | null }>(`{ knowledge { ${fields.join(' ')} } }`, {}, { signal: stop.signal }).then(
      ({ data }) => setFound(data?.knowledge ? [...new Set(Object.values(data.knowledge).flatMap((some) => (some ?? []).map(({ name }) => name)))].slice(0, SOME) : null),
      () => setFound(null),
    );
    return () => stop.abort();
  }, [kind, name]);
  if (!found || found.some((one) => same(one) === same(name))) return null;
  return (
    <p className="near">
      The catalogs know no {kind.slice(0, -1)} named “<Text>{name}</Text>”{found.length === 0 ? '.' : '. Names like it: '}
      {found.map((one) => <button key={one} type="button" onClick={() => onChoose({ [fact]: one })}><Text>{one}</Text></button>)}
    </p>
  );
}

export const Near = ({ choices, onChoose }: { choices: Choices; onChoose: Choose }) => (
  <>
    {(Object.keys(NAMED) as Fact[]).map((fact) => {
      const name = choices[fact].trim();
      return name && <Names key={`${fact} ${name}`} fact={fact} name={name} onChoose={onChoose} />;
    })}
  </>
);

/** Samples: a pane with queries to begin with. */

import { useEditorContext, type GraphiQLPlugin } from '@graphiql/react';
import { flushSync } from 'react-dom';

const texts = import.meta.glob<string>('../../samples/*.graphql', { query: '?raw', import: 'default', eager: true });

export type Sample = { name: string; about: string; query: string; variables: string };

/** A file begins with a comment that says what it shows, and may end with one that holds its variables. */
export const SAMPLES: Sample[] = Object.values(texts).map((text) => {
  const lines = text.trim().split('\n');
  const variables = lines.find((line) => line.startsWith('# variables: '))?.slice('# variables: '.length);
  const query = lines.slice(1).filter((line) => !line.startsWith('# variables: ')).join('\n').trim();
  return {
    name: query.match(/^(?:query|mutation|subscription) (\w+)/)?.[1] ?? 'Query',
    about: lines[0]?.replace(/^# /, '') ?? '',
    query,
    variables: variables ? JSON.stringify(JSON.parse(variables), null, 2) : '',
  };
});

const words = (name: string) => name.replace(/(?<=[a-z])[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);

function Samples() {
  const { addTab, queryEditor, variableEditor } = useEditorContext({ nonNull: true });
  const open = (sample: Sample) => {
    const [query, variables] = [queryEditor?.getValue().trim(), variableEditor?.getValue().trim()];
    const untouched = !query || SAMPLES.some((known) => known.query === query && known.variables === variables);
    if (!untouched) flushSync(addTab);
    // An editor that is hidden has to be told that its text is new.
    variableEditor?.setValue(sample.variables);
    queryEditor?.setValue(sample.query);
    queryEditor?.focus();
  };
  return (
    <section className="samples" aria-label="Samples">
      <div className="samples-title">Samples</div>
      <p>Choose one, and run it with the button or Ctrl Enter. What you wrote yourself stays in its tab.</p>
      <ul>
        {SAMPLES.map((sample) => (
          <li key={sample.name}>
            <button type="button" onClick={() => open(sample)}>
              <b>{words(sample.name)}</b>
              {sample.query.startsWith('mutation') && <span className="tag">writes</span>}
              <span className="about">{sample.about}</span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

function SamplesIcon() {
  return (
    <svg viewBox="0 0 24 24" fill="none" stroke="currentColor" strokeWidth="1.5" aria-hidden="true">
      <path d="M4 5.5h3v3H4zM4 15.5h3v3H4zM11 5.5h9M11 9h6M11 15.5h9M11 19h6" />
    </svg>
  );
}

export const samplesPlugin: GraphiQLPlugin = { title: 'Samples', icon: SamplesIcon, content: Samples };

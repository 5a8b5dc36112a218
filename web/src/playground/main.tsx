/** The playground: GraphiQL with samples, explained answers and errors that say what to do. */

import '@graphiql/plugin-explorer/style.css';
import 'graphiql/style.css';
import '../shared/tokens.css';
import './playground.css';

import { explorerPlugin } from '@graphiql/plugin-explorer';
import { ToolbarButton, useEditorContext, usePluginStore } from '@graphiql/react';
import CodeMirror from 'codemirror';
import { GraphiQL } from 'graphiql';
import { useEffect, useState } from 'react';
import { Account } from '../shared/account';
import icon from '../shared/icon.svg';
import { mount } from '../shared/mount';
import { Pages } from '../shared/pages';
import { storage } from '../shared/storage';
import { explaining, fetcher, setExplaining } from './answers';
import { Panel } from './panel';
import { SAMPLES, samplesPlugin } from './samples';

// Editors that assistive technology can read and scroll.
CodeMirror.defaults.inputStyle = 'contenteditable';

const plugins = [explorerPlugin({ showAttribution: false }), samplesPlugin];

/** A query that came with the address, as `Share` makes it. */
const shared = new URLSearchParams(location.hash.slice(1));

// A link that is opened in this very page changes only what stands behind the `#`.
addEventListener('hashchange', () => location.hash.includes('query=') && location.reload());

/** Whether this browser was never here. */
const first = !storage.getItem('graphiql:tabState');

function ExplainSwitch() {
  const on = explaining.use();
  return (
    <button
      type="button"
      role="switch"
      aria-checked={on}
      className="switch"
      title="Show the statements that each answer took"
      onClick={() => setExplaining(!on)}
    >
      <i aria-hidden="true" /> Explain
    </button>
  );
}

function ShareButton() {
  const { queryEditor, variableEditor } = useEditorContext({ nonNull: true });
  const [done, setDone] = useState(false);
  const share = async () => {
    const [query, variables] = [queryEditor?.getValue() ?? '', variableEditor?.getValue() ?? ''];
    const hash = new URLSearchParams(variables ? { query, variables } : { query });
    await navigator.clipboard.writeText(`${location.origin}/#${hash}`);
    setDone(true);
    setTimeout(() => setDone(false), 2_000);
  };
  return (
    <ToolbarButton label={done ? 'Copied' : 'Copy a link to this query and its variables'} onClick={() => void share()}>
      <svg viewBox="0 0 16 16" className="graphiql-toolbar-icon" fill="none" stroke="currentColor" strokeWidth="1.5" aria-hidden="true">
        <path d="M6.5 9.5a3 3 0 0 0 4.3.2l2.2-2.2a3 3 0 0 0-4.2-4.2l-1 1M9.5 6.5a3 3 0 0 0-4.3-.2L3 8.5a3 3 0 0 0 4.2 4.2l1-1" />
      </svg>
    </ToolbarButton>
  );
}

/** Opens the samples for who was never here. */
function Welcome() {
  const ready = usePluginStore(({ plugins }) => plugins.length > 0);
  useEffect(() => {
    // By their button, because the pane does not notice when a plugin is made visible otherwise.
    if (ready && first && innerWidth > 900) document.querySelector<HTMLElement>('[aria-label="Show Samples"]')?.click();
  }, [ready]);
  return null;
}

function Playground() {
  return (
    <GraphiQL
      fetcher={fetcher}
      storage={storage}
      plugins={plugins}
      defaultQuery={SAMPLES[0]?.query}
      query={shared.get('query') ?? undefined}
      variables={shared.get('variables') ?? undefined}
      inputValueDeprecation
      schemaDescription
      // Headers hold credentials, which the browser is not to keep.
      shouldPersistHeaders={false}
      defaultEditorToolsVisibility
    >
      <GraphiQL.Logo>
        <Pages but="/" />
        <Account />
        <ExplainSwitch />
        <h1><img src={icon} alt="" width="20" height="20" /> MediMax</h1>
      </GraphiQL.Logo>
      <GraphiQL.Toolbar>
        {({ prettify, merge, copy }) => <>{prettify}{merge}{copy}<ShareButton /></>}
      </GraphiQL.Toolbar>
      <GraphiQL.Footer><Panel /></GraphiQL.Footer>
      <Welcome />
    </GraphiQL>
  );
}

mount(<main><Playground /></main>, true);

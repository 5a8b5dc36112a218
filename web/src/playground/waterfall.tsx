/** What an answer took, statement by statement, drawn over the time of the request. */

import { useState } from 'react';
import type { Explain, Statement } from './answers';

const ms = (value: number) => `${value < 10 ? value.toFixed(1) : Math.round(value)} ms`;
/** The graph may stand in the gateway itself: it is walked, and nothing is sent. */
const NAMES = { SQL: 'SQL', CYPHER: 'Cypher', MEMORY: 'Memory' };
const count = (number: number, what: string) => `${number} ${what}${number === 1 ? '' : 's'}`;

/** The end of a path, which tells fields apart; the whole stands in the detail. */
const leaf = (path: string) => path.split('.').slice(-2).join('.');

function Bars({ statement, total }: { statement: Statement; total: number }) {
  const percent = (value: number) => `${Math.min(100, (100 * value) / total)}%`;
  const { startMs, waitMs, storeMs, store } = statement;
  return (
    <div className="track" aria-hidden="true">
      {waitMs > 0 && <i className="wait" style={{ left: percent(startMs), width: percent(waitMs) }} />}
      <i className={`bar ${store.toLowerCase()}`} style={{ left: percent(startMs + waitMs), width: percent(storeMs) }} />
    </div>
  );
}

/** The statement that a row is about: its text, what it was given, and its plan. */
function Detail({ statement, copied }: { statement: Statement; copied: boolean }) {
  return (
    <div className="statement" aria-live="polite">
      <div className="statement-head">
        <b>{statement.what}</b>
        <span>{copied ? 'Copied' : 'Click a row to copy its statement'}</span>
      </div>
      <p>{statement.paths.join(', ')}</p>
      <pre tabIndex={0} aria-label="Statement">{statement.statement}</pre>
      {statement.way !== null && <p>Found by {statement.way}</p>}
      {statement.parameters.length > 0 && <p>Parameters: {statement.parameters.join(', ')}</p>}
      {statement.plan !== null && <pre tabIndex={0} className="plan" aria-label="Plan">{statement.plan}</pre>}
    </div>
  );
}

type Props = { explain: Explain; plans: (() => void) | null };

/** The waterfall. `plans` asks for the plans too, where that does no harm. */
export function Waterfall({ explain, plans }: Props) {
  const [active, setActive] = useState(0);
  const [copied, setCopied] = useState<number | null>(null);
  const { statements } = explain;
  const total = Math.max(explain.totalMs, ...statements.map((one) => one.startMs + one.waitMs + one.storeMs), 0.001);
  const rows = statements.reduce((sum, one) => sum + one.rows, 0);
  const walks = statements.filter((one) => one.store === 'MEMORY').length;
  const copy = async (index: number) => {
    setActive(index);
    await navigator.clipboard.writeText(statements[index]?.statement ?? '');
    setCopied(index);
  };
  const shown = statements[active];
  return (
    <section className="waterfall" aria-label="Explain">
      <header>
        <p>
          <b>{count(statements.length - walks, 'statement')}</b>
          {walks > 0 && ` · ${count(walks, 'walk')} in memory`} · {count(rows, 'row')} · {ms(explain.totalMs)}
        </p>
        <ul className="legend" aria-hidden="true">
          <li><i className="swatch sql" />SQL</li>
          {walks === 0 ? <li><i className="swatch cypher" />Cypher</li> : <li><i className="swatch memory" />graph in memory</li>}
          <li><i className="swatch wait" />waiting</li>
        </ul>
        <button
          type="button"
          onClick={plans ?? undefined}
          disabled={!plans}
          title={plans ? 'Run it again, with the plan of each statement' : 'A mutation would be sent again'}
        >
          With plans
        </button>
      </header>
      {statements.length > 0 && (
        <div className="rows">
          <table>
            <thead>
              <tr>
                <th scope="col"><span className="unseen">Level</span></th>
                <th scope="col">Field</th>
                <th scope="col">Store</th>
                <th scope="col" className="when">0 – {ms(total)}</th>
                <th scope="col" className="number">ms</th>
                <th scope="col" className="number" title="Milliseconds until there was a connection">wait</th>
                <th scope="col" className="number">rows</th>
                <th scope="col" className="number">keys</th>
              </tr>
            </thead>
            <tbody>
              {statements.map((one, index) => (
                <tr
                  key={index}
                  className={index === active ? 'active' : undefined}
                  data-first={one.level !== statements[index - 1]?.level || undefined}
                  onMouseEnter={() => setActive(index)}
                  onClick={() => void copy(index)}
                >
                  <td>{one.level}</td>
                  <th scope="row">
                    <button type="button" onFocus={() => setActive(index)} title={one.paths.join('\n')}>
                      {leaf(one.paths[0] ?? one.what)}
                      {one.paths.length > 1 && ` and ${one.paths.length - 1} more`}
                      <span className="unseen">: copy its statement</span>
                    </button>
                  </th>
                  <td><span className={`store ${one.store.toLowerCase()}`}>{NAMES[one.store]}</span></td>
                  <td className="when"><Bars statement={one} total={total} /></td>
                  <td className="number">{one.storeMs.toFixed(1)}</td>
                  <td className="number">{one.waitMs > 0 && one.waitMs.toFixed(1)}</td>
                  <td className="number">{one.rows}</td>
                  <td className="number">{one.keys}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {shown && <Detail statement={shown} copied={copied === active} />}
    </section>
  );
}

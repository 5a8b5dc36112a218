/** The list of patients: search, filters, order and pages, and the query behind them. */

import '../shared/tokens.css';
import '../shared/list.css';
import './patients.css';

import { Bar } from '../shared/bar';
import { useChoices } from '../shared/choices';
import { Listing, type Page } from '../shared/listing';
import { mount } from '../shared/mount';
import { takeTheme } from '../shared/storage';
import { copiesPlainly } from '../shared/text';
import { NONE, choicesOf, day, filters, variablesOf, whichOf } from './choices';
import { Fields } from './fields';
import { Near } from './near';
import { QUERY, TOTAL, type Patient } from './list';
import { COLUMNS } from './rows';

takeTheme();
copiesPlainly();

function List() {
  const [choices, choose] = useChoices(NONE, choicesOf);
  const today = day(new Date());
  return (
    <>
      <Bar />
      <main>
        <h1>Patients</h1>
        <Fields choices={choices} onChoose={choose} onClear={() => choose({ ...NONE, order: choices.order })} />
        <Listing
          label="Patients"
          kind="patients"
          nouns={['patient', 'patients']}
          page={{ query: QUERY, variables: variablesOf(choices, today), find: ({ patients }: { patients: Page<Patient> | null }) => patients }}
          total={{ query: TOTAL, variables: whichOf(choices, today), find: ({ patients }: { patients: { totalCount: number | null } | null }) => patients?.totalCount }}
          columns={COLUMNS}
          choices={choices}
          onChoose={choose}
        >
          <p>{filters(choices) > 0 ? 'No patient matches.' : 'No patients are recorded.'}</p>
          <Near choices={choices} onChoose={choose} />
        </Listing>
      </main>
    </>
  );
}

mount(<List />);

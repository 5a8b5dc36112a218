/** The search and the filters. */

import { useState } from 'react';
import type { Choose } from '../shared/choices';
import { Searching, Select, Writing, type WritingProps } from '../shared/fields';
import { OLDEST, ORDERS, SEXES, filters, years, type Choice, type Choices } from './choices';

/** What is wrong with the ages, in words. */
function wrongAges({ minAge, maxAge }: Choices): string | null {
  const [youngest, oldest] = [years(minAge), years(maxAge)];
  if (youngest === undefined || oldest === undefined) return `An age is a whole number from 0 to ${OLDEST}. Other text is ignored.`;
  if (youngest !== null && oldest !== null && youngest > oldest) return '“Age from” is above “Age to”, so no patient can match.';
  return null;
}

type Props = { choices: Choices; onChoose: Choose<Choice>; onClear: () => void };

export function Fields({ choices, onChoose, onClear }: Props) {
  const count = filters(choices) - (choices.search.trim() ? 1 : 0);
  // On a telephone the filters would hide the list.
  const [open, setOpen] = useState(() => innerWidth > 900);
  const wrong = wrongAges(choices);
  const text = (name: Choice, label: string, more: Partial<WritingProps> = {}) => (
    <Writing name={name} label={label} value={choices[name]} onChoose={onChoose} {...more} />
  );
  return (
    <Searching label="Patients">
      <div className="first">
        {text('search', 'Search by name', { mode: 'search', placeholder: 'Beginnings of names, in any order' })}
        <Select name="order" label="Order" value={choices.order} options={ORDERS} onChoose={onChoose} />
        <button type="button" aria-expanded={open} aria-controls="filters" onClick={() => setOpen(!open)}>
          Filters{count > 0 && ` (${count})`}
        </button>
        <button type="button" onClick={onClear} disabled={filters(choices) === 0}>Clear</button>
      </div>
      <div id="filters" hidden={!open}>
        <fieldset>
          <legend>Person</legend>
          <Select name="sex" label="Sex" value={choices.sex} none="Any" options={SEXES} onChoose={onChoose} />
          {text('minAge', 'Age from', { mode: 'numeric', wrong: years(choices.minAge) === undefined })}
          {text('maxAge', 'Age to', { mode: 'numeric', wrong: years(choices.maxAge) === undefined })}
          {wrong && <p className="wrong" role="status">{wrong}</p>}
        </fieldset>
        <fieldset>
          <legend>Record</legend>
          {text('condition', 'Active condition contains', { hint: 'part of the recorded text' })}
          {text('medicine', 'Current medicine contains', { hint: 'part of the recorded text' })}
        </fieldset>
        <fieldset>
          <legend>By the clinical catalog</legend>
          {text('hasCondition', 'Has the condition', { hint: 'an active one: full name or synonym' })}
          {text('reportsSymptom', 'Reported the symptom', { hint: 'its full name or a synonym' })}
          {text('takesDrugThatTreats', 'Takes a drug for', { hint: 'a condition: full name or synonym' })}
        </fieldset>
      </div>
    </Searching>
  );
}

/** The search and the filters. */

import { useEffect, useRef, useState, type KeyboardEvent } from 'react';
import { OLDEST, ORDERS, SEXES, filters, years, type Choice, type Choices } from './choices';

/** Milliseconds without a key after which the gateway is asked. */
const PAUSE = 250;

/** Changes a choice; `typed` where more is likely to come. */
export type Choose = (change: Partial<Choices>, typed?: boolean) => void;

type TextProps = {
  name: Choice;
  label: string;
  value: string;
  hint?: string;
  placeholder?: string;
  mode?: 'search' | 'numeric';
  wrong?: boolean;
  onChoose: Choose;
};

/** A text that takes effect as one types: after a pause, with Enter, or when the field is left. */
function Writing({ name, label, value, hint, placeholder, mode, wrong, onChoose }: TextProps) {
  const [text, setText] = useState(value);
  const waiting = useRef<ReturnType<typeof setTimeout>>(undefined);
  const sent = useRef(value);
  // The address says something else now: by the history, or because all was cleared.
  useEffect(() => {
    if (value === sent.current) return;
    clearTimeout(waiting.current);
    sent.current = value;
    setText(value);
  }, [value]);
  useEffect(() => () => clearTimeout(waiting.current), []);
  const send = (next: string) => {
    clearTimeout(waiting.current);
    if (next === sent.current) return;
    sent.current = next;
    onChoose({ [name]: next }, true);
  };
  const write = (next: string) => {
    setText(next);
    clearTimeout(waiting.current);
    waiting.current = setTimeout(() => send(next), PAUSE);
  };
  return (
    <label className={`field ${name}`}>
      <span>{label}</span>
      <input
        name={name}
        type={mode === 'search' ? 'search' : 'text'}
        inputMode={mode === 'numeric' ? 'numeric' : undefined}
        dir="auto"
        value={text}
        placeholder={placeholder}
        maxLength={mode === 'numeric' ? 4 : 255}
        autoComplete="off"
        spellCheck={false}
        aria-invalid={wrong || undefined}
        aria-describedby={hint ? `${name}-hint` : undefined}
        onChange={(event) => write(event.target.value)}
        onBlur={() => send(text)}
        onKeyDown={(event) => event.key === 'Enter' && send(text)}
      />
      {hint && <small id={`${name}-hint`}>{hint}</small>}
    </label>
  );
}

function Select({ name, label, value, none, options, onChoose }: { name: Choice; label: string; value: string; none?: string; options: Record<string, string>; onChoose: Choose }) {
  return (
    <label className={`field ${name}`}>
      <span>{label}</span>
      <select name={name} value={value} onChange={(event) => onChoose({ [name]: event.target.value })}>
        {none && <option value="">{none}</option>}
        {Object.entries(options).map(([option, text]) => <option key={option} value={option}>{text}</option>)}
      </select>
    </label>
  );
}

/** What is wrong with the ages, in words. */
function wrongAges({ minAge, maxAge }: Choices): string | null {
  const [youngest, oldest] = [years(minAge), years(maxAge)];
  if (youngest === undefined || oldest === undefined) return `An age is a whole number from 0 to ${OLDEST}. Other text is ignored.`;
  if (youngest !== null && oldest !== null && youngest > oldest) return '“Age from” is above “Age to”, so no patient can match.';
  return null;
}

type Props = { choices: Choices; onChoose: Choose; onClear: () => void; onDown: () => void };

export function Fields({ choices, onChoose, onClear, onDown }: Props) {
  const count = filters(choices) - (choices.search.trim() ? 1 : 0);
  // On a telephone the filters would hide the list.
  const [open, setOpen] = useState(() => innerWidth > 900);
  const wrong = wrongAges(choices);
  const text = (name: Choice, label: string, more: Partial<TextProps> = {}) => (
    <Writing name={name} label={label} value={choices[name]} onChoose={onChoose} {...more} />
  );
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'ArrowDown' || !(event.target instanceof HTMLInputElement) || event.target.name !== 'search') return;
    event.preventDefault();
    onDown();
  };
  return (
    <form role="search" aria-label="Patients" onSubmit={(event) => event.preventDefault()} onKeyDown={onKeyDown}>
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
    </form>
  );
}

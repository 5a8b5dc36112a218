/** The fields by which a list is narrowed. */

import { useEffect, useRef, useState, type KeyboardEvent, type ReactNode } from 'react';
import type { Choose } from './choices';

/** Milliseconds without a key after which the gateway is asked. */
const PAUSE = 250;

export type WritingProps = {
  name: string;
  label: string;
  value: string;
  hint?: string;
  placeholder?: string;
  mode?: 'search' | 'numeric' | 'date';
  wrong?: boolean;
  /** Whether it waits for Enter or until the field is left, where each question leaves something behind. */
  isEntered?: boolean;
  onChoose: Choose;
};

/** A text that takes effect as one types: after a pause, with Enter, or when the field is left. */
export function Writing({ name, label, value, hint, placeholder, mode, wrong, isEntered, onChoose }: WritingProps) {
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
    if (!isEntered) waiting.current = setTimeout(() => send(next), PAUSE);
  };
  return (
    <label className={`field ${name}`}>
      <span>{label}</span>
      <input
        name={name}
        type={mode === 'search' || mode === 'date' ? mode : 'text'}
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

export function Select({ name, label, value, none, options, onChoose }: { name: string; label: string; value: string; none?: string; options: Record<string, string>; onChoose: Choose }) {
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

const search = () => document.querySelector<HTMLInputElement>('form[role=search] input')?.focus();

/** The link of each row, in their order: that of its name, or where that is none its first. */
const links = () => [...document.querySelectorAll('.rows tbody tr')].flatMap((row) => row.querySelector<HTMLElement>('th a') ?? row.querySelector<HTMLElement>('td a') ?? []);

/** The fields of a list. `/` leads to the first of them from wherever nothing is being written, and the arrow down from there into the list. */
export function Searching({ label, children }: { label: string; children: ReactNode }) {
  useEffect(() => {
    const onKeyDown = (event: globalThis.KeyboardEvent) => {
      const writing = event.target instanceof Element && event.target.matches('input, select, textarea');
      if (event.key !== '/' || writing || event.altKey || event.ctrlKey || event.metaKey) return;
      event.preventDefault();
      search();
    };
    addEventListener('keydown', onKeyDown);
    return () => removeEventListener('keydown', onKeyDown);
  }, []);
  const onKeyDown = (event: KeyboardEvent<HTMLFormElement>) => {
    if (event.key !== 'ArrowDown' || event.target !== event.currentTarget.querySelector('input')) return;
    event.preventDefault();
    links()[0]?.focus();
  };
  return <form role="search" aria-label={label} onSubmit={(event) => event.preventDefault()} onKeyDown={onKeyDown}>{children}</form>;
}

/** Arrow keys, Home and End go from row to row; up from the first leads back to the search. */
export function fromRowToRow(event: KeyboardEvent) {
  const all = links();
  const at = all.indexOf(event.target as HTMLElement);
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 }[event.key];
  if (at < 0 || to === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  if (to < 0) search();
  else all[to]?.focus();
}

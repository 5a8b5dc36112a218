/** A page, and above it the log-in. */

import { StrictMode, type ReactNode } from 'react';
import { createRoot } from 'react-dom/client';
import { LogIn } from './login';
import { begin } from './session';

/** Shows a page; `mayPutAway` where it is of use without a log-in. */
export function mount(page: ReactNode, mayPutAway = false) {
  const root = document.getElementById('root');
  if (!root) return;
  begin();
  createRoot(root).render(<StrictMode>{page}<LogIn mayPutAway={mayPutAway} /></StrictMode>);
}

/** The links from page to page. */

import { standing } from './session';

/** The pages that are linked from all others; the last of them for administrators alone. */
const PAGES = { '/patients/': 'Patients', '/doctors/': 'Doctors', '/institutions/': 'Institutions', '/': 'Playground', '/access/': 'Access log' };

/** The links to the pages that are of use to who asks. */
export function Pages({ but }: { but?: string }) {
  const isAdmin = standing.use().who?.role === 'ADMIN';
  const shown = Object.entries(PAGES).filter(([href]) => href !== but && (href !== '/access/' || isAdmin));
  return (
    <nav aria-label="Pages">
      {shown.map(([href, name]) => <a key={href} href={href} aria-current={location.pathname === href ? 'page' : undefined}>{name}</a>)}
    </nav>
  );
}

/** The head of every page but the playground's, which has the same links. */

import './bar.css';

import { Account } from './account';
import icon from './icon.svg';

/** The pages that are linked from all others. */
const PAGES = { '/patients/': 'Patients', '/doctors/': 'Doctors', '/institutions/': 'Institutions', '/': 'Playground' };

export const Bar = () => (
  <header className="bar">
    <a href="/"><img src={icon} alt="" width="20" height="20" /> MediMax</a>
    <nav aria-label="Pages">
      {Object.entries(PAGES).map(([href, name]) => <a key={href} href={href} aria-current={location.pathname === href ? 'page' : undefined}>{name}</a>)}
    </nav>
    <Account />
  </header>
);

/** The head of every page but the playground's, which has the same links. */

import './bar.css';

import { Account } from './account';
import icon from './icon.svg';
import { Pages } from './pages';

export const Bar = () => (
  <header className="bar">
    <a href="/"><img src={icon} alt="" width="20" height="20" /> MediMax</a>
    <Pages />
    <Account />
  </header>
);

/** Who asks, on every page, and the way in and out. */

import './account.css';

import { askForLogIn, logOut, said, standing, type Who } from './session';
import { Text } from './text';

/** Somebody by name or e-mail address, and by role. */
export const Person = ({ who: { name, email, role } }: { who: Who }) =>
  email === null ? <>Everybody, as {role}</> : <><Text>{name?.trim() || email}</Text> <small>{role}</small></>;

export function Account() {
  const { who, isUnread, isIn, isOpen, hasAccounts, asking } = standing.use();
  const known = who && <Person who={who} />;
  return (
    <div className="account" role="group" aria-label="Account">
      <span className="asker" role="status">
        {!isIn && said && !asking && <>{said} </>}
        {who?.page ? <a href={who.page}>{known}</a> : known}
        {!who && isUnread && 'It is not known who asks.'}
      </span>
      {(who || isUnread) && hasAccounts && (!isIn || isOpen) && <button type="button" onClick={askForLogIn}>{isIn ? 'Switch' : 'Log in'}</button>}
      {isIn && <button type="button" onClick={() => void logOut()}>Log out</button>}
    </div>
  );
}

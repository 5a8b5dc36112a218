/** Who asks, on every page, and the way in and out. */

import './account.css';

import { askForLogIn, logOut, said, standing, type Who } from './session';
import { Text } from './text';

/** Somebody by name or e-mail address, and by role; the name may lead to a page. */
export function Person({ who: { name, email, role }, link = null }: { who: Who; link?: string | null }) {
  if (email === null) return <>Everybody, as {role}</>;
  const named = <Text>{name?.trim() || email}</Text>;
  return <>{link ? <a href={link}>{named}</a> : named} <small>{role}</small></>;
}

export function Account() {
  const { who, isUnread, isIn, isOpen, hasAccounts, asking } = standing.use();
  return (
    <div className="account" role="group" aria-label="Account">
      <span className="asker" role="status">
        {!isIn && said && !asking && <>{said} </>}
        {who && <Person who={who} link={who.page} />}
        {!who && isUnread && 'It is not known who asks.'}
      </span>
      {(who || isUnread) && hasAccounts && (!isIn || isOpen) && <button type="button" onClick={askForLogIn}>{isIn ? 'Switch' : 'Log in'}</button>}
      {isIn && <button type="button" onClick={() => void logOut()}>Log out</button>}
    </div>
  );
}

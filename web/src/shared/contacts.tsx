/** E-mail addresses, telephone numbers and postal addresses of a patient, a doctor or an institution. */

import { Text, isolated } from './text';
import { words } from './words';

type Contact = { id: string; type: string | null; isPrimary: boolean; isVerified: boolean };
type Email = Contact & { address: string | null };
type Phone = Contact & { number: string | null; extension: string | null };
type Address = Contact & { line1: string | null; line2: string | null; city: string | null; postalCode: string | null; region: { name: string | null } | null; country: { name: string | null } | null };

/** Each list is null where it could not be read. */
export type Contacts = { emails?: Email[] | null; phones?: Phone[] | null; addresses?: Address[] | null };

/** The fields of an owner's contacts. */
export const CONTACTS = `emails { id type isPrimary isVerified address }
    phones { id type isPrimary isVerified number extension }
    addresses { id type isPrimary isVerified line1 line2 city postalCode region { name } country { name } }`;

/** An address in one line. A city that is a region of its own is named once. */
const placed = ({ line1, line2, postalCode, city, region, country }: Address) =>
  [line1, line2, [postalCode, city].filter(Boolean).join(' '), region?.name !== city && region?.name, country?.name].flatMap((part) => (part ? [isolated(part)] : [])).join(', ');

/** What an address is for, whether it is the first of its kind, and whether it is known to reach its owner. */
const about = ({ type, isPrimary, isVerified }: Contact) => [words(type), isPrimary && 'primary', isVerified ? 'verified' : 'not verified'].filter(Boolean).join(', ');

/** Every contact in words: telephones, mailboxes, then addresses. */
export const contactsOf = ({ emails, phones, addresses }: Contacts) =>
  [
    ...(phones ?? []).map((one) => ({ one, kind: 'Telephone', told: one.number && `${isolated(one.number)}${one.extension ? `, extension ${isolated(one.extension)}` : ''}` })),
    ...(emails ?? []).map((one) => ({ one, kind: 'E-mail', told: one.address && isolated(one.address) })),
    ...(addresses ?? []).map((one) => ({ one, kind: 'Address', told: placed(one) })),
  ].map(({ one, kind, told }) => ({ id: one.id, kind, told, about: about(one) }));

export function ContactList({ of }: { of: Contacts }) {
  const rows = contactsOf(of);
  if (!rows.length) return null;
  return (
    <dl className="facts contacts">
      {rows.map(({ id, kind, told, about }) => <div key={id}><dt>{kind} <small>{about}</small></dt><dd>{told ? told : <Text>{null}</Text>}</dd></div>)}
    </dl>
  );
}

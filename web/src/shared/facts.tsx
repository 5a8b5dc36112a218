/** Facts of a person or a place, as the pages show them. */

import type { ReactNode } from 'react';
import { Text } from './text';

/** A fact by its name; what is not recorded says so. */
export const Fact = ({ name, children }: { name: string; children: ReactNode }) => (
  <div><dt>{name}</dt><dd>{children || <small>not recorded</small>}</dd></div>
);

/** A link to the page of a patient, a doctor or an institution, by its name. */
export const Link = ({ to, of }: { to: 'doctors' | 'institutions' | 'patients'; of: { id: string; name: string | null } | null | undefined }) =>
  of && <a href={`/${to}/${of.id}`}>{of.name?.trim() ? <Text>{of.name}</Text> : 'no name'}</a>;

/** Who looks after a patient, the facts of the patient's health, and what the record lacks. */

import { ask, type Fault } from '../shared/ask';
import { CONTACTS, type Contacts } from '../shared/contacts';

type Named = { id: string; name: string | null };

export type Profile = {
  heightCm: string | null;
  weightKg: string | null;
  bmi: number | null;
  bloodGroup: string | null;
  bloodType: { canReceiveFrom: string[] | null } | null;
  genderIdentity: string | null;
  systolicPressure: number | null;
  diastolicPressure: number | null;
  smokingStatus: string | null;
  cigarettesPerDay: number | null;
  smokingYears: number | null;
  alcoholUse: string | null;
  drinksPerWeek: number | null;
  emergencyContactName: string | null;
  emergencyContactPhone: string | null;
  emergencyContactRelationship: string | null;
  preferredLanguage: string | null;
  notes: string | null;
};

/** Each part is null where it is not recorded, and left out where it could not be read. */
export type Care = {
  institution?: Named | null;
  primaryDoctor?: Named | null;
  validationStatus?: { lacks: string[] | null } | null;
  profile?: Profile | null;
} & Contacts;

const QUERY = `query Care($id: ID!) { patient(id: $id) {
  institution { id name }
  primaryDoctor { id name }
  validationStatus { lacks }
  profile {
    heightCm weightKg bmi bloodGroup bloodType { canReceiveFrom } genderIdentity systolicPressure diastolicPressure
    smokingStatus cigarettesPerDay smokingYears alcoholUse drinksPerWeek
    emergencyContactName emergencyContactPhone emergencyContactRelationship preferredLanguage notes
  }
  ${CONTACTS}
} }`;

export async function care(id: string): Promise<{ care: Care; faults: Fault[] }> {
  const { data, errors = [] } = await ask<{ patient: Care | null }>(QUERY, { id });
  if (!data?.patient) throw new Error(errors[0]?.message ?? 'the answer is empty');
  const unread = new Set(errors.filter(({ path }) => path?.length === 2).map(({ path }) => path?.[1]));
  return { care: Object.fromEntries(Object.entries(data.patient).filter(([name]) => !unread.has(name))), faults: errors };
}

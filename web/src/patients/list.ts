/** What the list asks for. */

export type Allergy = { item: string; severity: string | null; isActive: boolean };

export type Patient = {
  id: string;
  name: string;
  age: number | null;
  sex: string | null;
  dateOfBirth: string | null;
  createdAt: string | null;
  allergies: Allergy[] | null;
  conditions: { item: string }[] | null;
};

/** How many allergies and conditions a row shows; one more is asked for, so that it can say that there are more. */
export const SHOWN = 5;

export const QUERY = `query Patients(
  $search: String
  $filter: PatientFilter
  $orderBy: [PatientOrder!]
  $first: Int
  $after: String
  $last: Int
  $before: String
) {
  patients(search: $search, filter: $filter, orderBy: $orderBy, first: $first, after: $after, last: $last, before: $before) {
    nodes {
      id
      name
      age
      sex
      dateOfBirth
      createdAt
      allergies: medicalHistory(type: ALLERGY, first: ${SHOWN + 1}) {
        item
        severity
        isActive
      }
      conditions: medicalHistory(type: CONDITION, filter: {isActive: {eq: true}}, first: ${SHOWN + 1}) {
        item
      }
    }
    pageInfo {
      hasPreviousPage
      hasNextPage
      startCursor
      endCursor
    }
  }
}`;

export const TOTAL = `query PatientTotal($search: String, $filter: PatientFilter) {
  patients(search: $search, filter: $filter) {
    totalCount
  }
}`;

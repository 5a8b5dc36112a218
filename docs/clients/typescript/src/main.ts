import { Client, fetchExchange } from '@urql/core';
import { persistedExchange, type PersistedExchangeOptions } from '@urql/exchange-persisted';
import { graphql } from './gql/gql.js';

// Names what a patient takes and when they come next. Its type is made from this text and the schema.
const Patients = graphql(`
  query Patients($search: String!, $after: String) {
    patients(search: $search, first: 3, after: $after, orderBy: [NAME_ASC]) {
      nodes {
        id
        name
        activeMedications {
          name
          dosage
        }
        upcomingAppointments(first: 1) {
          date
        }
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
`);

// A gateway that runs with `--documents src/gql/persisted-documents.json` knows documents by the hashes in there, and no
// others. Any other gateway learns them: the hash alone is sent, and the text only when the gateway does not know it yet.
const safelist: PersistedExchangeOptions = {
  enforcePersistedQueries: true,
  generateHash: async (_, document) => (document as { __meta__?: { hash: string } }).__meta__?.hash ?? '',
};
const [url = 'http://127.0.0.1:8080/graphql', mode] = process.argv.slice(2);
const client = new Client({
  url,
  preferGetMethod: false,
  exchanges: [
    persistedExchange({ preferGetForPersistedQueries: false, ...(mode === 'safelist' && safelist) }),
    fetchExchange,
  ],
});

let after: string | null | undefined;
do {
  const { data, error } = await client.query(Patients, { search: 'ma', after });
  // A field that could not be answered is null, and the error says why; the rest of the answer stands.
  if (error) console.error(error.message);
  if (!data?.patients) process.exit(1);
  for (const { name, activeMedications, upcomingAppointments } of data.patients.nodes) {
    const medicines = activeMedications?.map((one) => one.name).join(', ') || 'nothing';
    console.log(`${name} takes ${medicines}; next visit: ${upcomingAppointments?.[0]?.date ?? 'none'}`);
  }
  after = data.patients.pageInfo.hasNextPage ? data.patients.pageInfo.endCursor : null;
} while (after);

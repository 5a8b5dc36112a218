// What relay-compiler compiles; relay.mjs runs what it makes of them.
import { graphql } from 'relay-runtime';

// A list below an object and one at the root, each paged by Relay itself.
graphql`
  fragment documents_appointments on Patient
  @argumentDefinitions(count: { type: "Int", defaultValue: 2 }, cursor: { type: "String" }, filter: { type: "AppointmentFilter" })
  @refetchable(queryName: "documentsAppointmentsPageQuery") {
    appointments(first: $count, after: $cursor, filter: $filter) @connection(key: "documents_appointments") {
      __id
      edges {
        cursor
        node {
          id
          date
          status
        }
      }
    }
  }
`;

graphql`
  query documentsPatientQuery($id: ID!) {
    patient(id: $id) {
      id
      name
      ...documents_appointments
    }
  }
`;

graphql`
  fragment documents_patients on Query
  @argumentDefinitions(
    count: { type: "Int", defaultValue: 3 }
    cursor: { type: "String" }
    search: { type: "String" }
    filter: { type: "PatientFilter" }
    orderBy: { type: "[PatientOrder!]" }
  )
  @refetchable(queryName: "documentsPatientsPageQuery") {
    patients(first: $count, after: $cursor, search: $search, filter: $filter, orderBy: $orderBy)
      @connection(key: "documents_patients") {
      edges {
        cursor
        node {
          id
          name
        }
      }
    }
  }
`;

graphql`
  query documentsPatientsQuery {
    ...documents_patients
  }
`;

// Everything that has an id, with the graph and the records that its nodes stand for in one answer.
graphql`
  query documentsGraphQuery($id: ID!) {
    patient(id: $id) {
      id
      name
      medications {
        id
        name
        treats {
          condition {
            id
            item
          }
          concept {
            id
            name
          }
          path {
            nodes {
              id
              name
            }
          }
        }
      }
      graph(depth: 3) {
        nodes {
          id
          name
          labels
          record {
            __typename
            id
            ... on Medication {
              name
            }
          }
          concept {
            id
            name
          }
        }
        relationships {
          type
          from
          to
        }
      }
    }
  }
`;

graphql`
  query documentsNodesQuery($ids: [ID!]!) {
    nodes(ids: $ids) {
      __typename
      id
      ... on Patient {
        name
      }
      ... on Concept {
        called: name
        kind
      }
    }
  }
`;

graphql`
  mutation documentsRemoveAppointmentMutation($id: ID!, $connections: [ID!]!) {
    removeAppointment(id: $id) {
      removedId @deleteEdge(connections: $connections)
    }
  }
`;

"""Names what a patient takes and when they come next: gql, checked against the gateway's schema."""

import sys

from gql import Client, gql
from gql.transport.exceptions import TransportQueryError
from gql.transport.requests import RequestsHTTPTransport

PATIENTS = gql(
    """
    query Patients($search: String!, $after: String) {
      patients(search: $search, first: 3, after: $after, orderBy: [NAME_ASC]) {
        nodes {
          name
          activeMedications { name dosage }
          upcomingAppointments(first: 1) { date }
        }
        pageInfo { hasNextPage endCursor }
      }
    }
    """
)


def main(url: str) -> None:
    """Prints a line for each patient, page by page."""
    transport = RequestsHTTPTransport(url=url, retries=3)
    # With the schema fetched, a wrong field is told before anything is sent.
    with Client(transport=transport, fetch_schema_from_transport=True) as session:
        after = None
        while True:
            try:
                page = session.execute(PATIENTS, {"search": "ma", "after": after})["patients"]
            except TransportQueryError as error:
                sys.exit(f"{error.errors[0]['extensions']['code']}: {error.errors[0]['message']}")
            for patient in page["nodes"]:
                medicines = ", ".join(one["name"] for one in patient["activeMedications"] or []) or "nothing"
                visits = patient["upcomingAppointments"] or [{"date": "none"}]
                print(f"{patient['name']} takes {medicines}; next visit: {visits[0]['date']}")
            if not page["pageInfo"]["hasNextPage"]:
                return
            after = page["pageInfo"]["endCursor"]


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8080/graphql")

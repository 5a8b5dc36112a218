#!/bin/sh
# What a patient takes and when they come next, with curl alone. The address of a gateway may be given.
set -eu
url=${1:-http://127.0.0.1:8080/graphql}

# A document is one line of JSON here; its variables stand beside it, never in it.
query='query Patient($id: ID!) { patient(id: $id) { name activeMedications { name } upcomingAppointments(first: 1) { date } } }'

curl --fail-with-body --silent --show-error --compressed "$url" \
  --header 'content-type: application/json' \
  --header 'accept: application/graphql-response+json' \
  --data "{\"query\": \"$query\", \"variables\": {\"id\": \"Patient:1\"}}"

#!/bin/sh
# Registers an API that may look at tokens of all clients. Prints its credentials; the secret is shown this once.
set -eu

administrator() { # GraphQL needs a bearer token of a management client
  curl -sS --fail-with-body -u "$TG_ADMIN_KEY:$TG_ADMIN_SECRET" -d grant_type=client_credentials \
    --data-urlencode 'scope=applications:read applications:write introspect' "$TG_ISSUER/token"
}
member() { # fails when it is not there, and shows what is: a refusal of GraphQL comes with HTTP 200
  ANSWER=$(cat)
  printf '%s\n' "$ANSWER" | sed -n "s/.*\"$1\":\"\([^\"]*\)\".*/\1/p" | grep . || { printf '%s\n' "$ANSWER" >&2; false; }
}

TOKEN=$(administrator | member access_token)
graphql() {
  curl -sS --fail-with-body -H "Authorization: Bearer $TOKEN" -H 'Content-Type: application/json' \
    --data-binary "{\"query\":\"$1\"}" "$TG_ISSUER/graphql"
}

APPLICATION=$(graphql '{ application(name: \"Example API\") { id } }' | member id 2> /dev/null ||
  graphql 'mutation { createApplication(input: { name: \"Example API\" }) { application { id } } }' | member id)
INPUT="{ applicationId: \\\"$APPLICATION\\\", scopes: [\\\"introspect\\\"] }"
KEYS=$(graphql "mutation { generateKeys(input: $INPUT) { clientSecret keys { clientId } } }")
KEY=$(echo "$KEYS" | member clientId)
SECRET=$(echo "$KEYS" | member clientSecret)
printf 'TG_API_KEY=%s\nTG_API_SECRET=%s\n' "$KEY" "$SECRET"

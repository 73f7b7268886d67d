#!/bin/sh
# curl: discovery, every grant, introspection, revocation, an error. Ends with 1 at the first answer that is not as expected.
set -eu

member() { sed -n "s/.*\"$1\":\"\([^\"]*\)\".*/\1/p" | grep .; } # of a flat JSON object; fails when it is not there
expect() { case $2 in *"$1"*) ;; *) echo "expected $1, got $2" >&2; exit 1 ;; esac; }

METADATA=$(curl -sS --fail "$TG_ISSUER/.well-known/oauth-authorization-server")
TOKEN_ENDPOINT=$(echo "$METADATA" | member token_endpoint)
INTROSPECTION_ENDPOINT=$(echo "$METADATA" | member introspection_endpoint)
REVOCATION_ENDPOINT=$(echo "$METADATA" | member revocation_endpoint)
JWKS_URI=$(echo "$METADATA" | member jwks_uri)
post() { curl -sS -u "$TG_KEY:$TG_SECRET" "$@"; }

expect '"kty":"EC"' "$(curl -sS --fail "$JWKS_URI")"

# The application for itself.
expect '"scope":"test"' "$(post -d grant_type=client_credentials -d scope=test "$TOKEN_ENDPOINT")"
expect '"expires_in":120,' "$(post -d grant_type=client_credentials -d validity_period=120 "$TOKEN_ENDPOINT")"

# A user, by name and password; what a person typed is always encoded.
FIRST=$(post -d grant_type=password --data-urlencode "username=$TG_USERNAME" --data-urlencode "password=$TG_PASSWORD" "$TOKEN_ENDPOINT")

# A refresh token is exchanged once, for the next one.
SECOND=$(post -d grant_type=refresh_token -d "refresh_token=$(echo "$FIRST" | member refresh_token)" "$TOKEN_ENDPOINT")
ACCESS=$(echo "$SECOND" | member access_token)
REFRESH=$(echo "$SECOND" | member refresh_token)

expect '"active":true' "$(post -d "token=$ACCESS" "$INTROSPECTION_ENDPOINT")"
expect "\"username\":\"$TG_USERNAME\"" "$(post -d "token=$ACCESS" "$INTROSPECTION_ENDPOINT")"

# With the refresh token everything ends that came of the sign-in.
expect '200' "$(post -o /dev/null -w '%{http_code}' -d "token=$REFRESH" "$REVOCATION_ENDPOINT")"
expect '{"active":false}' "$(post -d "token=$ACCESS" "$INTROSPECTION_ENDPOINT")"

# A refusal says what to fix, and where to read about it.
REFUSAL=$(post -d grant_type=refresh_token -d "refresh_token=$REFRESH" "$TOKEN_ENDPOINT")
expect '"error":"invalid_grant"' "$REFUSAL"
expect "\"error_uri\":\"$TG_ISSUER/errors#invalid_grant\"" "$REFUSAL"

"""Authlib 1: every grant, introspection, revocation, an error. Discovery is one GET."""

import os

import requests
from authlib.integrations.base_client.errors import OAuthError
from authlib.integrations.requests_client import OAuth2Session

issuer = os.environ["TG_ISSUER"]
metadata = requests.get(f"{issuer}/.well-known/oauth-authorization-server", timeout=10).json()
session = OAuth2Session(os.environ["TG_KEY"], os.environ["TG_SECRET"])

# The application for itself.
own = session.fetch_token(metadata["token_endpoint"], grant_type="client_credentials", scope="test")
assert own["scope"] == "test" and own["expires_in"] == 3600

# A user, by name and password.
credentials = {"username": os.environ["TG_USERNAME"], "password": os.environ["TG_PASSWORD"]}
first = session.fetch_token(metadata["token_endpoint"], grant_type="password", **credentials)

# A refresh token is exchanged once, for the next one: keep the new one.
second = session.refresh_token(metadata["token_endpoint"], refresh_token=first["refresh_token"])
assert second["refresh_token"] != first["refresh_token"]


def introspect(token):
    return session.introspect_token(metadata["introspection_endpoint"], token=token).json()


assert introspect(second["access_token"])["username"] == credentials["username"]

# With the refresh token everything ends that came of the sign-in.
session.revoke_token(metadata["revocation_endpoint"], token=second["refresh_token"]).raise_for_status()
assert introspect(second["access_token"]) == {"active": False}

# A refusal is an OAuthError: code and sentence.
try:
    session.refresh_token(metadata["token_endpoint"], refresh_token=second["refresh_token"])
    raise SystemExit("a revoked refresh token was accepted")
except OAuthError as refusal:
    assert refusal.error == "invalid_grant", refusal

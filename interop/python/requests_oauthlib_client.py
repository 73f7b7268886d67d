"""requests-oauthlib 2: client credentials, password, refresh, an error. Introspection and revocation are plain requests."""

import os

import requests
from oauthlib.oauth2 import BackendApplicationClient, LegacyApplicationClient
from oauthlib.oauth2.rfc6749.errors import InvalidGrantError
from requests_oauthlib import OAuth2Session

issuer, key, secret = (os.environ[name] for name in ("TG_ISSUER", "TG_KEY", "TG_SECRET"))
metadata = requests.get(f"{issuer}/.well-known/oauth-authorization-server", timeout=10).json()
token_endpoint = metadata["token_endpoint"]

# The application for itself.
own = OAuth2Session(client=BackendApplicationClient(client_id=key, scope=["test"]))
token = own.fetch_token(token_endpoint, client_secret=secret, scope=["test"])
assert token["scope"] == ["test"] and token["expires_in"] == 3600

# A user, by name and password.
session = OAuth2Session(client=LegacyApplicationClient(client_id=key))
credentials = {"username": os.environ["TG_USERNAME"], "password": os.environ["TG_PASSWORD"]}
first = session.fetch_token(token_endpoint, client_id=key, client_secret=secret, **credentials)

# refresh_token() does not authenticate the client by itself: say `auth`. A refresh token is exchanged once.
second = session.refresh_token(token_endpoint, refresh_token=first["refresh_token"], auth=(key, secret))
assert second["refresh_token"] != first["refresh_token"]


def post(endpoint, token):
    response = requests.post(endpoint, data={"token": token}, auth=(key, secret), timeout=10)
    response.raise_for_status()
    return response.json()


assert post(metadata["introspection_endpoint"], second["access_token"])["active"] is True
post(metadata["revocation_endpoint"], second["refresh_token"])
assert post(metadata["introspection_endpoint"], second["access_token"]) == {"active": False}

# A refusal is an exception for each code.
try:
    session.refresh_token(token_endpoint, refresh_token=second["refresh_token"], auth=(key, secret))
    raise SystemExit("a revoked refresh token was accepted")
except InvalidGrantError as refusal:
    assert refusal.status_code == 400 and refusal.uri == f"{issuer}/errors#invalid_grant"

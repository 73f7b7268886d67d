// golang.org/x/oauth2: client credentials, password, a token source that refreshes by itself, an error. Metadata, introspection
// and revocation are plain net/http: the package has none.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"log"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"
)

var issuer, key, secret = os.Getenv("TG_ISSUER"), os.Getenv("TG_KEY"), os.Getenv("TG_SECRET")

func main() {
	ctx := context.Background()
	var metadata struct {
		Token         string `json:"token_endpoint"`
		Introspection string `json:"introspection_endpoint"`
		Revocation    string `json:"revocation_endpoint"`
	}
	response := must(http.Get(issuer + "/.well-known/oauth-authorization-server"))
	must(0, json.NewDecoder(response.Body).Decode(&metadata))

	// The application for itself. Without an AuthStyle the package tries the header first and remembers what worked.
	own := clientcredentials.Config{ClientID: key, ClientSecret: secret, TokenURL: metadata.Token, Scopes: []string{"test"}}
	token := must(own.Token(ctx))
	expect(token.Extra("scope"), "test")

	// A user, by name and password.
	endpoint := oauth2.Endpoint{TokenURL: metadata.Token, AuthStyle: oauth2.AuthStyleInHeader}
	config := oauth2.Config{ClientID: key, ClientSecret: secret, Endpoint: endpoint}
	first := must(config.PasswordCredentialsToken(ctx, os.Getenv("TG_USERNAME"), os.Getenv("TG_PASSWORD")))

	// A token source refreshes what has expired, and goes on with the new refresh token. Keep one source for each user.
	first.Expiry = time.Now().Add(-time.Hour)
	second := must(config.TokenSource(ctx, first).Token())
	expect(second.Valid() && second.RefreshToken != first.RefreshToken, true)

	expect(post(metadata.Introspection, second.AccessToken)["active"], true)
	post(metadata.Revocation, second.RefreshToken) // ends everything that came of the sign-in
	expect(post(metadata.Introspection, second.AccessToken)["active"], false)

	// A refusal is a *oauth2.RetrieveError.
	second.Expiry = time.Now().Add(-time.Hour)
	_, err := config.TokenSource(ctx, second).Token()
	var refusal *oauth2.RetrieveError
	expect(errors.As(err, &refusal), true)
	expect(refusal.ErrorCode, "invalid_grant")
	expect(refusal.ErrorURI, issuer+"/errors#invalid_grant")
}

func post(endpoint, token string) (answer map[string]any) {
	request := must(http.NewRequest("POST", endpoint, strings.NewReader(url.Values{"token": {token}}.Encode())))
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	request.SetBasicAuth(url.QueryEscape(key), url.QueryEscape(secret))
	response := must(http.DefaultClient.Do(request))
	expect(response.StatusCode, 200)
	must(0, json.NewDecoder(response.Body).Decode(&answer))
	return answer
}

func expect(actual, expected any) {
	if actual != expected {
		log.Fatalf("expected %v, got %v", expected, actual)
	}
}

func must[T any](value T, err error) T {
	if err != nil {
		log.Fatal(err)
	}
	return value
}

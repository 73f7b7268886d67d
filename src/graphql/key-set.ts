import { Arg, Ctx, Field, FieldResolver, ID, Int, ObjectType, Query, Resolver, Root } from 'type-graphql';
import { lookedUpId } from '../management/input-limits.js';
import type { Application, Client, ClientSecret, KeySet } from '../model/application.js';
import type { EpochMillis } from '../model/clock.js';
import type { GrantName } from '../model/grant-name.js';
import { ApplicationType } from './application.js';
import {
  AccessTokenHeaderTypeEnum,
  ClientAuthenticationMethodEnum,
  GrantTypeEnum,
  KeyEnvironmentEnum,
  SigningAlgorithmEnum,
  TokenFormatEnum,
} from './enums.js';
import type { OperationContext } from './operation-context.js';
import { NodeType } from './page.js';
import { DateTimeScalar } from './scalars.js';

@ObjectType('ClientSecret', { description: 'What is known of a client secret: never its value, which is shown once.' })
export class ClientSecretType {
  @Field(() => ID, { description: 'For revokeClientSecret.' })
  id!: string;

  @Field(() => String, { nullable: true, description: 'What the rotation that made it called it; null when nothing.' })
  name?: string;

  @Field(() => String, { description: 'The last four characters of the secret.' })
  hint!: string;

  @Field(() => DateTimeScalar, { description: 'When it was made.' })
  createdAt!: EpochMillis;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description:
      'From then on it does not authenticate; null: not set. A later secret of a rotation that is used for the first time sets it (retireOldAfterSeconds).',
  })
  expiresAt?: EpochMillis;
}

@Resolver(() => ClientSecretType)
export class ClientSecretResolver {
  @FieldResolver(() => DateTimeScalar, {
    nullable: true,
    description: 'When it last authenticated the client, to the hour; null: not yet.',
  })
  lastUsedAt(@Root() { id }: ClientSecret, @Ctx() { loaders }: OperationContext): Promise<EpochMillis | undefined> {
    return loaders.lastUse.load(id);
  }
}

/** A key set beside its application. */
export type KeySetNode = KeySet & { readonly application: Application };

export const keySetOf = ({ application, keySet }: Client): KeySetNode => ({ ...keySet, application });

@ObjectType('KeySet', {
  implements: NodeType,
  description: 'An OAuth client (RFC 6749 section 2): the keys of one environment of an application.',
})
export class KeySetType {
  @Field(() => ID, { description: 'Begins with ks_. Keys that are made anew get another one.' })
  id!: string;

  @Field(() => String, { description: 'The consumer key: `client_id` at the OAuth endpoints.' })
  clientId!: string;

  @Field(() => KeyEnvironmentEnum, { description: 'Tokens carry it as the claim environment.' })
  environment!: string;

  @Field(() => ApplicationType, { description: 'Whose keys they are.' })
  application!: Application;

  @Field(() => Boolean, {
    description:
      'While false no token is issued and none introspects active. What was issued before does not come back.',
  })
  enabled!: boolean;

  @Field(() => [GrantTypeEnum], { description: 'The grant types that it can use.' })
  grantTypes!: readonly GrantName[];

  @Field(() => [String], { description: 'The scopes that it can ask for.' })
  scopes!: readonly string[];

  @Field(() => ClientAuthenticationMethodEnum, { description: 'How it authenticates; chosen when the keys are made.' })
  authenticationMethod!: string;

  @Field(() => TokenFormatEnum, { description: 'What its access tokens look like.' })
  accessTokenFormat!: string;

  @Field(() => SigningAlgorithmEnum, { description: 'What signs its JWT access tokens.' })
  accessTokenAlgorithm!: string;

  @Field(() => AccessTokenHeaderTypeEnum, { description: 'The header typ of its JWT access tokens.' })
  accessTokenHeaderType!: string;

  @Field(() => String, {
    nullable: true,
    description: 'The JWK set (RFC 7517 section 5) of a PRIVATE_KEY_JWT client as JSON; null for other clients.',
  })
  jwks?: string;

  @Field(() => [String], {
    description:
      'The redirect URIs that it can name, exactly as they stand here. Browsers may call /token and /revoke from the origins of those of public clients (NONE), and from no other.',
  })
  redirectUris!: readonly string[];

  @Field(() => Int, { description: 'Lifetime of an access token in seconds when the request names none.' })
  accessTokenLifetimeSeconds!: number;

  @Field(() => Int, {
    description: 'The longest lifetime of an access token in seconds that `validity_period` can ask for.',
  })
  maxAccessTokenLifetimeSeconds!: number;

  @Field(() => Int, {
    description: 'Seconds from the first token of a token family to its end, whatever is refreshed.',
  })
  refreshTokenLifetimeSeconds!: number;

  @Field(() => Int, { description: 'Seconds after which a token family ends that was not refreshed.' })
  refreshTokenIdleSeconds!: number;

  @Field(() => Int, {
    description:
      'Seconds, 0 to 300, in which a spent refresh token gets the same successor again, for a reply that was lost; later it ends the token family.',
  })
  refreshTokenReuseWindowSeconds!: number;

  @Field(() => [ClientSecretType], { description: 'Its secrets without their values, oldest first.' })
  secrets!: readonly ClientSecret[];
}

@Resolver(() => KeySetType)
export class KeySetResolver {
  @Query(() => KeySetType, { nullable: true, description: 'The key set with a client id; null when there is none.' })
  async keySet(
    @Arg('clientId', () => String, { description: 'Its client id.' }) clientId: string,
    @Ctx() { deps }: OperationContext,
  ): Promise<KeySetNode | undefined> {
    const client = await deps.oauth.store.applications.findClient(lookedUpId('clientId', clientId));
    return client === undefined ? undefined : keySetOf(client);
  }

  @FieldResolver(() => [String], {
    description:
      'What it gets when it asks for no scope. Where nothing was said: ["default"] if it has that scope; with none at all asking for none is invalid_scope.',
  })
  defaultScopes(@Root() { defaultScopes, scopes }: KeySet): readonly string[] {
    return defaultScopes ?? scopes.filter((scope) => scope === 'default');
  }

  @FieldResolver(() => [String], {
    description: 'The audience of its access tokens. Where nothing was said: the issuer.',
  })
  audience(@Root() { audience }: KeySet, @Ctx() { deps }: OperationContext): readonly string[] {
    return audience.length === 0 ? [deps.oauth.issuer] : audience;
  }

  @FieldResolver(() => DateTimeScalar, {
    nullable: true,
    description: 'When it last got a token, to the hour; null: not yet.',
  })
  lastTokenAt(@Root() { id }: KeySet, @Ctx() { loaders }: OperationContext): Promise<EpochMillis | undefined> {
    return loaders.lastUse.load(id);
  }
}

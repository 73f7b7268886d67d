import { Field, ID, InputType, Int } from 'type-graphql';
import type {
  AccessTokenHeaderType,
  ClientAuthenticationMethod,
  KeyEnvironment,
  SigningAlgorithm,
  TokenFormat,
} from '../model/application.js';
import type { EpochMillis } from '../model/clock.js';
import type { GrantName } from '../model/grant-name.js';
import { idempotencyDescription, ifVersionDescription } from './application-mutations.js';
import {
  AccessTokenHeaderTypeEnum,
  ClientAuthenticationMethodEnum,
  GrantTypeEnum,
  KeyEnvironmentEnum,
  SigningAlgorithmEnum,
  TokenFormatEnum,
} from './enums.js';
import { lifetimeDescription } from './number-ranges.js';
import { DateTimeScalar } from './scalars.js';

/** What generateKeys and updateKeys both can say. */
@InputType({ description: 'Settings of a key set.' })
abstract class KeySetSettingsInput {
  @Field(() => [String], {
    nullable: true,
    description:
      'At most 100 scope tokens that it can ask for; the default is ["default"]. Management scopes and introspect can be given by whoever holds them.',
  })
  scopes?: string[] | null;

  @Field(() => [String], {
    nullable: true,
    description: 'What it gets when it asks for none, some of `scopes`. Cleared: ["default"] if it has that scope.',
  })
  defaultScopes?: string[] | null;

  @Field(() => [String], {
    nullable: true,
    description: 'At most 10 absolute URIs or simple names; the default is the issuer.',
  })
  audience?: string[] | null;

  @Field(() => [String], {
    nullable: true,
    description:
      'At most 20: https, http on the loopback interface, or a private scheme like com.example.app. Those of a public client (NONE) say from which origins browsers may call /token and /revoke.',
  })
  redirectUris?: string[] | null;

  @Field(() => TokenFormatEnum, { nullable: true, description: 'The default is JWT.' })
  accessTokenFormat?: TokenFormat | null;

  @Field(() => SigningAlgorithmEnum, { nullable: true, description: 'The default is ES256.' })
  accessTokenAlgorithm?: SigningAlgorithm | null;

  @Field(() => AccessTokenHeaderTypeEnum, { nullable: true, description: 'The default is AT_JWT.' })
  accessTokenHeaderType?: AccessTokenHeaderType | null;

  @Field(() => String, {
    nullable: true,
    description:
      'The JWK set with the public keys of a PRIVATE_KEY_JWT client, as JSON. Such a client needs one, others have none.',
  })
  jwks?: string | null;

  @Field(() => Int, {
    nullable: true,
    description: `${lifetimeDescription('accessTokenLifetimeSeconds')} At most maxAccessTokenLifetimeSeconds, to which the default is lowered where that is less.`,
  })
  accessTokenLifetimeSeconds?: number | null;

  @Field(() => Int, {
    nullable: true,
    description: `${lifetimeDescription('maxAccessTokenLifetimeSeconds')} At least accessTokenLifetimeSeconds, to which the default is raised where that is more: the ceiling of \`validity_period\`.`,
  })
  maxAccessTokenLifetimeSeconds?: number | null;

  @Field(() => Int, {
    nullable: true,
    description: `${lifetimeDescription('refreshTokenLifetimeSeconds')} At least refreshTokenIdleSeconds, to which the default is raised where that is more.`,
  })
  refreshTokenLifetimeSeconds?: number | null;

  @Field(() => Int, {
    nullable: true,
    description: `${lifetimeDescription('refreshTokenIdleSeconds')} At most refreshTokenLifetimeSeconds, to which the default is lowered where that is less.`,
  })
  refreshTokenIdleSeconds?: number | null;

  @Field(() => Int, { nullable: true, description: lifetimeDescription('refreshTokenReuseWindowSeconds') })
  refreshTokenReuseWindowSeconds?: number | null;
}

@InputType('GenerateKeysInput', { description: 'A new key set.' })
export class GenerateKeysInput extends KeySetSettingsInput {
  @Field(() => ID, { description: 'Whose keys.' })
  applicationId!: string;

  @Field(() => KeyEnvironmentEnum, { defaultValue: 'PRODUCTION', description: 'Each environment has keys once.' })
  environment!: KeyEnvironment;

  @Field(() => [GrantTypeEnum], {
    defaultValue: ['client_credentials'],
    description: 'The grant types that it can use; nothing else is enabled by being forgotten.',
  })
  grantTypes!: GrantName[];

  @Field(() => ClientAuthenticationMethodEnum, {
    nullable: true,
    description: 'The default is CLIENT_SECRET_BASIC. It cannot be changed later.',
  })
  authenticationMethod?: ClientAuthenticationMethod | null;

  @Field(() => String, {
    nullable: true,
    description:
      'A client id brought along from another system: 1 to 255 printable ASCII characters, not beginning with usr_. Absent: a new one.',
  })
  clientId?: string | null;

  @Field(() => String, {
    nullable: true,
    description:
      'A secret brought along from another system: 20 to 255 printable ASCII characters. Absent: a new one. It is kept as a digest.',
  })
  clientSecret?: string | null;

  @Field(() => String, { nullable: true, description: idempotencyDescription })
  idempotencyKey?: string | null;
}

@InputType('UpdateKeysInput', {
  description:
    'Changes of a key set: what is absent stays, null goes back to the default; enabled and grantTypes have none, and null is BAD_USER_INPUT.',
})
export class UpdateKeysInput extends KeySetSettingsInput {
  @Field(() => String, { description: 'Which key set.' })
  clientId!: string;

  @Field(() => Boolean, { nullable: true, description: 'False ends everything that was issued to it, for good.' })
  enabled?: boolean | null;

  @Field(() => [GrantTypeEnum], {
    nullable: true,
    description:
      'All grant types that it is to have. What is left out ends what was made by it; without REFRESH_TOKEN refreshing is refused while it is off.',
  })
  grantTypes?: GrantName[] | null;

  @Field(() => Int, { nullable: true, description: ifVersionDescription })
  ifVersion?: number | null;
}

@InputType('DeleteKeysInput', { description: 'A key set that is to go.' })
export class DeleteKeysInput {
  @Field(() => String, { description: 'Which key set.' })
  clientId!: string;
}

@InputType('GrantTypesInput', { description: 'Grant types of a key set.' })
export class GrantTypesInput {
  @Field(() => String, { description: 'Which key set.' })
  clientId!: string;

  @Field(() => [GrantTypeEnum], { description: 'Which grant types; the others stay as they are.' })
  grantTypes!: GrantName[];
}

@InputType('RotateClientSecretInput', { description: 'A further secret of a client.' })
export class RotateClientSecretInput {
  @Field(() => String, { description: 'Which key set.' })
  clientId!: string;

  @Field(() => String, { nullable: true, description: '1 to 120 characters for people who look at the list.' })
  name?: string | null;

  @Field(() => DateTimeScalar, { nullable: true, description: 'When the new secret ends. Absent: not by itself.' })
  expiresAt?: EpochMillis | null;

  @Field(() => Int, {
    nullable: true,
    defaultValue: 0,
    description:
      '0 to 31536000. So many seconds after the first use of the new secret the older ones end, or earlier if they were to end earlier; 0: from that use on. ' +
      'Until then they work, so that a rotation whose reply was lost takes nothing away; revokeClientSecret ends one whatever happens.',
  })
  retireOldAfterSeconds?: number | null;
}

@InputType('RevokeClientSecretInput', { description: 'A secret that is to end.' })
export class RevokeClientSecretInput {
  @Field(() => String, { description: 'Which key set.' })
  clientId!: string;

  @Field(() => ID, { description: 'Which of its secrets.' })
  secretId!: string;

  @Field(() => Boolean, {
    nullable: true,
    defaultValue: false,
    description: 'For a compromised secret: everything that was issued to the client ends too.',
  })
  revokeGrants?: boolean | null;
}

import { Ctx, Field, ObjectType, Query, Resolver } from 'type-graphql';
import { grantNames, type GrantName } from '../model/grant-name.js';
import type { EpochMillis } from '../model/clock.js';
import { GrantTypeEnum } from './enums.js';
import type { OperationContext } from './operation-context.js';
import type { Plain } from './plain.js';
import { DateTimeScalar, TimeZoneScalar } from './scalars.js';

@ObjectType('Viewer', { description: 'Whose access token this request carries.' })
export class ViewerType {
  @Field(() => String, { description: 'The `sub` of the token.' })
  subject!: string;

  @Field(() => String, { description: 'The client that got the token.' })
  clientId!: string;

  @Field(() => [String], { description: 'The scopes of the token.' })
  scopes!: readonly string[];

  @Field(() => DateTimeScalar, { description: 'When the token expires.' })
  expiresAt!: EpochMillis;
}

@ObjectType('Server', { description: 'The server that answers.' })
export class ServerType {
  @Field(() => String, { description: 'Version of the product.' })
  version!: string;

  @Field(() => String, { description: 'The issuer identifier (RFC 8414), the `iss` of its tokens.' })
  issuer!: string;

  @Field(() => String, { description: 'What its store is, with the version of the engine.' })
  store!: string;

  @Field(() => TimeZoneScalar, { description: 'The zone of periods that name none.' })
  statisticsTimeZone!: string;

  @Field(() => [GrantTypeEnum], { description: 'The grant types that can be enabled.' })
  grantTypes!: readonly GrantName[];
}

@Resolver()
export class ViewerResolver {
  @Query(() => ViewerType, { description: 'Who is asking.' })
  viewer(@Ctx() { actor }: OperationContext): Plain<ViewerType> {
    const { subject, clientId, scopes, expiresAt } = actor;
    return { subject, clientId, scopes: [...scopes].sort(), expiresAt };
  }

  @Query(() => ServerType, { description: 'Who is answering.' })
  server(@Ctx() { deps }: OperationContext): Plain<ServerType> {
    const { issuer, store } = deps.oauth;
    const { version, statisticsTimeZone } = deps;
    return { version, issuer, store: store.description, statisticsTimeZone, grantTypes: grantNames };
  }
}

import { Arg, Ctx, Field, InputType, Int, Mutation, ObjectType, Resolver } from 'type-graphql';
import { generateAccessToken } from '../oauth/management/generate-access-token.js';
import { inputDescription } from './application-mutations.js';
import type { OperationContext } from './operation-context.js';
import type { Plain } from './plain.js';

@InputType('GenerateAccessTokenInput', { description: 'An access token on behalf of a key set.' })
class GenerateAccessTokenInput {
  @Field(() => String, { description: 'Which key set.' })
  clientId!: string;

  @Field(() => [String], {
    nullable: true,
    description: 'Scopes of the token, some of those of the key set. Absent: its default scopes.',
  })
  scopes?: string[] | null;

  @Field(() => Int, {
    nullable: true,
    description:
      'Lifetime in seconds, from 1 to maxAccessTokenLifetimeSeconds of the key set. Absent: its accessTokenLifetimeSeconds.',
  })
  validityPeriodSeconds?: number | null;

  @Field(() => String, {
    nullable: true,
    description:
      'The access token before it, got by client_credentials: it ends once the new one is made. One that has expired or ended already will do.',
  })
  revokeToken?: string | null;
}

@ObjectType('GenerateAccessTokenPayload', { description: 'What generateAccessToken made.' })
class GenerateAccessTokenPayload {
  @Field(() => String, { description: 'The access token, shown here and never again.' })
  accessToken!: string;

  @Field(() => String, { description: 'Bearer.' })
  tokenType!: string;

  @Field(() => Int, { description: 'Its lifetime in seconds.' })
  expiresInSeconds!: number;

  @Field(() => [String], { description: 'Its scopes.' })
  scopes!: readonly string[];
}

@Resolver()
export class AccessTokenMutations {
  @Mutation(() => GenerateAccessTokenPayload, {
    description:
      "Makes an access token by client_credentials on a key set's behalf; CONFLICT unless that grant type is enabled. Whoever calls must hold the management scopes that the key set holds.",
  })
  async generateAccessToken(
    @Arg('input', () => GenerateAccessTokenInput, { description: inputDescription }) input: GenerateAccessTokenInput,
    @Ctx() { deps, actor }: OperationContext,
  ): Promise<Plain<GenerateAccessTokenPayload>> {
    const { accessToken, ...rest } = await generateAccessToken(deps.oauth, actor, input);
    return { ...rest, accessToken: accessToken.reveal() };
  }
}

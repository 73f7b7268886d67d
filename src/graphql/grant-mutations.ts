import { Arg, Ctx, Field, ID, InputType, Int, Mutation, ObjectType, Resolver } from 'type-graphql';
import { revokeGrant } from '../grants/revoke-grant.js';
import { revokeGrants } from '../grants/revoke-grants.js';
import type { KeyEnvironment } from '../model/application.js';
import type { TokenFamily } from '../model/token-family.js';
import { inputDescription } from './application-mutations.js';
import { KeyEnvironmentEnum } from './enums.js';
import { GrantType } from './grant.js';
import type { OperationContext } from './operation-context.js';
import type { Plain } from './plain.js';

@InputType('RevokeGrantInput', { description: 'A token family that is to end.' })
class RevokeGrantInput {
  @Field(() => ID, { description: 'Which token family.' })
  id!: string;
}

@ObjectType('RevokeGrantPayload', { description: 'What revokeGrant revoked.' })
class RevokeGrantPayload {
  @Field(() => GrantType, { description: 'The token family as it is now.' })
  grant!: TokenFamily;
}

@InputType('RevokeGrantsInput', {
  description: 'Token families that are to end: of a user, of an application, or both.',
})
class RevokeGrantsInput {
  @Field(() => ID, {
    nullable: true,
    description: 'Those of this user. At least one of userId and applicationId is needed.',
  })
  userId?: string | null;

  @Field(() => ID, { nullable: true, description: 'Those of this application.' })
  applicationId?: string | null;

  @Field(() => KeyEnvironmentEnum, { nullable: true, description: 'Only those of this environment.' })
  environment?: KeyEnvironment | null;
}

@ObjectType('RevokeGrantsPayload', { description: 'What revokeGrants revoked.' })
class RevokeGrantsPayload {
  @Field(() => Int, {
    description: 'How many token families it ended; those that had ended before are not among them.',
  })
  revokedCount!: number;
}

@Resolver()
export class GrantMutations {
  @Mutation(() => RevokeGrantPayload, {
    description: 'Revokes one token family; one that is revoked already stays so.',
  })
  async revokeGrant(
    @Arg('input', () => RevokeGrantInput, { description: inputDescription }) input: RevokeGrantInput,
    @Ctx() { deps, actor }: OperationContext,
  ): Promise<Plain<RevokeGrantPayload>> {
    return { grant: await revokeGrant(deps.oauth, actor, input) };
  }

  @Mutation(() => RevokeGrantsPayload, {
    description:
      'Revokes the token families of a user, of an application, or of a user with an application. What a client got for itself (client_credentials) is in none, and stays.',
  })
  async revokeGrants(
    @Arg('input', () => RevokeGrantsInput, { description: inputDescription }) input: RevokeGrantsInput,
    @Ctx() { deps, actor }: OperationContext,
  ): Promise<Plain<RevokeGrantsPayload>> {
    return { revokedCount: await revokeGrants(deps.oauth, actor, input) };
  }
}

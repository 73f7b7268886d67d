import { Arg, Ctx, Field, ID, InputType, Mutation, ObjectType, Resolver } from 'type-graphql';
import { Secret } from '../model/secret.js';
import type { User } from '../model/user.js';
import { createUser } from '../users/create-user.js';
import { deleteUser } from '../users/delete-user.js';
import { setUserPassword } from '../users/set-user-password.js';
import { updateUser } from '../users/update-user.js';
import { idempotencyDescription, inputDescription } from './application-mutations.js';
import { givenSecret } from './given-secret.js';
import type { OperationContext } from './operation-context.js';
import type { Plain } from './plain.js';
import { UserType } from './user.js';

const passwordDescription = 'At least 8 characters and at most 1,024 bytes, used exactly as given.';

@InputType('CreateUserInput', { description: 'A new user.' })
class CreateUserInput {
  @Field(() => String, {
    description:
      '1 to 255 characters, kept and shown as the PRECIS profile UsernameCaseMapped (RFC 8265) gives it: without capitals. Unique in that form.',
  })
  username!: string;

  @Field(() => String, { nullable: true, description: `${passwordDescription} Absent: no password grant for him.` })
  password?: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'An e-mail address of at most 254 characters; nothing is sent to it.',
  })
  email?: string | null;

  @Field(() => String, { nullable: true, description: 'What people call him: 1 to 120 characters.' })
  displayName?: string | null;

  @Field(() => String, { nullable: true, description: idempotencyDescription })
  idempotencyKey?: string | null;
}

@ObjectType('CreateUserPayload', { description: 'What createUser made.' })
class CreateUserPayload {
  @Field(() => UserType, { description: 'The new user.' })
  user!: User;
}

@InputType('UpdateUserInput', {
  description: 'Changes of a user: what is absent stays, null clears; enabled cannot be cleared.',
})
class UpdateUserInput {
  @Field(() => ID, { description: 'Which user.' })
  id!: string;

  @Field(() => String, {
    nullable: true,
    description: 'An e-mail address of at most 254 characters; nothing is sent to it.',
  })
  email?: string | null;

  @Field(() => String, { nullable: true, description: 'What people call him: 1 to 120 characters.' })
  displayName?: string | null;

  @Field(() => Boolean, { nullable: true, description: 'False ends his token families, for good.' })
  enabled?: boolean | null;
}

@ObjectType('UpdateUserPayload', { description: 'What updateUser changed.' })
class UpdateUserPayload {
  @Field(() => UserType, { description: 'The user as he is now.' })
  user!: User;
}

@InputType('SetUserPasswordInput', { description: 'A new password.' })
class SetUserPasswordInput {
  @Field(() => ID, { description: 'Which user.' })
  id!: string;

  @Field(() => String, { description: passwordDescription })
  password!: string;
}

@ObjectType('SetUserPasswordPayload', { description: 'Whose password setUserPassword set.' })
class SetUserPasswordPayload {
  @Field(() => UserType, { description: 'The user as he is now.' })
  user!: User;
}

@InputType('DeleteUserInput', { description: 'A user who is to go.' })
class DeleteUserInput {
  @Field(() => ID, { description: 'Which user.' })
  id!: string;
}

@ObjectType('DeleteUserPayload', { description: 'Whom deleteUser erased.' })
class DeleteUserPayload {
  @Field(() => ID, { description: 'The id that he had.' })
  deletedId!: string;
}

@Resolver()
export class UserMutations {
  @Mutation(() => CreateUserPayload, { description: 'Makes a user.' })
  async createUser(
    @Arg('input', () => CreateUserInput, { description: inputDescription }) input: CreateUserInput,
    @Ctx() { deps, actor }: OperationContext,
  ): Promise<Plain<CreateUserPayload>> {
    const password = givenSecret(input.password);
    return { user: await createUser(deps.oauth, actor, { ...input, password }) };
  }

  @Mutation(() => UpdateUserPayload, { description: 'Changes a user.' })
  async updateUser(
    @Arg('input', () => UpdateUserInput, { description: inputDescription }) input: UpdateUserInput,
    @Ctx() { deps, actor }: OperationContext,
  ): Promise<Plain<UpdateUserPayload>> {
    return { user: await updateUser(deps.oauth, actor, input) };
  }

  @Mutation(() => SetUserPasswordPayload, { description: 'Sets a password and ends the token families of the user.' })
  async setUserPassword(
    @Arg('input', () => SetUserPasswordInput, { description: inputDescription }) input: SetUserPasswordInput,
    @Ctx() { deps, actor }: OperationContext,
  ): Promise<Plain<SetUserPasswordPayload>> {
    const password = new Secret(input.password);
    return { user: await setUserPassword(deps.oauth, actor, { ...input, password }) };
  }

  @Mutation(() => DeleteUserPayload, {
    description: 'Erases a user: his registrations and token families go too, in every figure.',
  })
  async deleteUser(
    @Arg('input', () => DeleteUserInput, { description: inputDescription }) input: DeleteUserInput,
    @Ctx() { deps, actor }: OperationContext,
  ): Promise<Plain<DeleteUserPayload>> {
    return { deletedId: await deleteUser(deps.oauth, actor, input) };
  }
}

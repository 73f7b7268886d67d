import { Arg, Ctx, Field, ID, InputType, Int, Mutation, ObjectType, Resolver } from 'type-graphql';
import { createApplication } from '../applications/create-application.js';
import { deleteApplication } from '../applications/delete-application.js';
import { updateApplication } from '../applications/update-application.js';
import type { Application } from '../model/application.js';
import { ApplicationType, LabelInput } from './application.js';
import type { OperationContext } from './operation-context.js';
import type { Plain } from './plain.js';

export const inputDescription = 'What is asked for.';
export const idempotencyDescription =
  '1 to 128 characters. A retry within 24 hours with the same key and input answers with the same object; with another input it is CONFLICT (passwords and secrets are not compared), and once the object is deleted NOT_FOUND. Secrets are not shown again.';
export const ifVersionDescription =
  'The version of the application that the caller has seen: CONFLICT when it is another by now. Absent: whatever it is.';

@InputType('CreateApplicationInput', { description: 'A new application.' })
class CreateApplicationInput {
  @Field(() => String, {
    description: '1 to 120 characters without spaces at the ends, which are cut off; unique whatever the capitals.',
  })
  name!: string;

  @Field(() => String, { nullable: true, description: 'Up to 1,000 characters for people.' })
  description?: string | null;

  @Field(() => [LabelInput], { nullable: true, description: 'At most 20.' })
  labels?: LabelInput[] | null;

  @Field(() => String, { nullable: true, description: idempotencyDescription })
  idempotencyKey?: string | null;
}

@ObjectType('CreateApplicationPayload', { description: 'What createApplication made.' })
class CreateApplicationPayload {
  @Field(() => ApplicationType, { description: 'The new application.' })
  application!: Application;
}

@InputType('UpdateApplicationInput', {
  description: 'Changes of an application: what is absent stays, null clears; name and enabled cannot be cleared.',
})
class UpdateApplicationInput {
  @Field(() => ID, { description: 'Which application.' })
  id!: string;

  @Field(() => String, {
    nullable: true,
    description: '1 to 120 characters without spaces at the ends, which are cut off; unique whatever the capitals.',
  })
  name?: string | null;

  @Field(() => String, { nullable: true, description: 'Up to 1,000 characters for people.' })
  description?: string | null;

  @Field(() => Boolean, {
    nullable: true,
    description: 'False ends everything that was issued to its key sets, for good.',
  })
  enabled?: boolean | null;

  @Field(() => [LabelInput], { nullable: true, description: 'All labels that it is to have, at most 20.' })
  labels?: LabelInput[] | null;

  @Field(() => Int, { nullable: true, description: ifVersionDescription })
  ifVersion?: number | null;
}

@ObjectType('UpdateApplicationPayload', { description: 'What updateApplication changed.' })
class UpdateApplicationPayload {
  @Field(() => ApplicationType, { description: 'The application as it is now.' })
  application!: Application;
}

@InputType('DeleteApplicationInput', { description: 'An application that is to go.' })
class DeleteApplicationInput {
  @Field(() => ID, { description: 'Which application.' })
  id!: string;
}

@ObjectType('DeleteApplicationPayload', { description: 'What deleteApplication deleted.' })
class DeleteApplicationPayload {
  @Field(() => ID, { description: 'The id that it had.' })
  deletedId!: string;
}

@Resolver()
export class ApplicationMutations {
  @Mutation(() => CreateApplicationPayload, { description: 'Makes an application without keys.' })
  async createApplication(
    @Arg('input', () => CreateApplicationInput, { description: inputDescription }) input: CreateApplicationInput,
    @Ctx() { deps, actor }: OperationContext,
  ): Promise<Plain<CreateApplicationPayload>> {
    return { application: await createApplication(deps.oauth, actor, input) };
  }

  @Mutation(() => UpdateApplicationPayload, {
    description:
      'Changes an application. Whoever calls must hold the management scopes that its key sets hold. The last client that can administer cannot be switched off (CONFLICT).',
  })
  async updateApplication(
    @Arg('input', () => UpdateApplicationInput, { description: inputDescription }) input: UpdateApplicationInput,
    @Ctx() { deps, actor }: OperationContext,
  ): Promise<Plain<UpdateApplicationPayload>> {
    return { application: await updateApplication(deps.oauth, actor, input) };
  }

  @Mutation(() => DeleteApplicationPayload, {
    description:
      'Deletes an application with its keys, tokens and statistics. Whoever calls must hold the management scopes that its key sets hold.',
  })
  async deleteApplication(
    @Arg('input', () => DeleteApplicationInput, { description: inputDescription }) input: DeleteApplicationInput,
    @Ctx() { deps, actor }: OperationContext,
  ): Promise<Plain<DeleteApplicationPayload>> {
    return { deletedId: await deleteApplication(deps.oauth, actor, input) };
  }
}

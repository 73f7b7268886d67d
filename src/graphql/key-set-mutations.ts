import { Arg, Ctx, Field, Mutation, ObjectType, Resolver } from 'type-graphql';
import { deleteKeys } from '../applications/delete-keys.js';
import { disableGrantTypes } from '../applications/disable-grant-types.js';
import { enableGrantTypes } from '../applications/enable-grant-types.js';
import { generateKeys } from '../applications/generate-keys.js';
import { revokeClientSecret } from '../applications/revoke-client-secret.js';
import { rotateClientSecret } from '../applications/rotate-client-secret.js';
import { updateKeys } from '../applications/update-keys.js';
import { inputDescription } from './application-mutations.js';
import { givenSecret } from './given-secret.js';
import {
  DeleteKeysInput,
  GenerateKeysInput,
  GrantTypesInput,
  RevokeClientSecretInput,
  RotateClientSecretInput,
  UpdateKeysInput,
} from './key-set-inputs.js';
import { keySetOf, KeySetType, type KeySetNode } from './key-set.js';
import type { OperationContext } from './operation-context.js';
import type { Plain } from './plain.js';

const keysDescription = 'The key set as it is now.';
const heldDescription =
  "Whoever calls must hold the management scopes that the application's key sets hold, before and after.";

@ObjectType('GenerateKeysPayload', { description: 'What generateKeys made.' })
class GenerateKeysPayload {
  @Field(() => KeySetType, { description: 'The new key set.' })
  keys!: KeySetNode;

  @Field(() => String, {
    nullable: true,
    description:
      'The client secret, shown here and never again. Null for a client without one, and when a retry found what was made before.',
  })
  clientSecret?: string | undefined;
}

@ObjectType('UpdateKeysPayload', { description: 'What updateKeys changed.' })
class UpdateKeysPayload {
  @Field(() => KeySetType, { description: keysDescription })
  keys!: KeySetNode;
}

@ObjectType('DeleteKeysPayload', { description: 'What deleteKeys deleted.' })
class DeleteKeysPayload {
  @Field(() => String, { description: 'The client id that it had.' })
  deletedClientId!: string;
}

@ObjectType('GrantTypesPayload', { description: 'What enableGrantTypes or disableGrantTypes changed.' })
class GrantTypesPayload {
  @Field(() => KeySetType, { description: keysDescription })
  keys!: KeySetNode;
}

@ObjectType('RotateClientSecretPayload', { description: 'What rotateClientSecret made.' })
class RotateClientSecretPayload {
  @Field(() => KeySetType, { description: keysDescription })
  keys!: KeySetNode;

  @Field(() => String, { description: 'The new secret, shown here and never again.' })
  clientSecret!: string;
}

@ObjectType('RevokeClientSecretPayload', { description: 'What revokeClientSecret changed.' })
class RevokeClientSecretPayload {
  @Field(() => KeySetType, { description: keysDescription })
  keys!: KeySetNode;
}

@Resolver()
export class KeySetMutations {
  @Mutation(() => GenerateKeysPayload, {
    description: `Makes the key set of one environment, once. ${heldDescription}`,
  })
  async generateKeys(
    @Arg('input', () => GenerateKeysInput, { description: inputDescription }) input: GenerateKeysInput,
    @Ctx() { deps, actor }: OperationContext,
  ): Promise<Plain<GenerateKeysPayload>> {
    const brought = givenSecret(input.clientSecret);
    const { client, clientSecret } = await generateKeys(deps.oauth, actor, { ...input, clientSecret: brought });
    return { keys: keySetOf(client), clientSecret: clientSecret?.reveal() };
  }

  @Mutation(() => UpdateKeysPayload, {
    description: `Changes every setting of a key set but environment and authenticationMethod. ${heldDescription}`,
  })
  async updateKeys(
    @Arg('input', () => UpdateKeysInput, { description: inputDescription }) input: UpdateKeysInput,
    @Ctx() { deps, actor }: OperationContext,
  ): Promise<Plain<UpdateKeysPayload>> {
    return { keys: keySetOf(await updateKeys(deps.oauth, actor, input)) };
  }

  @Mutation(() => DeleteKeysPayload, {
    description: `Deletes a key set; everything that was issued to it ends. ${heldDescription}`,
  })
  async deleteKeys(
    @Arg('input', () => DeleteKeysInput, { description: inputDescription }) input: DeleteKeysInput,
    @Ctx() { deps, actor }: OperationContext,
  ): Promise<Plain<DeleteKeysPayload>> {
    return { deletedClientId: await deleteKeys(deps.oauth, actor, input) };
  }

  @Mutation(() => GrantTypesPayload, {
    description: `Enables grant types; those that are enabled already stay so. ${heldDescription}`,
  })
  async enableGrantTypes(
    @Arg('input', () => GrantTypesInput, { description: inputDescription }) input: GrantTypesInput,
    @Ctx() { deps, actor }: OperationContext,
  ): Promise<Plain<GrantTypesPayload>> {
    return { keys: keySetOf(await enableGrantTypes(deps.oauth, actor, input)) };
  }

  @Mutation(() => GrantTypesPayload, {
    description: `Disables grant types and ends what was made by them; without REFRESH_TOKEN refreshing is refused while it is off. ${heldDescription}`,
  })
  async disableGrantTypes(
    @Arg('input', () => GrantTypesInput, { description: inputDescription }) input: GrantTypesInput,
    @Ctx() { deps, actor }: OperationContext,
  ): Promise<Plain<GrantTypesPayload>> {
    return { keys: keySetOf(await disableGrantTypes(deps.oauth, actor, input)) };
  }

  @Mutation(() => RotateClientSecretPayload, {
    description: `Makes a further secret; five can be live, then it is CONFLICT. The older ones end only after the new one was used, so that a lost answer takes nothing away. ${heldDescription}`,
  })
  async rotateClientSecret(
    @Arg('input', () => RotateClientSecretInput, { description: inputDescription }) input: RotateClientSecretInput,
    @Ctx() { deps, actor }: OperationContext,
  ): Promise<Plain<RotateClientSecretPayload>> {
    const { client, clientSecret } = await rotateClientSecret(deps.oauth, actor, input);
    return { keys: keySetOf(client), clientSecret: clientSecret.reveal() };
  }

  @Mutation(() => RevokeClientSecretPayload, { description: `Ends a secret at once. ${heldDescription}` })
  async revokeClientSecret(
    @Arg('input', () => RevokeClientSecretInput, { description: inputDescription }) input: RevokeClientSecretInput,
    @Ctx() { deps, actor }: OperationContext,
  ): Promise<Plain<RevokeClientSecretPayload>> {
    return { keys: keySetOf(await revokeClientSecret(deps.oauth, actor, input)) };
  }
}

import { Arg, Ctx, Field, InputType, Mutation, ObjectType, Resolver } from 'type-graphql';
import type { SigningAlgorithm } from '../model/application.js';
import { rotateSigningKey } from '../signing-keys/rotate-signing-key.js';
import { inputDescription } from './application-mutations.js';
import { SigningAlgorithmEnum } from './enums.js';
import type { OperationContext } from './operation-context.js';
import type { Plain } from './plain.js';

@InputType('RotateSigningKeyInput', { description: 'A new signing key.' })
class RotateSigningKeyInput {
  @Field(() => SigningAlgorithmEnum, { defaultValue: 'ES256', description: 'Of which algorithm.' })
  algorithm!: SigningAlgorithm;

  @Field(() => Boolean, {
    defaultValue: false,
    description:
      'For a compromised key: the new one signs at once, and those before it leave the JWKS, so that what they signed ends.',
  })
  immediately!: boolean;
}

@ObjectType('RotateSigningKeyPayload', { description: 'What rotateSigningKey made.' })
class RotateSigningKeyPayload {
  @Field(() => String, { description: 'The `kid` of the new key.' })
  keyId!: string;
}

@Resolver()
export class SigningKeyMutations {
  @Mutation(() => RotateSigningKeyPayload, {
    description:
      'Makes the next signing key: published now, used once every cached JWKS has expired. What was signed before stays valid until it expires.',
  })
  rotateSigningKey(
    @Arg('input', () => RotateSigningKeyInput, { description: inputDescription }) input: RotateSigningKeyInput,
    @Ctx() { deps, actor }: OperationContext,
  ): Promise<Plain<RotateSigningKeyPayload>> {
    return rotateSigningKey(deps.oauth, actor, input);
  }
}

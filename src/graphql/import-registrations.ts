import { Arg, Ctx, Field, ID, InputType, Int, Mutation, ObjectType, Resolver } from 'type-graphql';
import type { KeyEnvironment } from '../model/application.js';
import type { EpochMillis } from '../model/clock.js';
import {
  importRegistrations,
  type ImportFailure,
  type ImportRegistrationsResult,
} from '../statistics/import-registrations.js';
import { inputDescription } from './application-mutations.js';
import { KeyEnvironmentEnum } from './enums.js';
import type { OperationContext } from './operation-context.js';
import { DateTimeScalar } from './scalars.js';

@InputType('ImportRegistrationRow', { description: 'The first token of one user with one application.' })
class ImportRegistrationRow {
  @Field(() => ID, { description: 'With which application.' })
  applicationId!: string;

  @Field(() => KeyEnvironmentEnum, { defaultValue: 'PRODUCTION', description: 'With which environment.' })
  environment!: KeyEnvironment;

  @Field(() => String, { description: 'The user name; one that is not there is a NOT_FOUND row.' })
  username!: string;

  @Field(() => DateTimeScalar, { description: 'A past instant.' })
  firstTokenAt!: EpochMillis;
}

@InputType('ImportRegistrationsInput', { description: 'History of another system.' })
class ImportRegistrationsInput {
  @Field(() => [ImportRegistrationRow], { description: '1 to 1,000 rows.' })
  rows!: ImportRegistrationRow[];

  @Field(() => Boolean, { defaultValue: false, description: 'Whether only to tell what would happen.' })
  dryRun!: boolean;
}

@ObjectType('ImportFailure', { description: 'A row that could not be taken; the others were.' })
class ImportFailureType {
  @Field(() => Int, { description: 'Its place in `rows`, from 0.' })
  row!: number;

  @Field(() => String, { description: 'An error code.' })
  code!: string;

  @Field(() => String, { description: 'What was wrong with it.' })
  message!: string;
}

@ObjectType('ImportRegistrationsPayload', { description: 'What importRegistrations did, or would do.' })
class ImportRegistrationsPayload {
  @Field(() => Int, { description: 'Registrations that were not there.' })
  created!: number;

  @Field(() => Int, { description: 'Registrations that were moved to an earlier instant.' })
  moved!: number;

  @Field(() => Int, { description: 'Registrations that were there, no later than the row says.' })
  unchanged!: number;

  @Field(() => [ImportFailureType], { description: 'Rows that could not be taken.' })
  failed!: readonly ImportFailure[];
}

@Resolver()
export class ImportMutations {
  @Mutation(() => ImportRegistrationsPayload, {
    description:
      'Brings in first tokens of another system, so that who moves keeps his curve: makes registrations, or moves them to an earlier instant. Doing it again changes nothing.',
  })
  importRegistrations(
    @Arg('input', () => ImportRegistrationsInput, { description: inputDescription }) input: ImportRegistrationsInput,
    @Ctx() { deps, actor }: OperationContext,
  ): Promise<ImportRegistrationsResult> {
    return importRegistrations(deps.oauth, actor, input);
  }
}

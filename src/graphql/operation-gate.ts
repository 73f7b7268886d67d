import { GraphQLError } from 'graphql';
import { ManagementError } from '../model/management-error.js';
import { literalRefusal, variableErrors } from './input-errors.js';
import { auditRefusals } from './mutation-frame.js';
import type { OperationContext } from './operation-context.js';
import { checkCost, checkShape } from './operation-limits.js';
import { judgeScopes } from './operation-scopes.js';
import { mutationsOf, type SelectedFrom } from './selected-fields.js';

/** Why an operation does not run. */
export interface GateRefusal {
  readonly errors: readonly { readonly refusal: ManagementError; readonly path?: readonly string[] }[];
  /** It was refused for want of a scope: with these it would run. */
  readonly neededScopes?: readonly string[];
}

/**
 * What an operation has to pass before anything of it runs: the limits of its text, the scopes of its fields, its variables, its cost.
 * Undefined: it may run.
 */
export const passGate = async (
  from: SelectedFrom,
  context: OperationContext,
  variables: Readonly<Record<string, unknown>>,
): Promise<GateRefusal | undefined> => {
  const refused = refusalAtGate(from, context, variables);
  const code = refused?.errors[0]?.refusal.code;
  if (code !== undefined) await auditRefusals(context, { actions: mutationsOf(from), code });
  return refused;
};

const refusalAtGate = (
  from: SelectedFrom,
  { actor }: OperationContext,
  variables: Readonly<Record<string, unknown>>,
): GateRefusal | undefined => {
  try {
    checkShape(from);
    const verdict = judgeScopes(from, actor.scopes);
    if (verdict.refused.length > 0) {
      const errors = verdict.refused.map(({ path, message }) => ({
        path,
        refusal: new ManagementError('FORBIDDEN', message),
      }));
      return { errors, neededScopes: verdict.needed };
    }
    const wrong = variableErrors(from, variables);
    if (wrong.length > 0) return { errors: wrong.map((refusal) => ({ refusal })) };
    checkCost(from, variables);
    return undefined;
  } catch (error) {
    return { errors: [{ refusal: refusalIn(error, from) }] };
  }
};

/** An argument that no literal and no variable is wrong in by itself: null by a variable where null has no place. */
const refusalIn = (error: unknown, { schema, document }: SelectedFrom): ManagementError => {
  if (error instanceof ManagementError) return error;
  if (!(error instanceof GraphQLError)) throw error;
  return (
    literalRefusal(schema, document)(error) ??
    new ManagementError('BAD_USER_INPUT', 'An argument is null where null has no place.', { cause: error })
  );
};

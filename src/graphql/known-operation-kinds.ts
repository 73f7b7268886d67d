import { GraphQLError, type ASTVisitor, type ValidationContext } from 'graphql';

/** Validation rule: graphql-js lets an operation of a kind that the schema does not have pass, and fails while it executes it. */
export const knownOperationKinds = (context: ValidationContext): ASTVisitor => ({
  OperationDefinition: (node) => {
    const root = context.getSchema().getRootType(node.operation);
    if (root !== undefined && root !== null) return;
    context.reportError(new GraphQLError('Ask by query or mutation: there are no subscriptions.', { nodes: node }));
  },
});

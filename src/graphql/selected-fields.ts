import {
  getNamedType,
  isCompositeType,
  isInterfaceType,
  isObjectType,
  Kind,
  OperationTypeNode,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type FragmentSpreadNode,
  type GraphQLCompositeType,
  type GraphQLSchema,
  type InlineFragmentNode,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';

export interface SelectedField {
  readonly node: FieldNode;
  /** The type that it is selected on, an interface only where it is not known which object it is; introspection fields are told by their name. */
  readonly typeName: string;
  /** Response keys from the root, without places in lists. */
  readonly path: readonly string[];
}

/**
 * Visits every field that the text of one operation selects, fragments in their places, whatever @skip and @include say. Does not enter
 * introspection. For documents that have been validated: then it ends.
 */
export const visitSelectedFields = (
  { schema, document, operation }: SelectedFrom,
  visitField: (field: SelectedField) => void,
): void => {
  const root = schema.getRootType(operation.operation);
  if (root === undefined || root === null) return;
  const fragments = fragmentsOf(document);
  const enter = (set: SelectionSetNode, type: GraphQLCompositeType, path: readonly string[]): void => {
    for (const selection of set.selections) {
      if (selection.kind === Kind.FIELD) {
        const inner = [...path, (selection.alias ?? selection.name).value];
        visitField({ node: selection, typeName: type.name, path: inner });
        const child = childType(type, selection);
        if (selection.selectionSet !== undefined && child !== undefined) enter(selection.selectionSet, child, inner);
        continue;
      }
      const fragment = fragmentOf(selection, fragments);
      if (fragment === undefined) continue;
      enter(fragment.selectionSet, typeInside(schema, type, fragment), path);
    }
  };
  enter(operation.selectionSet, root, []);
};

/** An object in a fragment on one of its interfaces is what it was: else its fields would need no more than the interface's. */
const typeInside = (
  schema: GraphQLSchema,
  type: GraphQLCompositeType,
  { typeCondition }: InlineFragmentNode | FragmentDefinitionNode,
): GraphQLCompositeType => {
  const condition = typeCondition && schema.getType(typeCondition.name.value);
  return isObjectType(condition) || (isCompositeType(condition) && !isObjectType(type)) ? condition : type;
};

export interface SelectedFrom {
  readonly schema: GraphQLSchema;
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
}

/** Names of the mutations that an operation asks for; also of one that was not validated, whose fragments may go in circles. */
export const mutationsOf = ({ schema, document, operation }: SelectedFrom): ReadonlySet<string> => {
  const names = new Set<string>();
  const known = schema.getMutationType()?.getFields();
  if (operation.operation !== OperationTypeNode.MUTATION || known === undefined) return names;
  const fragments = fragmentsOf(document);
  const entered = new Set<SelectionSetNode>();
  const enter = (set: SelectionSetNode | undefined): void => {
    if (set === undefined || entered.has(set)) return;
    entered.add(set);
    for (const selection of set.selections) {
      if (selection.kind !== Kind.FIELD) enter(fragmentOf(selection, fragments)?.selectionSet);
      else if (Object.hasOwn(known, selection.name.value)) names.add(selection.name.value);
    }
  };
  enter(operation.selectionSet);
  return names;
};

export const isMetaField = ({ name }: FieldNode): boolean => name.value.startsWith('__');

type Fragments = ReadonlyMap<string, FragmentDefinitionNode>;

const fragmentOf = (selection: InlineFragmentNode | FragmentSpreadNode, fragments: Fragments) =>
  selection.kind === Kind.INLINE_FRAGMENT ? selection : fragments.get(selection.name.value);

export const fragmentsOf = ({ definitions }: DocumentNode): Fragments =>
  new Map(
    definitions.flatMap((definition) =>
      definition.kind === Kind.FRAGMENT_DEFINITION ? [[definition.name.value, definition]] : [],
    ),
  );

const childType = (type: GraphQLCompositeType, { name }: FieldNode): GraphQLCompositeType | undefined => {
  if (!isObjectType(type) && !isInterfaceType(type)) return undefined;
  const field = type.getFields()[name.value];
  const child = field === undefined ? undefined : getNamedType(field.type);
  return isCompositeType(child) ? child : undefined;
};

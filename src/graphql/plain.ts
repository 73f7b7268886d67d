/** The fields of a type-graphql class. Such classes only declare: what resolvers answer with are plain objects. */
export type Plain<Declared> = { readonly [Name in keyof Declared]: Declared[Name] };

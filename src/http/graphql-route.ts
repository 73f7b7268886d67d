import type { Context } from 'koa';
import { managementPath } from '../model/management-api.js';
import { graphqlRefusal } from './graphql-refusal.js';
import type { Route } from './route.js';

/** The management and statistics API, whoever answers it. */
export const graphqlRoute = (answer: (context: Context) => Promise<void>): Route => ({
  path: managementPath,
  signpost: {
    group: 'management',
    purpose: 'Applications, keys, users, grants and figures, by GraphQL.',
    needs: 'a bearer token',
  },
  methods: { POST: answer },
  refusal: graphqlRefusal,
});

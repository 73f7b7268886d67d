import type { Route } from './route.js';

/** `/metrics` in the text format of Prometheus; for the management listener only. */
export const metricsRoute = (metrics: { readonly contentType: string; page(): Promise<string> }): Route => ({
  path: '/metrics',
  signpost: undefined, // the page is of the other listener
  methods: {
    GET: async (context) => {
      const page = await metrics.page();
      context.set('Content-Type', metrics.contentType);
      context.body = page;
    },
  },
});

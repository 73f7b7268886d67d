import type { Context } from 'koa';
import type { Signpost } from '../oauth/endpoints/endpoint.js';
import type { Route } from './route.js';

/** `/livez`: the process answers. `/readyz`, also `/healthz`: it takes requests, and its store answers. */
export const healthRoutes = (isReady: () => Promise<boolean>): readonly Route[] => {
  const live = (context: Context): Promise<void> => {
    say(context, 200, 'ok');
    return Promise.resolve();
  };
  const ready = async (context: Context): Promise<void> => {
    const isReadyNow = await isReady();
    if (!isReadyNow) context.set('Retry-After', '1');
    say(context, isReadyNow ? 200 : 503, isReadyNow ? 'ok' : 'not ready');
  };
  return [
    { path: '/livez', signpost: signpost('Whether the process answers.'), methods: { GET: live } },
    {
      path: '/readyz',
      signpost: signpost('Whether it takes requests, and its store answers.'),
      methods: { GET: ready },
    },
    { path: '/healthz', signpost: signpost('The same as /readyz.'), methods: { GET: ready } },
  ];
};

const signpost = (purpose: string): Signpost => ({ group: 'health', purpose });

const say = (context: Context, status: number, text: string): void => {
  context.status = status;
  context.set('Cache-Control', 'no-store');
  context.body = { status: text };
};

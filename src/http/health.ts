import type { Context } from 'koa';
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
    { path: '/livez', methods: { GET: live } },
    { path: '/readyz', methods: { GET: ready } },
    { path: '/healthz', methods: { GET: ready } },
  ];
};

const say = (context: Context, status: number, text: string): void => {
  context.status = status;
  context.set('Cache-Control', 'no-store');
  context.body = { status: text };
};

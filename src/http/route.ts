import type { Context } from 'koa';

/** One path of the listener. A method that is not in the table is answered with 405 and `Allow`. */
export interface Route {
  readonly path: string;
  readonly methods: Readonly<Partial<Record<'GET' | 'POST', (context: Context) => Promise<void>>>>;
}

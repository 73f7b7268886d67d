import { setImmediate } from 'node:timers/promises';
import type { Application } from '../../model/application.js';
import { pageLengths, type Position } from '../../model/page.js';
import type { ApplicationFilter, ApplicationStore } from './applications.js';

/**
 * All applications that the filter lets through, oldest first, by long pages. Each page is a read of its own; between two of them other
 * requests have their turn, also where the store answers at once.
 */
export async function* pagesOfApplications(
  applications: Pick<ApplicationStore, 'page'>,
  filter: ApplicationFilter,
): AsyncGenerator<readonly Application[]> {
  let after: Position | undefined;
  for (;;) {
    const page = await applications.page(filter, { first: pageLengths.max, ...(after && { after }) });
    yield page.items;
    const last = page.items.at(-1);
    if (!page.hasNextPage || last === undefined) return;
    after = { at: last.createdAt, id: last.id };
    await setImmediate();
  }
}

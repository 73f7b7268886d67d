import type { EpochMillis } from '../model/clock.js';
import type { Position } from '../model/page.js';
import type { TokenFamily } from '../model/token-family.js';
import type { User } from '../model/user.js';
import type { TokenStore } from '../store/port/tokens.js';

/**
 * Marks the families of a user that a raised epoch has ended, for those who look at them; they are dead without it. Families that carry the
 * present epoch are left alone: he may be let in again by now.
 */
export const endFamilies = async (tokens: TokenStore, user: User, at: EpochMillis): Promise<void> => {
  const isOver = ({ epochs, revokedAt }: TokenFamily): boolean => revokedAt === undefined && epochs.user < user.epoch;
  let after: Position | undefined;
  do {
    const page = await tokens.pageFamilies(
      { userId: user.id },
      { first: 100, ...(after === undefined ? {} : { after }) },
    );
    await Promise.all(page.items.filter(isOver).map(({ id }) => tokens.revokeFamily(id, at)));
    const last = page.items.at(-1);
    after = page.hasNextPage && last !== undefined ? { at: last.issuedAt, id: last.id } : undefined;
  } while (after !== undefined);
};

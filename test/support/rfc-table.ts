import { describe, test } from '@jest/globals';

/** How a rule binds: by a word of RFC 2119 (MUST NOT is a MUST), or because this product has taken it upon itself. */
type Level = 'MUST' | 'SHOULD' | 'MAY' | 'ours';

export interface RfcRule {
  /** `§5.2`, or `App. B`. */
  readonly section: string;
  readonly level: Level;
  /** Number in the list of rules that the endpoints are built to; absent: the rule is from the RFC alone. */
  readonly rule?: number;
  /** What the server does, as a sentence. */
  readonly behaviour: string;
}

/** A rule that shows itself. */
export interface ShownRule extends RfcRule {
  readonly shows: () => Promise<void>;
}

type Source = Omit<RfcRule, 'behaviour'>;

export const must = (section: string, rule?: number): Source => source('MUST', section, rule);
export const should = (section: string, rule?: number): Source => source('SHOULD', section, rule);
export const may = (section: string, rule?: number): Source => source('MAY', section, rule);
export const ours = (section: string, rule?: number): Source => source('ours', section, rule);

const source = (level: Level, section: string, rule: number | undefined): Source => ({
  level,
  section,
  ...(rule === undefined ? {} : { rule }),
});

/**
 * One test for each row of a table. The title carries what docs/rfc-matrix.md says of the rule, in the one form that
 * scripts/rfc-matrix.mjs reads: `[RFC 6749 §5.2 MUST rule 25] behaviour`.
 */
export const rfcTable = <Row extends RfcRule>(
  rfc: number,
  rows: readonly Row[],
  check: (row: Row) => Promise<void>,
): void => {
  describe(`RFC ${rfc}`, () => {
    test.each(rows.map((row) => ({ title: titleOf(rfc, row), row })))('$title', ({ row }) => check(row));
  });
};

/** A table whose rows show themselves. */
export const rfcRows = (rfc: number, rows: readonly ShownRule[]): void => rfcTable(rfc, rows, ({ shows }) => shows());

const titleOf = (rfc: number, { section, level, rule, behaviour }: RfcRule): string =>
  `[RFC ${rfc} ${section} ${level}${rule === undefined ? '' : ` rule ${rule}`}] ${behaviour}`;

/** Something that stops the start: a sentence, and the line to add if there is one. Never holds the value of a setting. */
export interface Problem {
  readonly sentence: string;
  readonly line?: string;
}

/** The start must stop; exit status 78 (EX_CONFIG). */
export class StartRefused extends Error {
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[], cause?: unknown) {
    super(problems.map(({ sentence }) => sentence).join(' '), { cause });
    this.name = 'StartRefused';
    this.problems = problems;
  }
}

export const refuseStart = (
  sentence: string,
  more: { readonly line?: string; readonly cause?: unknown } = {},
): StartRefused =>
  new StartRefused([{ sentence, ...(more.line === undefined ? {} : { line: more.line }) }], more.cause);

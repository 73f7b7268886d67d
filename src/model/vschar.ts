interface LengthRange {
  readonly min: number;
  readonly max: number;
}

/** Ids and client ids, ours and those that were brought along. */
export const idLength: LengthRange = { min: 1, max: 255 };
export const clientSecretLength: LengthRange = { min: 20, max: 255 };

/** Whether a text is printable ASCII, the space included: VSCHAR (RFC 6749 App. A). */
export const isVschar = (text: string, { min, max }: LengthRange): boolean =>
  text.length >= min && text.length <= max && /^[\x20-\x7E]*$/.test(text);

/** What we use of the package; its own declarations describe an ES module, which it is not for Node. */
declare module 'bidi-js' {
  /** Bidi_Class of a character (UAX #9). */
  export type BidiClass = 'L' | 'R' | 'AL' | 'EN' | 'ES' | 'ET' | 'AN' | 'CS' | 'NSM' | 'BN' | 'ON' | 'B' | 'S' | 'WS';
  export default function bidiFactory(): { readonly getBidiCharTypeName: (character: string) => BidiClass };
}

/**
 * Counts as bytes: seven bits a byte, the lowest first, the highest bit set while more follow (LEB128). Zeros at the end are left out.
 * Most counts are small, so that hundreds of them fit into one database page.
 */
export const packed = (counts: Uint32Array): Uint8Array => {
  const bytes: number[] = [];
  const used = counts.findLastIndex((count) => count !== 0) + 1;
  for (let rest of counts.subarray(0, used)) {
    for (; rest > 0x7f; rest >>>= 7) bytes.push((rest & 0x7f) | 0x80);
    bytes.push(rest);
  }
  return Uint8Array.from(bytes);
};

export const unpacked = (bytes: Uint8Array, length: number): Uint32Array => {
  const counts = new Uint32Array(length);
  let [place, shift, count] = [0, 0, 0];
  for (let index = 0; index < bytes.length; index += 1) {
    const byte = bytes[index] ?? 0;
    count |= (byte & 0x7f) << shift;
    shift += 7;
    if (byte > 0x7f) continue;
    counts[place] = count;
    place += 1;
    shift = 0;
    count = 0;
  }
  return counts;
};

/** What lies before a place. */
export type SumBefore = (place: number) => number;

const nothingBefore: SumBefore = () => 0;

/** Sums of packed counts, to be asked for in ascending order: goes once through the bytes, and unpacks nothing that would have to be thrown away. */
export const sumsOf = (bytes: Uint8Array): SumBefore => {
  if (bytes.length === 0) return nothingBefore;
  let [index, read, sum] = [0, 0, 0];
  return (place) => {
    for (; read < place && index < bytes.length; read += 1) {
      let [byte, shift] = [bytes[index] ?? 0, 0];
      for (; byte > 0x7f; shift += 7) {
        sum += ((byte & 0x7f) << shift) >>> 0;
        index += 1;
        byte = bytes[index] ?? 0;
      }
      sum += (byte << shift) >>> 0;
      index += 1;
    }
    return sum;
  };
};

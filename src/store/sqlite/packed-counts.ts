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

/**
 * CRC-32 of two neighbouring pieces from the CRCs of each, so that a gzip trailer costs nothing per byte
 * (arithmetic in GF(2)[x] modulo the polynomial of RFC 1952 §8, bits reversed).
 */
const POLY = 0xedb88320

function multiply(a: number, b: number): number {
  let product = 0
  for (let bit = 0x80000000; bit !== 0; bit >>>= 1) {
    if ((a & bit) !== 0) product ^= b
    b = (b & 1) !== 0 ? (b >>> 1) ^ POLY : b >>> 1
  }
  return product >>> 0
}

// x^(2^k) for k = 0…31; x itself is bit 30 in this order.
const SQUARES: number[] = [0x40000000]
for (let k = 1; k < 32; k++) SQUARES.push(multiply(SQUARES[k - 1]!, SQUARES[k - 1]!))

/** x^(8·bytes) modulo the polynomial: what appending that many bytes does to a CRC. */
function shiftFor(bytes: number): number {
  let power = 0x80000000
  let k = 3
  for (let n = bytes; n > 0; n = Math.floor(n / 2)) {
    if (n % 2 === 1) power = multiply(SQUARES[k & 31]!, power)
    k++
  }
  return power
}

/** crc32(A ++ B) from crc32(A), crc32(B) and B's length in bytes. */
export function crc32Combine(crcA: number, crcB: number, lengthB: number): number {
  return (multiply(shiftFor(lengthB), crcA) ^ crcB) >>> 0
}

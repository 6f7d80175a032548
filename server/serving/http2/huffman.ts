import { ConnectionError, errorCode } from './constants.ts'

// RFC 7541 Appendix B. The code is canonical (codes of one length ascend with the symbol), so lengths say it all:
// one letter a symbol from 0 to 255, A for 5 bits, B for 6, and so on; EOS (256) has 30.
const lengths =
  'ISXXXXXXXTZXXZXXXXXXXXZXXXXXXXXXBFFHIBDGFFDGDBBBAAABBBBBBBCDKBHFIBCCCCCCCCCCCCCCCCCCCCCCDCDIOIJB' +
  'KABABABBBACCBBBABCBAABCCCCCKGJIXPRPPRRRSRSSSSSTSTTRSTSSSSQRSRSSTRQPRRSSQSRRTQRSSQQRQSRSSPRRRSRRS' +
  'VVPORSRUVVVWWVTUOQVWWVWTQQVVXWWWPTPQRQQSRRUUTTVSVWVVWWWWWXWWWWWV'
const eos = 256
const eosLength = 30

const lengthOf = (symbol: number): number => (symbol === eos ? eosLength : lengths.charCodeAt(symbol) - 60)

/** Codes by symbol, right-aligned. */
function codes(): Uint32Array {
  const table = new Uint32Array(257)
  const order = Array.from({ length: 257 }, (_, i) => i).sort((a, b) => lengthOf(a) - lengthOf(b) || a - b)
  let code = 0
  let length = 0
  for (const symbol of order) {
    code <<= lengthOf(symbol) - length
    length = lengthOf(symbol)
    table[symbol] = code++
  }
  return table
}

const emits = 0x100
const fails = 0x200
const accepts = 0x400

interface Decoder {
  /** By state * 16 + nibble: next state << 16 | accepts | fails | emits | symbol. */
  readonly steps: Int32Array
}
let decoder: Decoder | undefined

/** A state machine over half bytes: no code is shorter than five bits, so a step emits at most one symbol. */
function buildDecoder(): Decoder {
  const left: number[] = [-1]
  const right: number[] = [-1]
  const leaf: number[] = [-1]
  const padding: boolean[] = [true]
  const table = codes()
  for (let symbol = 0; symbol <= eos; symbol++) {
    let node = 0
    for (let bit = lengthOf(symbol) - 1, depth = 1; bit >= 0; bit--, depth++) {
      const one = (table[symbol]! >>> bit) & 1
      const side = one === 1 ? right : left
      if (side[node] === -1) {
        side[node] = left.length
        left.push(-1)
        right.push(-1)
        leaf.push(-1)
        // Padding is the start of EOS, all ones, shorter than a byte (RFC 7541 §5.2).
        padding.push(padding[node]! && one === 1 && depth <= 7)
      }
      node = side[node]!
    }
    leaf[node] = symbol
  }
  const steps = new Int32Array(left.length * 16)
  for (let state = 0; state < left.length; state++) {
    if (leaf[state] !== -1) continue
    for (let nibble = 0; nibble < 16; nibble++) {
      let node = state
      let out = 0
      for (let bit = 3; bit >= 0; bit--) {
        node = (nibble >>> bit) & 1 ? right[node]! : left[node]!
        if (leaf[node] === eos) out |= fails
        else if (leaf[node] !== -1) out |= emits | leaf[node]!
        if (leaf[node] !== -1) node = 0
      }
      steps[state * 16 + nibble] = (node << 16) | out | (padding[node] ? accepts : 0)
    }
  }
  return { steps }
}

let scratch = Buffer.allocUnsafeSlow(4096)

/** Decodes `bytes[start, end)`; throws ConnectionError (COMPRESSION_ERROR) on EOS or bad padding. */
export function huffmanDecode(bytes: Uint8Array, start: number, end: number): string {
  const { steps } = (decoder ??= buildDecoder())
  // The shortest code has five bits, so n bytes give at most 8n/5 symbols.
  if (scratch.length < (end - start) * 2) scratch = Buffer.allocUnsafeSlow((end - start) * 2)
  let size = 0
  let step = accepts
  let state = 0
  for (let i = start; i < end; i++) {
    const byte = bytes[i]!
    step = steps[state * 16 + (byte >>> 4)]!
    if ((step & emits) !== 0) scratch[size++] = step & 0xff
    if ((step & fails) !== 0) throw new ConnectionError(errorCode.compressionError, 'EOS in a Huffman string')
    step = steps[(step >>> 16) * 16 + (byte & 15)]!
    if ((step & emits) !== 0) scratch[size++] = step & 0xff
    if ((step & fails) !== 0) throw new ConnectionError(errorCode.compressionError, 'EOS in a Huffman string')
    state = step >>> 16
  }
  if ((step & accepts) === 0) throw new ConnectionError(errorCode.compressionError, 'bad padding of a Huffman string')
  return scratch.toString('latin1', 0, size)
}

/** The other way round; the server sends plain literals, tests and tools use this. */
export function huffmanEncode(text: string): Buffer {
  const table = codes()
  const out: number[] = []
  let bits = 0n
  let count = 0n
  for (const byte of Buffer.from(text, 'latin1')) {
    bits = (bits << BigInt(lengthOf(byte))) | BigInt(table[byte]!)
    count += BigInt(lengthOf(byte))
    while (count >= 8n) {
      count -= 8n
      out.push(Number((bits >> count) & 0xffn))
    }
    bits &= (1n << count) - 1n
  }
  if (count > 0n) out.push(Number(((bits << (8n - count)) | ((1n << (8n - count)) - 1n)) & 0xffn))
  return Buffer.from(out)
}

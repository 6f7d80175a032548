import type { Entry } from './entry.ts'

/** A form in which neighbours stand in a list as one run of bytes. Forms of a resource with equal keys give equal bytes. */
export interface ItemForm {
  readonly key: string
  /** What stands between two items; may be empty. */
  readonly between: Buffer
  /** Entries have their bytes already: joining more of them than are wanted takes no more than copying. */
  readonly isMade: boolean
  /**
   * The bytes of an entry without its head, made once.
   * @param brief the entry will soon `hold` those of a list
   */
  of(entry: Entry, brief?: boolean): Buffer
  /** Has an entry hold these bytes, which are equal to its own. */
  hold(entry: Entry, bytes: Buffer): void
  /** Size of what stands before an item of `length` bytes. */
  headSize(length: number): number
  writeHead(target: Buffer, at: number, length: number): void
}

const OPEN_BRACE = 0x7b

/** The stored JSON as it is. */
export const JSON_ITEMS: ItemForm = {
  key: 'json',
  between: Buffer.from(','),
  isMade: true,
  of: (e) => e.body,
  hold: (e, bytes) => void (e.body = bytes),
  headSize: () => 1,
  writeHead: (target, at) => void (target[at] = OPEN_BRACE),
}

const ITEMS_FIELD = 0x12

/** Field 2 of a list's message, once for each item (k8s.io/api, `items` of every list). */
export function protobufItems(key: string, make: (entry: Entry) => Buffer): ItemForm {
  return {
    key,
    between: Buffer.alloc(0),
    isMade: false,
    of: (e, brief) => e.encoding(key, make, brief),
    hold: (e, bytes) => e.setEncoding(key, bytes),
    headSize: (length) => 1 + varintSize(length),
    writeHead(target, at, length) {
      target[at] = ITEMS_FIELD
      let [pos, rest] = [at + 1, length]
      for (; rest > 0x7f; rest >>>= 7) target[pos++] = (rest & 0x7f) | 0x80
      target[pos] = rest
    },
  }
}

/** Items that follow one another as they are (CBOR, whose lists say before how many come). */
export const plainItems = (key: string, make: (entry: Entry) => Buffer): ItemForm => ({
  key,
  between: Buffer.alloc(0),
  isMade: false,
  of: (e, brief) => e.encoding(key, make, brief),
  hold: (e, bytes) => e.setEncoding(key, bytes),
  headSize: () => 0,
  writeHead: () => undefined,
})

function varintSize(n: number): number {
  let size = 1
  for (let rest = n; rest > 0x7f; rest >>>= 7) size++
  return size
}

/** @param keep whether the entries are to hold these bytes from now on, instead of their own */
export function joinAs(form: ItemForm, entries: readonly Entry[], keep = false): Buffer {
  const { between } = form
  const items = entries.map((e) => form.of(e, keep))
  let total = between.length * (items.length - 1)
  for (const { length } of items) total += form.headSize(length) + length
  const all = Buffer.allocUnsafeSlow(total)
  let at = 0
  for (const [i, bytes] of items.entries()) {
    if (i > 0) at += between.copy(all, at)
    form.writeHead(all, at, bytes.length)
    at += form.headSize(bytes.length)
    const end = at + bytes.copy(all, at)
    if (keep) form.hold(entries[i]!, all.subarray(at, end))
    at = end
  }
  return all
}

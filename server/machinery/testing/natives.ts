/** What built-in functions look at, which V8's coverage does not see. */

type Fn = (this: unknown, ...args: unknown[]) => unknown
/** Elements looked at by one call. */
type Cost = (self: { length: number }, args: readonly unknown[], result: unknown) => number

const whole: Cost = (self) => self.length
const made: Cost = (_, __, result) => lengthOf(result)
const given: Cost = (_, [first]) => lengthOf(first)
/** Searches stop where they find something. */
const searched: Cost = (self, [, from], result) => {
  const start = typeof from === 'number' && from > 0 ? Math.min(from, self.length) : 0
  return typeof result === 'number' && result >= 0 ? Math.max(result - start, 0) + 1 : self.length - start
}

const lengthOf = (value: unknown): number =>
  typeof value === 'string' || Array.isArray(value) || value instanceof Uint8Array ? value.length : 0

const table: readonly (readonly [owner: object, cost: Cost, ...names: string[]])[] = [
  [String.prototype, searched, 'indexOf'],
  [String.prototype, whole, 'includes', 'lastIndexOf', 'split', 'replace', 'replaceAll', 'toLowerCase', 'toUpperCase'],
  [String.prototype, whole, 'trim', 'trimStart', 'trimEnd', 'isWellFormed', 'toWellFormed', 'normalize', 'match', 'matchAll', 'search'],
  [String.prototype, given, 'startsWith', 'endsWith'],
  [String.prototype, made, 'repeat', 'padStart', 'padEnd'],
  [Array.prototype, searched, 'indexOf'],
  [Array.prototype, whole, 'includes', 'lastIndexOf', 'join', 'reverse', 'sort', 'unshift', 'fill', 'flat', 'copyWithin'],
  [Array.prototype, (self, [at]) => Math.max(self.length - Number(at), 1), 'splice'],
  [Array.prototype, made, 'slice', 'concat'],
  [Object, made, 'keys', 'values', 'entries', 'getOwnPropertyNames'],
  [JSON, given, 'parse'],
  [JSON, made, 'stringify'],
  [Buffer, made, 'concat', 'from'],
  [Buffer.prototype, made, 'toString'],
  [Buffer.prototype, searched, 'indexOf'],
  [Buffer.prototype, whole, 'includes', 'equals', 'copy', 'fill'],
  [Object.getPrototypeOf(Uint8Array.prototype) as object, given, 'set'],
  [Object.getPrototypeOf(Uint8Array.prototype) as object, made, 'slice'],
  [TextDecoder.prototype, made, 'decode'],
  [TextEncoder.prototype, made, 'encode'],
  // `test`, `replace`, `split` and the others ask it in turn.
  [RegExp.prototype, () => 0, 'exec'],
]

/** Replaces the functions of the table until `stop`. */
export function countNatives(): { readonly count: number; stop(): void } {
  let count = 0
  const undo: (() => void)[] = []
  const replace = (owner: object, name: string | symbol, make: (original: Fn) => Fn): void => {
    const was = Object.getOwnPropertyDescriptor(owner, name)!
    Object.defineProperty(owner, name, { ...was, value: make(was.value as Fn) })
    undo.push(() => Object.defineProperty(owner, name, was))
  }
  for (const [owner, cost, ...names] of table) {
    for (const name of names) {
      replace(
        owner,
        name,
        (original) =>
          function (...args) {
            const length = (this as { length?: unknown }).length
            const size = { length: typeof length === 'number' ? length : 0 }
            const result = Reflect.apply(original, this, args)
            count += cost(size, args, result)
            return result
          },
      )
    }
  }
  replace(
    RegExp.prototype,
    'exec',
    (original) =>
      function (text) {
        const pattern = this as RegExp
        const start = pattern.global || pattern.sticky ? pattern.lastIndex : 0
        const result = Reflect.apply(original, this, [text]) as RegExpExecArray | null
        if (result !== null) count += result.index - start + result[0].length
        else if (!pattern.sticky && !pattern.source.startsWith('^')) count += String(text).length - start
        return result
      },
  )
  // Spread and destructuring.
  for (const owner of [Array.prototype, String.prototype]) {
    replace(
      owner,
      Symbol.iterator,
      (original) =>
        function () {
          const inner = Reflect.apply(original, this, []) as IterableIterator<unknown>
          const outer: IterableIterator<unknown> = {
            next: () => {
              count++
              return inner.next()
            },
            [Symbol.iterator]: () => outer,
          }
          return outer
        },
    )
  }
  return {
    get count() {
      return count
    },
    stop() {
      while (undo.length > 0) undo.pop()!()
    },
  }
}

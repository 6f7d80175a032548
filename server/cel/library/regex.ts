import { member, type FunctionDecl } from '../declarations.ts'
import { searchPattern } from '../patterns.ts'
import { INT, listOf, STRING } from '../types.ts'
import { CelError, ListValue, type CelValue } from '../values.ts'

/** What a pattern finds in a text (apiserver `pkg/cel/library/regex.go`). */
function* found(text: string, pattern: Exclude<ReturnType<typeof searchPattern>, CelError>): Generator<string> {
  const matcher = pattern.matcher(text)
  while (matcher.find()) yield matcher.group() ?? ''
}

function find(text: string, source: string): CelValue {
  const pattern = searchPattern(source)
  if (pattern instanceof CelError) return new CelError(`Illegal regex: ${pattern.message}`)
  for (const first of found(text, pattern)) return first
  return ''
}

/** `limit` negative: all. */
function findAll(text: string, source: string, limit: bigint): CelValue {
  const pattern = searchPattern(source)
  if (pattern instanceof CelError) return new CelError(`Illegal regex: ${pattern.message}`)
  const all: string[] = []
  if (limit === 0n) return new ListValue(all)
  // As Go's: an empty match right behind another is none.
  for (const match of found(text, pattern)) {
    all.push(match)
    if (limit > 0n && BigInt(all.length) >= limit) break
  }
  return new ListValue(all)
}

export const regex: readonly FunctionDecl[] = [
  { name: 'find', overloads: [member('string_find_string', [STRING, STRING], STRING, (s, p) => find(s as string, p as string))] },
  {
    name: 'findAll',
    overloads: [
      member('string_find_all_string', [STRING, STRING], listOf(STRING), (s, p) => findAll(s as string, p as string, -1n)),
      member('string_find_all_string_int', [STRING, STRING, INT], listOf(STRING), (s, p, n) =>
        findAll(s as string, p as string, n as bigint),
      ),
    ],
  },
]

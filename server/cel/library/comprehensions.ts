import { fn, type FunctionDecl } from '../declarations.ts'
import { mapOf, param } from '../types.ts'
import { CelError, printed, type CelMap, type CelValue, type MapValue } from '../values.ts'

/** What `transformMap` and `transformMapEntry` add entries with (cel-go `ext/comprehensions.go`). */
const [K, V] = [param('K'), param('V')]
const MAP = mapOf(K, V)

/** The map that a fold makes is its own and is changed; any other is copied first. */
function insert(map: CelValue, entries: Iterable<readonly [CelValue, CelValue]>): CelValue {
  const target = map as MapValue
  for (const [key, value] of entries) {
    if (target.find(key) !== undefined) return new CelError(`insert failed: key ${printed(key)} already exists`)
    target.insert(key, value)
  }
  return target
}

export const comprehensions: readonly FunctionDecl[] = [
  {
    name: 'cel.@mapInsert',
    overloads: [
      fn('@mapInsert_map_key_value', [MAP, K, V], MAP, (map, key, value) => insert(map!, [[key!, value!]])),
      fn('@mapInsert_map_map', [MAP, MAP], MAP, (map, more) => {
        const from = more as CelMap
        return insert(
          map!,
          [...from.keys()].map((key) => [key, from.get(key)] as const),
        ) // prettier-ignore
      }),
    ],
  },
]

import { expect, test } from 'vitest'
import { explain } from './explain.ts'
import { typeOrThrow } from './facts.ts'

const type = typeOrThrow('io.k8s.api.core.v1.ConfigMap')

/** An object of so many unknown fields that counts the looks at them. */
function strange(fields: number): { object: object; looks: () => number } {
  let looks = 0
  const target = Object.fromEntries(Array.from({ length: fields }, (_, i) => [`x${i}`, i]))
  const object = new Proxy(target, {
    get(of, name) {
      looks++
      return of[name as string]
    },
  })
  return { object, looks: () => looks }
}

test('of an object that is only strange as much is read as is told of', () => {
  const { object, looks } = strange(5000)
  expect(explain(type, object, true).strict).toHaveLength(100)
  expect(looks()).toBe(101)
})

test('of one with a wrong type somewhere everything, since that comes first', () => {
  const { object } = strange(5000)
  const found = explain(type, { ...object, data: 1 })
  expect(found.typeError).toBe('json: cannot unmarshal number into Go struct field ConfigMap.data of type map[string]string')
  expect(found.strict).toHaveLength(100)
})

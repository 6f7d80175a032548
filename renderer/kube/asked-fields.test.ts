import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { askedFields, withFields } from './asked-fields.ts'
import type { KindView } from './columns.ts'
import { matchesAll, parseFilter } from './filter.ts'
import type { KubeObject } from './types.ts'

const whole: KindView = { trim: (object) => object, columns: [], status: () => undefined }
const slim: KindView = { ...whole, trim: ({ metadata }) => ({ metadata }), keeps: ['spec.nodeName'] }

const holds = (filter: string, object: KubeObject): boolean =>
  matchesAll(parseFilter(filter), { name: object.metadata.name, namespace: '', text: '', status: '', labels: undefined, object })

/** What a list has of this object when it is filtered. */
const listed = (filter: string, kind: KindView, object: KubeObject): KubeObject =>
  withFields(kind, askedFields(filter, kind), false).trim(object)

describe('fields that a filter asks for', () => {
  test.each([
    ['field=spec.nodeName=a', []],
    ['field=spec.restartPolicy=Never', ['spec.restartPolicy']],
    ['-field=spec.nodeNames=a', ['spec.nodeNames']],
    ['field=metadata.labels.app=web', []],
    ['field=metadata.managedFields.manager=kubectl', ['metadata.managedFields.manager']],
    ['field=b!= field=a=1 field=a=2 text', ['a', 'b']],
    ['field=a', []],
  ])('%s: what the list does not keep', (filter, wanted) => {
    expect(askedFields(filter, slim)).toEqual(wanted)
  })

  test('of a Table nothing but metadata and cells is kept; of a kind that is kept whole, all', () => {
    expect(askedFields('field=spec.a=1 field=cells=2', undefined)).toEqual(['spec.a'])
    expect(askedFields('field=spec.a=1', { ...whole, table: true })).toEqual(['spec.a'])
    expect(askedFields('field=spec.a=1 field=status.images.names=b', { ...whole, drops: ['status.images'] })).toEqual([
      'status.images.names',
    ])
  })

  test('what is kept besides leads to the same rows as the whole object', () => {
    const leaf = fc.constantFrom<unknown>('a', '', 1, true, null)
    const tree = fc.letrec<{ node: unknown }>((tie) => ({
      node: fc.oneof(
        { depthSize: 'small', withCrossShrink: true },
        leaf,
        fc.array(tie('node'), { maxLength: 3 }),
        fc.dictionary(fc.constantFrom('x', 'y', 'x.y'), tie('node'), { maxKeys: 3 }),
      ),
    })).node
    const path = fc.array(fc.constantFrom('x', 'y'), { minLength: 1, maxLength: 4 })
    fc.assert(
      fc.property(tree, path, fc.constantFrom('a', '', '1', 'true'), fc.constantFrom('=', '!='), (spec, steps, value, op) => {
        const object = { metadata: { name: 'o' }, spec } as KubeObject
        const filter = `field=spec.${steps.join('.')}${op}${value}`
        expect(holds(filter, listed(filter, slim, object))).toBe(holds(filter, object))
      }),
      { seed: 11, numRuns: 2_000 },
    )
  })
})

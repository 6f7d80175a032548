import { expect, test } from 'vitest'
import { pods } from '../../queries/discovery.ts'
import { questionsOf } from './allowed.ts'

const at = (...places: string[]) => ({
  context: 'c',
  resource: pods,
  objects: places.map((place) => {
    const [namespace = '', name = ''] = place.split('/')
    return { key: place, namespace, name }
  }),
})

test('about one object its name is asked, but not of what is yet to be made', () => {
  const needs = [
    { verb: 'patch' },
    { verb: 'create' },
    { verb: 'create', subresource: 'eviction' },
    { verb: 'create', resource: 'jobs.batch' },
  ]
  expect(questionsOf({ needs }, at('shop/web'))).toEqual([
    [
      { verb: 'patch', group: '', resource: 'pods', name: 'web', namespace: 'shop' },
      { verb: 'create', group: '', resource: 'pods', name: '', namespace: 'shop' },
      { verb: 'create', group: '', resource: 'pods/eviction', name: 'web', namespace: 'shop' },
      { verb: 'create', group: 'batch', resource: 'jobs', name: '', namespace: 'shop' },
    ],
  ])
})

test('about many, once for each of a few namespaces; in many, nothing is asked', () => {
  const names = (count: number): string[] => Array.from({ length: count }, (_, i) => `ns-${i % Math.max(1, count)}/a`)
  expect(questionsOf({ needs: [{ verb: 'delete' }] }, at('a/1', 'b/2', 'a/3'))).toEqual([
    [{ verb: 'delete', group: '', resource: 'pods', name: '', namespace: 'a' }],
    [{ verb: 'delete', group: '', resource: 'pods', name: '', namespace: 'b' }],
  ])
  expect(questionsOf({ needs: [{ verb: 'delete' }] }, at(...names(8)))).toHaveLength(8)
  expect(questionsOf({ needs: [{ verb: 'delete' }] }, at(...names(9)))).toEqual([])
})

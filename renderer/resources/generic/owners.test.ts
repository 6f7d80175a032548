import { expect, test } from 'vitest'
import { ApiError } from '../../kube/api-error.ts'
import type { KubeObject, OwnerReference } from '../../kube/types.ts'
import { ownersFrom } from './owners.ts'

const owner = (name: string, uid = name): OwnerReference => ({ apiVersion: 'v1', kind: 'Thing', name, uid })
const object = (name: string, above?: OwnerReference, uid = name): KubeObject => ({
  metadata: { name, uid, ...(above && { ownerReferences: [owner('other'), { ...above, controller: true }] }) },
})

/** Chains from an object `pod`, owned by `a`. */
async function chainOf(...there: KubeObject[]): Promise<[string[], string | undefined]> {
  const { chain, end } = await ownersFrom(owner('a'), 'pod', async ({ name }) => {
    const found = there.find(({ metadata }) => metadata.name === name)
    if (!found) throw new ApiError({ code: 404, reason: 'NotFound', message: name })
    return found
  })
  return [chain.map(({ name }) => name), end]
}

test('owners are followed to the last one', async () => {
  expect(await chainOf(object('a', owner('b')), object('b', owner('c')), object('c'))).toEqual([['a', 'b', 'c'], undefined])
})

test('each of those that own one another is named once', async () => {
  expect(await chainOf(object('a', owner('b')), object('b', owner('a')))).toEqual([['a', 'b'], 'circle'])
  expect(await chainOf(object('a', owner('pod')))).toEqual([['a'], 'circle'])
  expect(await ownersFrom(owner('pod'), 'pod', async () => undefined)).toEqual({ chain: [owner('pod')], end: 'circle' })
})

test('an owner that is not there, or whose name is another one’s by now, is said to be gone', async () => {
  expect(await chainOf()).toEqual([['a'], 'gone'])
  expect(await chainOf(object('a', undefined, 'another'))).toEqual([['a'], 'gone'])
  expect(await chainOf(object('a', owner('b')))).toEqual([['a', 'b'], 'gone'])
})

test('one that may not be read ends the chain', async () => {
  const refused = async (): Promise<KubeObject> => Promise.reject(new ApiError({ code: 403, reason: 'Forbidden', message: 'no' }))
  expect(await ownersFrom(owner('a'), 'pod', refused)).toEqual({ chain: [owner('a')] })
  expect(await ownersFrom(owner('a'), 'pod', async () => undefined)).toEqual({ chain: [owner('a')] })
})

import { describe, expect, test } from 'vitest'
import type { KubeObject } from '../../machinery/types.ts'
import { RequestTooLargeError, type Storage } from '../../storage/contract.ts'
import { configMap, openStores } from './testing/stores.ts'
import { mainRules } from './update-rules.ts'
import { createIn, updateIn } from './write.ts'

const MOST = 4000

/** A storage that takes no values of more than so many bytes, as etcd does. */
const limited = (inner: Storage): Storage =>
  new Proxy(inner, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name)
      if (typeof member !== 'function') return member
      return (...args: unknown[]): unknown => {
        const isWrite = name === 'create' || name === 'update'
        if (isWrite && (args[1] as Buffer).length > MOST)
          return Promise.reject(new RequestTooLargeError('etcdserver: request is too large'))
        return Reflect.apply(member, target, args)
      }
    },
  })

/** Data whose owners are as large as it is itself. */
const data = (keys: number): Record<string, string> =>
  Object.fromEntries(Array.from({ length: keys }, (_, i) => [`a-key-that-is-long-so-that-its-owners-are-large-${i}`, 'v']))
const owners = ({ metadata }: KubeObject): number => metadata.managedFields?.length ?? 0

describe('an object that is too large for the store only with its owners', () => {
  test('is created and updated without them; an apply is refused, and so is what is too large by itself', async () => {
    await using s = await openStores([], { wrap: limited })
    const maps = s.registry.store('configmaps')
    const context = { ...s.context, fieldManager: { manager: 'm', apiVersion: 'v1' } }
    const create = (name: string, keys: number, applied = false): Promise<KubeObject> =>
      createIn(maps, { object: configMap(name, { metadata: { name }, data: data(keys) }), namespace: 'ns', context, applied }).then((e) =>
        e.object(),
      )
    const update = (name: string, keys: number, applied = false): Promise<KubeObject> =>
      updateIn(maps, {
        ...{ namespace: 'ns', name, context, rules: mainRules(maps), applied },
        change: (current) => ({ ...structuredClone(current!), data: data(keys) }),
      }).then((r) => r.entry.object())
    const message = 'etcdserver: request is too large'

    expect(owners(await create('small', 20))).toBe(1)
    const large = await create('large', 50)
    expect([owners(large), Object.keys(large.data as object).length]).toEqual([0, 50])
    const grown = await update('small', 50)
    expect([owners(grown), Object.keys(grown.data as object).length]).toEqual([0, 50])
    // What has no owners gets none before somebody applies it.
    expect(owners(await update('small', 10))).toBe(0)
    await expect(update('large', 100, true)).rejects.toMatchObject({ code: 500, message })
    await expect(create('too-large', 100)).rejects.toMatchObject({ code: 500, reason: '', message })
  })
})

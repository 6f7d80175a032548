import { expect, test } from 'vitest'
import type { ChangeAction } from '../tools/actions/action.ts'
import { requestActions } from './certificates/actions.ts'
import { claimActions } from './volumes/actions.ts'

const now = new Date('2026-11-29T03:00:00.123Z')
const [approve, deny] = requestActions as unknown as ChangeAction[]
const [expand] = claimActions as unknown as ChangeAction<string>[]

test('an approval keeps what was said before, and is given once', () => {
  const request = { metadata: { name: 'a', resourceVersion: '7' }, status: { conditions: [{ type: 'Failed', status: 'True' }] } }
  expect(approve?.plan(request, undefined, { path: '/csr/a', now })).toMatchObject({
    change: {
      method: 'PUT',
      path: '/csr/a/approval',
      body: {
        metadata: { resourceVersion: '7' },
        status: { conditions: [{ type: 'Failed' }, { type: 'Approved', status: 'True', lastUpdateTime: '2026-11-29T03:00:00Z' }] },
      },
    },
  })
  const denied = { metadata: { name: 'a' }, status: { conditions: [{ type: 'Denied', status: 'True' }] } }
  expect(approve?.plan(denied, undefined, { path: '/csr/a', now })).toEqual({ skip: 'already' })
  expect(approve?.applies?.(denied)).toBe(false)
  expect(deny?.plan({ metadata: { name: 'a' } }, undefined, { path: '/csr/a', now })).toMatchObject({
    change: { body: { status: { conditions: [{ type: 'Denied', reason: 'BinnacleDeny' }] } } },
  })
})

test('a claim is asked to be another size, in a quantity', () => {
  const claim = { metadata: { name: 'a' }, spec: { resources: { requests: { storage: '1Gi' } } }, status: { phase: 'Bound' } }
  const plan = (value: string) => expand?.plan(claim, value, { path: '/pvc/a', now })
  expect(plan(' 2Gi ')).toMatchObject({ change: { type: 'merge', body: { spec: { resources: { requests: { storage: '2Gi' } } } } } })
  expect(plan('1Gi')).toBeUndefined()
  expect(plan('two')).toBeUndefined()
  expect(expand?.initial?.([claim], now)).toBe('1Gi')
  expect(expand?.applies?.({ ...claim, status: { phase: 'Pending' } } as never)).toBe(false)
})

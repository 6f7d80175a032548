import { expect, test } from 'vitest'
import type { FeedState } from '../../kube/reflector.ts'
import { unlistedOf } from './unlisted.ts'

const state = (code: number | undefined, synced = false): FeedState => ({
  phase: code === undefined ? 'connecting' : 'retrying',
  synced,
  ...(code !== undefined && { error: { code, reason: '', message: `it is ${code}`, request: '', body: '', causes: [] } }),
})

test('what has nothing to show and a reason is missing; what is on its way, was there, or is not served is not', () => {
  const feeds = { Pod: undefined, Job: state(undefined), Node: state(403), Route: state(404), Lease: state(500), Event: state(403, true) }
  expect(unlistedOf(Object.entries(feeds).map(([kind, of]) => ({ kind, state: of })))).toEqual([
    { kind: 'Node', code: 403, message: 'it is 403' },
    { kind: 'Lease', code: 500, message: 'it is 500' },
  ])
})

import { expect, test } from 'vitest'
import type { KubeObject } from '../../../machinery/types.ts'
import { LOCAL_CONDITION, markLocal } from './apiservice.ts'

const NOW = '2030-01-01T00:00:00Z'
const service = (spec: object): KubeObject => ({ metadata: {}, spec: { group: 'a.b', version: 'v1', ...spec } }) as unknown as KubeObject

test('an API of the server’s own is there as soon as it is named', () => {
  const [local, remote] = [service({}), service({ service: { name: 'a', namespace: 'b' } })]
  for (const obj of [local, remote]) markLocal(obj, NOW)
  expect(local.status).toEqual({ conditions: [{ ...LOCAL_CONDITION, lastTransitionTime: NOW }] })
  expect(remote).not.toHaveProperty('status')
})

import { expect, test } from 'vitest'
import { copyJson } from '../../machinery/copy-json.ts'
import type { KubeObject } from '../../machinery/types.ts'
import { CustomSchema } from './custom-schema.ts'
import { customStrategy } from './custom-strategy.ts'
import { customresourcedefinitions } from './customresourcedefinitions.ts'
import { openStores } from '../generic/testing/stores.ts'

// k8s.io/apiextensions-apiserver/test/integration, testDefaulting: of what a version has a default for, a write of the status keeps the status alone.
test('a write of the status gets the defaults of its version', async () => {
  await using s = await openStores([customresourcedefinitions])
  const part = { type: 'object', properties: { c: { type: 'string', default: 'C' } } }
  const props = { type: 'object', properties: { spec: part, status: part } }
  const kind = { group: 'example.com', kind: 'Thing', identity: 'a', preserveUnknownFields: false }
  const schema = new CustomSchema(kind, 'v1', () => props)
  const strategy = customStrategy({ ...kind, resource: 'things', schema, hasStatus: true, scale: undefined, isTerminating: () => false })
  const old = { apiVersion: 'example.com/v1', kind: 'Thing', metadata: { name: 'a' }, spec: {} } as unknown as KubeObject
  const sent = { ...copyJson(old), status: {} } as KubeObject
  strategy.defaultStatus!(sent)
  strategy.prepareForStatusUpdate!(sent, old, s.context)
  expect(sent).toEqual({ ...old, status: { c: 'C' } })
})

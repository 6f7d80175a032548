import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Entry } from '../../cache/entry.ts'
import { decodeAny, diagnose } from '../../codec/cbor/index.ts'
import { FakeClock } from '../../machinery/clock.ts'
import type { Status } from '../../machinery/status.ts'
import type { ServedResource } from '../../registry/generic/resource.ts'
import { startTestServer, type TestServer } from '../../testing/api-server.ts'
import { scheme } from '../../scheme/index.ts'
import { errorFrame } from './frames.ts'
import { encoderOf } from './index.ts'

describe('objects in CBOR', () => {
  let server: TestServer
  let served: ServedResource
  let entry: Entry
  beforeAll(async () => {
    server = await startTestServer()
    await server.send('POST', '/api/v1/namespaces/default/configmaps', { metadata: { name: 'a' }, binaryData: { b: 'AP8=' } })
    served = server.api.registry.resource('', 'v1', 'configmaps')!
    entry = await served.store.get('default', 'a')
  })
  afterAll(() => server.close())

  const encoder = (as?: 'PartialObjectMetadata' | 'PartialObjectMetadataList') =>
    encoderOf(served, {
      representation: { media: 'application/cbor', as, version: 'v1', pretty: false },
      includeObject: 'None',
      clock: new FakeClock(),
      types: scheme,
    })

  test('are encoded once, for answers, lists and events alike', () => {
    const { item, object, frames } = encoder()
    const first = item(entry)
    expect(item(entry)).toBe(first)
    expect(decodeAny(object(entry))).toEqual({ kind: 'ConfigMap', apiVersion: 'v1', ...(decodeAny(first) as object) })
    expect(diagnose(frames.event('MODIFIED', entry))).toBe(`55799({'type': 'MODIFIED', 'object': ${diagnose(object(entry))}})`)
    expect(diagnose(first)).toContain("'binaryData': {'b': 22(h'00ff')}")
  })

  test('bookmarks have a version and nothing else', () => {
    expect(decodeAny(encoder().frames.bookmark(7, true))).toEqual({
      type: 'BOOKMARK',
      object: {
        ...{ kind: 'ConfigMap', apiVersion: 'v1' },
        metadata: { resourceVersion: '7', annotations: { 'k8s.io/initial-events-end': 'true' } },
      },
    })
    expect(decodeAny(encoder('PartialObjectMetadata').frames.bookmark(7, false))).toMatchObject({
      object: { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: { resourceVersion: '7' } },
    })
  })

  test('metadata alone says what it is in a list, too', () => {
    const { object } = encoder('PartialObjectMetadata')
    const { item } = encoder('PartialObjectMetadataList')
    expect(decodeAny(item(entry))).toMatchObject({ kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: { name: 'a' } })
    expect(decodeAny(object(entry))).toEqual(decodeAny(item(entry)))
  })

  test('the error that ends a watch is an event', () => {
    const status = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', code: 410 } as Status
    expect(decodeAny(errorFrame('application/cbor-seq', status, scheme))).toEqual({ type: 'ERROR', object: status })
  })
})

import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startTestServer, type TestServer } from '../../../server/testing/api-server.ts'
import { scheme } from '../../../server/scheme/index.ts'
import { applyMergePatch } from '../../../server/patch/merge-patch.ts'
import { applyStrategicPatch } from '../../../server/patch/strategic-merge.ts'
import facts from './strategic.answers.json' with { type: 'json' }
import { base, strategicCases } from './strategic-cases.ts'

interface Fact {
  code: number
  message?: string
  labels?: unknown
  annotations?: unknown
  finalizers?: unknown
  spec?: unknown
}

describe('what kube-apiserver 1.37.2 answers', () => {
  let server: TestServer
  const all = '/apis/apps/v1/namespaces/default/deployments'
  beforeAll(async () => {
    server = await startTestServer()
    expect((await server.send('POST', all, base)).code).toBe(201)
  })
  afterAll(() => server.close())

  test.each(strategicCases.map((c) => [c.name, c.patch] as const))('%s', async (name, patch) => {
    const { code, body } = await server.send('PATCH', `${all}/d?dryRun=All`, patch, {
      'content-type': 'application/strategic-merge-patch+json',
    })
    const { metadata, spec, message } = body as { metadata: Fact; spec: unknown; message: string }
    const { labels, annotations, finalizers } = metadata
    const got: Fact = code < 400 ? { code, labels, annotations, finalizers, spec } : { code, message }
    // Through JSON, as the facts came: fields that are undefined are not there.
    expect(JSON.parse(JSON.stringify(got))).toEqual((facts as Record<string, Fact>)[name])
  })
})

const key = fc.stringMatching(/^[a-z]{1,5}$/)
const scalar = fc.oneof(fc.string(), fc.integer(), fc.boolean())
const tree = fc.letrec((tie) => ({
  node: fc.oneof({ depthSize: 'small' }, scalar, fc.dictionary(key, tie('node'), { maxKeys: 4 })),
})).node
const document = fc.dictionary(key, tree, { maxKeys: 5 })

describe('any patch', () => {
  test('without a schema and without lists is a merge patch', () => {
    fc.assert(
      fc.property(document, document, (doc, patch) => {
        expect(applyStrategicPatch(doc, patch, undefined)).toEqual(applyMergePatch(doc, patch))
      }),
    )
  })

  test('leaves the document alone, and applied again changes nothing', () => {
    const type = scheme.typeOf('', 'v1', 'Pod')
    const container = fc.record({
      name: fc.constantFrom('a', 'b', 'c', 'd'),
      image: fc.string(),
      args: fc.array(fc.string(), { maxLength: 2 }),
    })
    const pod = fc.uniqueArray(container, { selector: (c) => c.name, maxLength: 4 }).map((containers) => ({ spec: { containers } }))
    fc.assert(
      fc.property(pod, pod, (doc, patch) => {
        const before = structuredClone(doc)
        const once = applyStrategicPatch(doc, patch, type)
        expect(doc).toEqual(before)
        expect(applyStrategicPatch(once, patch, type)).toEqual(once)
        const names = (once as typeof doc).spec.containers.map((c) => c.name)
        expect(new Set(names)).toEqual(new Set([...doc.spec.containers, ...patch.spec.containers].map((c) => c.name)))
        expect(names.filter((n) => patch.spec.containers.some((c) => c.name === n))).toEqual(patch.spec.containers.map((c) => c.name))
      }),
    )
  })
})

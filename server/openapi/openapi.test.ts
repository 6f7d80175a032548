import { describe, expect, test } from 'vitest'
import type { ServedRequest } from '../filters/context.ts'
import { scheme } from '../scheme/index.ts'
import { openApi } from './handler.ts'

interface Answer {
  status: number
  headers: Record<string, string>
  body: string
}

const serve = openApi({ scheme, version: '1.37' })

function ask(path: string, search = '', headers: Record<string, string> = {}): Answer | undefined {
  let answer: Answer | undefined
  const respond = (status: number, h: Record<string, string>, body?: Buffer): void => {
    answer = { status, headers: h, body: body?.toString('utf8') ?? '' }
  }
  const known = serve({ exchange: { path, search, headers, respond } } as unknown as ServedRequest)
  return known ? answer : undefined
}

interface Document {
  paths: Record<string, Record<string, { parameters?: { name: string }[]; 'x-kubernetes-group-version-kind': object }>>
  components: { schemas: Record<string, Record<string, unknown>> }
}

const document = (path: string): Document => JSON.parse(ask(path)?.body ?? '') as Document

describe('OpenAPI v3', () => {
  test('the index leads to every group-version, by hash', () => {
    const index = JSON.parse(ask('/openapi/v3')?.body ?? '') as { paths: Record<string, { serverRelativeURL: string }> }
    expect(Object.keys(index.paths).length).toBe(scheme.groups.reduce((n, g) => n + g.versions.length, 0))
    const [path = '', search = ''] = index.paths['apis/apps/v1']?.serverRelativeURL.split('?') ?? []
    const found = ask(path, search)
    expect([found?.status, found?.headers['cache-control']]).toEqual([200, 'public, immutable'])
    expect(ask(path, search, { 'if-none-match': found?.headers.etag ?? '' })?.status).toBe(304)
    expect(ask(path, 'hash=OLD')?.status).toBe(301)
    expect(ask('/openapi/v3/apis/wind/v1')).toBeUndefined()
  })

  test('kubectl finds fieldValidation on the PATCH of every kind', () => {
    for (const [path, resource] of [
      ['/openapi/v3/api/v1', 'Pod'],
      ['/openapi/v3/apis/apps/v1', 'Deployment'],
    ]) {
      const operations = Object.values(document(path ?? '').paths).flatMap((p) => p.patch ?? [])
      const own = operations.find((o) => (o['x-kubernetes-group-version-kind'] as { kind: string }).kind === resource)
      expect(own?.parameters?.map((p) => p.name)).toContain('fieldValidation')
    }
  })

  test('every reference leads somewhere', () => {
    for (const g of scheme.groups) {
      for (const v of g.versions) {
        const text = ask(g.name === '' ? `/openapi/v3/api/${v}` : `/openapi/v3/apis/${g.name}/${v}`)?.body ?? ''
        const { schemas } = (JSON.parse(text) as Document).components
        const missing = [...text.matchAll(/#\/components\/schemas\/([^"]+)/g)]
          .map((m) => m[1] ?? '')
          .filter((name) => !Object.hasOwn(schemas, name))
        expect(missing).toEqual([])
      }
    }
  })

  test('a schema as the reference gives it, without its sentences', () => {
    const { schemas } = document('/openapi/v3/api/v1').components
    expect((schemas['io.k8s.api.core.v1.Container']?.properties as Record<string, unknown>).ports).toEqual({
      type: 'array',
      items: { $ref: '#/components/schemas/io.k8s.api.core.v1.ContainerPort' },
      'x-kubernetes-list-map-keys': ['containerPort', 'protocol'],
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-patch-merge-key': 'containerPort',
      'x-kubernetes-patch-strategy': 'merge',
    })
    expect(schemas['io.k8s.apimachinery.pkg.apis.meta.v1.Time']).toEqual({ type: 'string', format: 'date-time' })
  })
})

import { afterAll, beforeAll, expect, test } from 'vitest'
import type { List } from '../fixtures/api.ts'
import { startServer, type Server } from '../fixtures/server.ts'

/** Versions, groups and resources of the built-in API that are switched off are as good as never made. Values asked of kube-apiserver 1.37.2. */
let server: Server
beforeAll(async () => {
  server = await startServer({
    flags: ['--runtime-config=batch/v1=false,autoscaling/v1=false', '--runtime-config=apps/v1/controllerrevisions=false'],
  })
})
afterAll(() => server[Symbol.asyncDispose]())

const NOT_FOUND = 'the server could not find the requested resource'

test.each([
  ['/apis/batch', '404 page not found\n'],
  ['/apis/batch/v1', '404 page not found\n'],
  ['/apis/batch/v1/jobs', '404 page not found\n'],
  ['/apis/autoscaling/v1', NOT_FOUND],
  ['/apis/autoscaling/v1/horizontalpodautoscalers', NOT_FOUND],
  ['/apis/autoscaling/v1/namespaces/default/horizontalpodautoscalers/a', NOT_FOUND],
  ['/apis/apps/v1/controllerrevisions', NOT_FOUND],
])('%s is not there', async (path, wanted) => {
  const answer = await server.api.send('GET', path)
  expect(answer.status).toBe(404)
  expect(wanted === NOT_FOUND ? answer.json<{ message: string }>().message : answer.text).toBe(wanted)
})

test('discovery, APIServices and OpenAPI do not show it', async () => {
  const { groups } = await server.api.get<{ groups: { name: string; versions: { version: string }[] }[] }>('/apis')
  expect(groups.map((g) => g.name)).not.toContain('batch')
  expect(groups.find((g) => g.name === 'autoscaling')?.versions).toEqual([{ groupVersion: 'autoscaling/v2', version: 'v2' }])
  const apps = await server.api.get<{ resources: { name: string }[] }>('/apis/apps/v1')
  expect(apps.resources.map((r) => r.name).filter((name) => !name.includes('/'))).toEqual([
    'daemonsets',
    'deployments',
    'replicasets',
    'statefulsets',
  ])
  const services = await server.api.get<List>('/apis/apiregistration.k8s.io/v1/apiservices')
  const names = services.items.map((s) => s.metadata?.name)
  expect(names).toContain('v2.autoscaling')
  expect(names.filter((name) => name === 'v1.batch' || name === 'v1.autoscaling')).toEqual([])
  const { paths } = await server.api.get<{ paths: Record<string, object> }>('/openapi/v3')
  expect(Object.keys(paths).filter((path) => /batch|autoscaling/.test(path))).toEqual(['apis/autoscaling', 'apis/autoscaling/v2'])
  const v2 = await server.api.get<{ paths: Record<string, object> }>('/openapi/v2')
  expect(Object.keys(v2.paths).filter((path) => /batch|autoscaling.v1|controllerrevisions/.test(path))).toEqual([])
})

test('the other version of a kind is served', async () => {
  const spec = { scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'a' }, maxReplicas: 2 }
  const path = '/apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers'
  const made = await server.api.create(path, {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: { name: 'a' },
    spec,
  })
  expect(made.spec).toMatchObject({ maxReplicas: 2 })
})

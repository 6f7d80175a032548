import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { definitionOf } from '../fixtures/definition.ts'
import { helmVersion, helmWith, writeChart } from '../fixtures/helm.ts'
import { scratch } from '../fixtures/scratch.ts'
import { type Server, startServer } from '../fixtures/server.ts'

/**
 * A chart with definitions, objects of them, hooks and a test, through its whole life with an unmodified helm 4, which applies server-side
 * and waits for hooks by watching their jobs.
 */
const version = helmVersion()
const missing = version === undefined || Number.parseInt(version) < 4

const definition = JSON.stringify(
  definitionOf('harbour.example.com', 'Crane', 'cranes', {
    type: 'object',
    properties: { spec: { type: 'object', properties: { reach: { type: 'integer' }, hooks: { type: 'integer', default: 2 } } } },
  }),
)

const run = (kind: 'Job' | 'Pod', name: string, hook: string): string => {
  const pod = "restartPolicy: Never\n{I}containers: [{name: main, image: busybox, command: [sh, -c, 'echo {{ .Values.reach }}']}]"
  const spec = kind === 'Pod' ? `  ${pod.replace('{I}', '  ')}` : `  template:\n    spec:\n      ${pod.replace('{I}', '      ')}`
  const annotations = `  annotations: {helm.sh/hook: "${hook}", helm.sh/hook-delete-policy: before-hook-creation}`
  const head = kind === 'Pod' ? 'apiVersion: v1' : 'apiVersion: batch/v1'
  return `${head}\nkind: ${kind}\nmetadata:\n  name: {{ .Release.Name }}-${name}\n${annotations}\nspec:\n${spec}\n`
}

const templates = {
  'crane.yaml':
    'apiVersion: harbour.example.com/v1\nkind: Crane\nmetadata:\n  name: {{ .Release.Name }}\nspec:\n  reach: {{ .Values.reach }}\n',
  'deployment.yaml': [
    'apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: {{ .Release.Name }}',
    'spec:\n  replicas: {{ .Values.replicas }}\n  selector: {matchLabels: {app: quay}}',
    '  template:\n    metadata: {labels: {app: quay}}\n    spec: {containers: [{name: main, image: nginx, ports: [{containerPort: 80}]}]}\n',
  ].join('\n'),
  'service.yaml':
    'apiVersion: v1\nkind: Service\nmetadata:\n  name: {{ .Release.Name }}\nspec:\n  selector: {app: quay}\n  ports: [{port: 80}]\n',
  'before.yaml': run('Job', 'before', 'pre-install,pre-upgrade,pre-rollback'),
  'after.yaml': run('Job', 'after', 'post-install,post-upgrade'),
  'last.yaml': run('Job', 'last', 'pre-delete'),
  'check.yaml': run('Pod', 'check', 'test'),
}

describe.skipIf(missing)('a chart with definitions, hooks and a test (helm 4; BINNACLE_HELM names it)', () => {
  const dir = scratch()
  let server: Server
  let helm: (...args: string[]) => Promise<string>
  let chart: string
  const at = ['--namespace', 'harbour']

  beforeAll(async () => {
    server = await startServer({ loops: true })
    helm = helmWith(server.kubeconfig, dir.path)
    chart = writeChart(dir.path, 'quay', templates, 'reach: 10\nreplicas: 1\n')
    mkdirSync(join(chart, 'crds'))
    writeFileSync(join(chart, 'crds', 'cranes.yaml'), definition)
  })

  afterAll(async () => {
    await server[Symbol.asyncDispose]()
    dir[Symbol.dispose]()
  })

  interface Named {
    metadata: { name: string }
  }
  const names = async (path: string): Promise<string[]> => {
    const { items } = await server.api.get<{ items: Named[] }>(path)
    return items.map(({ metadata }) => metadata.name).sort()
  }
  const jobs = (): Promise<string[]> => names('/apis/batch/v1/namespaces/harbour/jobs')
  const crane = (): Promise<{ spec: object; metadata: { resourceVersion: string } }> =>
    server.api.get('/apis/harbour.example.com/v1/namespaces/harbour/cranes/tug')
  const scale = async (): Promise<number> =>
    (await server.api.get<{ spec: { replicas: number } }>('/apis/apps/v1/namespaces/harbour/deployments/tug')).spec.replicas

  test('install: the definition first, hooks before and after, and it waits until all is ready', async () => {
    await helm('install', 'tug', chart, ...at, '--create-namespace', '--wait', '--timeout', '50s')
    expect((await crane()).spec).toEqual({ reach: 10, hooks: 2 })
    expect(await jobs()).toEqual(['tug-after', 'tug-before'])
    const { status } = await server.api.get<{ status: { readyReplicas: number } }>('/apis/apps/v1/namespaces/harbour/deployments/tug')
    expect(status.readyReplicas).toBe(1)
  })

  test('test: its pod runs to its end, and helm reads its log', async () => {
    const said = await helm('test', 'tug', ...at, '--logs', '--timeout', '50s')
    expect(said).toMatch(/TEST SUITE:\s+tug-check/)
    expect(said).toMatch(/Phase:\s+Succeeded/)
    expect(said).toMatch(/POD LOGS: tug-check \(main\)\n10\n/)
  })

  test('upgrade changes what differs and nothing else', async () => {
    const service = '/api/v1/namespaces/harbour/services/tug'
    const before = (await server.api.get<{ metadata: { resourceVersion: string } }>(service)).metadata.resourceVersion
    await helm('upgrade', 'tug', chart, ...at, '--set', 'reach=12,replicas=2', '--wait', '--timeout', '50s')
    expect((await crane()).spec).toEqual({ reach: 12, hooks: 2 })
    expect(await scale()).toBe(2)
    expect((await server.api.get<{ metadata: { resourceVersion: string } }>(service)).metadata.resourceVersion).toBe(before)
  })

  test('an upgrade to what the definition refuses fails with its words, and leaves the object', async () => {
    await expect(helm('upgrade', 'tug', chart, ...at, '--set', 'reach=far', '--timeout', '50s')).rejects.toThrow(
      /Kind=Crane: failed to create typed patch object \(harbour\/tug; harbour\.example\.com\/v1, Kind=Crane\): \.spec\.reach: expected numeric/,
    )
    expect((await crane()).spec).toEqual({ reach: 12, hooks: 2 })
  })

  test('rollback', async () => {
    await helm('rollback', 'tug', '1', ...at, '--wait', '--timeout', '50s')
    expect((await crane()).spec).toEqual({ reach: 10, hooks: 2 })
    expect(await scale()).toBe(1)
    const history = JSON.parse(await helm('history', 'tug', ...at, '--output', 'json')) as { revision: number; status: string }[]
    expect(history.map(({ revision, status }) => `${revision} ${status}`)).toEqual([
      '1 superseded',
      '2 superseded',
      '3 failed',
      '4 deployed',
    ])
  })

  test('uninstall runs its hook and takes all objects away, the definition stays', async () => {
    await helm('uninstall', 'tug', ...at, '--wait', '--timeout', '50s')
    expect(await names('/apis/harbour.example.com/v1/namespaces/harbour/cranes')).toEqual([])
    expect(await names('/apis/apps/v1/namespaces/harbour/deployments')).toEqual([])
    expect(await names('/api/v1/namespaces/harbour/services')).toEqual([])
    expect(await jobs()).toEqual(['tug-after', 'tug-before', 'tug-last'])
    await server.api.get('/apis/apiextensions.k8s.io/v1/customresourcedefinitions/cranes.harbour.example.com')
    expect(JSON.parse(await helm('list', ...at, '--output', 'json'))).toEqual([])
  })
})

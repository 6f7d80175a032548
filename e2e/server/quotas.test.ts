import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Api } from '../fixtures/api.ts'
import { kubectlVersion } from '../fixtures/kubectl.ts'
import { type Server, startServer } from '../fixtures/server.ts'
import { until } from '../fixtures/until.ts'

/** Quotas and limits of a namespace, as a person sets them with an unmodified kubectl and as workloads run into them. */
const limitRange = JSON.stringify({
  apiVersion: 'v1',
  kind: 'LimitRange',
  metadata: { name: 'sizes' },
  spec: {
    limits: [
      { type: 'Container', default: { cpu: '200m', memory: '64Mi' }, defaultRequest: { cpu: '100m', memory: '64Mi' }, max: { cpu: '1' } },
    ],
  },
})

const crd = JSON.stringify({
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'widgets.example.com' },
  spec: {
    group: 'example.com',
    scope: 'Namespaced',
    names: { plural: 'widgets', singular: 'widget', kind: 'Widget' },
    versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } }],
  },
})
const widget = (name: string): string => JSON.stringify({ apiVersion: 'example.com/v1', kind: 'Widget', metadata: { name } })

describe.skipIf(kubectlVersion() === undefined)('quotas and limits', () => {
  let server: Server
  const kubectl = (...args: string[]): Promise<string> => server.kubectl(...args, '-n', 'crew')
  const create = (object: string): Promise<string> => server.kubectl.with(object, 'create', '-n', 'crew', '-f', '-')
  const used = async (quota: string, resource: string): Promise<string> => {
    const path = `{.status.used.${resource.replaceAll('.', '\\.')}}`
    return (await kubectl('get', 'resourcequota', quota, '-o', `jsonpath=${path}`)).trim()
  }
  const refusal = async (object: string): Promise<string> => {
    const { code, stderr } = await server.kubectl.run(['create', '-n', 'crew', '-f', '-'], object)
    expect(code).not.toBe(0)
    return stderr
  }

  beforeAll(async () => {
    server = await startServer({ loops: true, flags: ['--nodes', '1'] })
    await server.kubectl('create', 'namespace', 'crew')
    await kubectl('wait', '--for=create', 'serviceaccount/default', '--timeout=20s')
  })
  afterAll(() => server[Symbol.asyncDispose]())

  test('a deployment grows as far as the quota lets it, and goes on when there is room', async () => {
    await create(limitRange)
    await kubectl('create', 'quota', 'size', '--hard=pods=2,requests.cpu=1,limits.memory=1Gi')
    await until('the quota is counted', async () => (await used('size', 'pods')) === '0')
    await kubectl('create', 'deployment', 'web', '--image=registry.example/main:1', '--replicas=3')
    await until('two pods', async () => (await used('size', 'pods')) === '2')
    const told = await until('why there is no third', async () => {
      const text = await kubectl('get', 'events', '--field-selector', 'reason=FailedCreate', '-o', 'jsonpath={.items[*].message}')
      return text.includes('exceeded quota') && text
    })
    expect(told).toMatch(/pods "web-\S+" is forbidden: exceeded quota: size, requested: pods=1, used: pods=2, limited: pods=2/)
    const described = await kubectl('describe', 'quota', 'size')
    expect(described.replace(/ +/g, ' ')).toContain('limits.memory 128Mi 1Gi\npods 2 2\nrequests.cpu 200m 1')
    const whole = (await server.kubectl('describe', 'namespace', 'crew')).replace(/ +/g, ' ')
    expect(whole).toContain('Resource Quotas\n Name: size\n Resource Used Hard\n')
    expect(whole).toContain('Container cpu - 1 100m 200m')
    await kubectl('patch', 'resourcequota', 'size', '-p', '{"spec":{"hard":{"pods":"3"}}}')
    await kubectl('rollout', 'status', 'deployment/web', '--timeout=50s')
    expect(await used('size', 'requests.cpu')).toBe('300m')
    await kubectl('delete', 'deployment', 'web')
    await until('all is given back', async () => (await used('size', 'pods')) === '0')
  })

  test('objects of a custom kind', async () => {
    await create(crd)
    await kubectl('create', 'quota', 'widgets', '--hard=count/widgets.example.com=1')
    await until('widgets are counted', async () => (await used('widgets', 'count/widgets.example.com')) === '0', 60_000)
    await create(widget('a'))
    expect(await refusal(widget('b'))).toContain(
      'widgets.example.com "b" is forbidden: exceeded quota: widgets, requested: count/widgets.example.com=1',
    )
    await kubectl('delete', 'widget', 'a')
    await until('the widget is given back', async () => (await used('widgets', 'count/widgets.example.com')) === '0')
    await create(widget('b'))
  })

  test('many at once never exceed a quota, whatever they come through', async () => {
    await kubectl('create', 'quota', 'crowd', '--hard=configmaps=60')
    await until('the quota is counted', async () => Number(await used('crowd', 'configmaps')) >= 1)
    const before = Number(await used('crowd', 'configmaps'))
    using api = Api.fromKubeconfig(server.kubeconfig)
    const answers = await Promise.all(
      Array.from({ length: 300 }, async (_, i) => {
        const body = { metadata: { name: `c${i}` } }
        const dryRun = i % 3 === 0 ? '?dryRun=All' : ''
        const { status } = await api.send('POST', `/api/v1/namespaces/crew/configmaps${dryRun}`, { body })
        return [dryRun === '', status] as const
      }),
    )
    expect(answers.filter(([real, status]) => real && status === 201)).toHaveLength(60 - before)
    expect(new Set(answers.map(([, status]) => status))).toEqual(new Set([201, 403]))
    expect(await used('crowd', 'configmaps')).toBe('60')
  })

  test('an apply and a resize are held to them as a create is', async () => {
    const pod = (cpu: string): string =>
      JSON.stringify({
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name: 'lone' },
        spec: { containers: [{ name: 'main', image: 'registry.example/main:1', resources: { requests: { cpu }, limits: { cpu } } }] },
      })
    const large = await server.kubectl.run(['apply', '--server-side', '-n', 'crew', '-f', '-'], pod('2'))
    expect(large.stderr).toContain('pods "lone" is forbidden: maximum cpu usage per Container is 1, but limit is 2')
    await server.kubectl.with(pod('800m'), 'apply', '--server-side', '-n', 'crew', '-f', '-')
    const resources = { requests: { cpu: '1500m' }, limits: { cpu: '1500m' } }
    const resize = await server.kubectl.run(
      [
        'patch',
        'pod',
        'lone',
        '-n',
        'crew',
        '--subresource=resize',
        '-p',
        JSON.stringify({ spec: { containers: [{ name: 'main', resources }] } }),
      ],
      '',
    )
    expect(resize.stderr).toContain('maximum cpu usage per Container is 1, but limit is 1500m')
  })
})

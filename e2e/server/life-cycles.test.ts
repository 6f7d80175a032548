import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeRequest } from '../../server/machinery/x509/testing/certification-request.ts'
import { Api } from '../fixtures/api.ts'
import { kubectlVersion } from '../fixtures/kubectl.ts'
import { realLoops, startRealLoops } from '../fixtures/real-loops.ts'
import { type Server, startServer } from '../fixtures/server.ts'
import { until } from '../fixtures/until.ts'

/**
 * What happens to workloads over time, seen with an unmodified kubectl: all of it is the control loops' doing. With BINNACLE_REAL_LOOPS the
 * loops are kube-controller-manager and kube-scheduler from that folder, and everything else is as it is.
 */

const deployment = (name: string, replicas: number, spec: object = {}): string =>
  JSON.stringify({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name },
    spec: {
      replicas,
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: { app: name } },
        spec: { terminationGracePeriodSeconds: 1, containers: [{ name: 'main', image: 'registry.example/main:1' }], ...spec },
      },
    },
  })

const budget = JSON.stringify({
  apiVersion: 'policy/v1',
  kind: 'PodDisruptionBudget',
  metadata: { name: 'web' },
  spec: { minAvailable: 2, selector: { matchLabels: { app: 'web' } } },
})

const SLOT = 'example.com/slot'
const slotPod = (name: string, more: object = {}): string =>
  JSON.stringify({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name },
    spec: {
      terminationGracePeriodSeconds: 1,
      containers: [{ name: 'main', image: 'registry.example/main:1', resources: { limits: { [SLOT]: '1' } } }],
      ...more,
    },
  })

const claim = JSON.stringify({
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: { name: 'data' },
  spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
})

// A node renews its lease every ten seconds.
const monitor = ['--node-monitor-period=1s', '--node-monitor-grace-period=20s']
const flags = ['--nodes', '2', ...monitor]

/** Upstream it is not the provisioner that makes the default class. */
const standardClass = JSON.stringify({
  apiVersion: 'storage.k8s.io/v1',
  kind: 'StorageClass',
  metadata: { name: 'standard', annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' } },
  provisioner: 'kubernetes.io/host-path',
})

describe.skipIf(kubectlVersion() === undefined)('life cycles', () => {
  let server: Server
  let nodes: string[] = []
  let real: Disposable | undefined
  const kubectl = (...args: string[]): Promise<string> => server.kubectl(...args)
  const create = (objects: string): Promise<string> => server.kubectl.with(objects, 'create', '-f', '-')
  const at = async (what: string, path: string): Promise<string> =>
    (await kubectl('get', ...what.split(' '), '-o', `jsonpath=${path}`)).trim()

  beforeAll(async () => {
    server = await startServer({ loops: true, flags: realLoops === undefined ? flags : [...flags, '--controllers='] })
    if (realLoops !== undefined) {
      real = startRealLoops(realLoops, server, monitor)
      await create(standardClass)
    }
    nodes = await until('two nodes', async () => {
      const names = (await at('nodes', '{.items[*].metadata.name}')).split(' ')
      return names.length === 2 && names
    })
    await kubectl('wait', '--for=condition=Ready', 'nodes', '--all', '--timeout=30s')
    await kubectl('wait', '--for=create', 'serviceaccount/default', '--timeout=20s')
  })
  afterAll(async () => {
    real?.[Symbol.dispose]()
    await server[Symbol.asyncDispose]()
  })

  test('a drain waits for the budget, and ends when there is room', async () => {
    const [first = '', second = ''] = nodes
    await create(deployment('web', 2, { nodeSelector: { 'kubernetes.io/hostname': first } }))
    await create(budget)
    await until('the budget is full', async () => (await at('pdb web', '{.status.currentHealthy}/{.status.disruptionsAllowed}')) === '2/0')
    const refused = await server.kubectl.run(['drain', first, '--timeout=3s'])
    expect(refused.code).not.toBe(0)
    expect(refused.stderr).toContain("Cannot evict pod as it would violate the pod's disruption budget.")
    expect(await at('pods -l app=web', '{.items[*].metadata.deletionTimestamp}')).toBe('')
    await server.kubectl('patch', 'deployment', 'web', '--type=json', '-p', '[{"op":"remove","path":"/spec/template/spec/nodeSelector"}]')
    await kubectl('scale', 'deployment', 'web', '--replicas=4')
    expect(await kubectl('drain', first, '--timeout=50s')).toContain(`node/${first} drained`)
    expect(new Set((await at('pods -l app=web', '{.items[*].spec.nodeName}')).split(' '))).toEqual(new Set([second]))
    await kubectl('uncordon', first)
    await kubectl('delete', 'deployment/web', 'pdb/web')
  })

  test('a more important pod takes the place of another', async () => {
    const [first = ''] = nodes
    const status = { capacity: { [SLOT]: '1' }, allocatable: { [SLOT]: '1' } }
    await kubectl('patch', 'node', first, '--subresource=status', '-p', JSON.stringify({ status }))
    await kubectl('create', 'priorityclass', 'high', '--value=1000')
    await create(slotPod('low'))
    await kubectl('wait', '--for=condition=Ready', 'pod/low', '--timeout=30s')
    await create(slotPod('patient'))
    await until('why it waits', async () => (await at('pod patient', '{.status.conditions[0].message}')).includes(`2 Insufficient ${SLOT}`))
    await create(slotPod('urgent', { priorityClassName: 'high' }))
    await kubectl('wait', '--for=condition=Ready', 'pod/urgent', '--timeout=50s')
    expect(await at('pods', '{.items[*].metadata.name}')).not.toContain('low')
    expect(await kubectl('get', 'events', '--field-selector', 'reason=Preempted', '-o', 'jsonpath={.items[*].message}')).toMatch(
      new RegExp(`Preempted by pod \\S+ on node ${first}`),
    )
    await kubectl('delete', 'pod', 'urgent', 'patient')
  })

  test('a node that goes away loses its pods, and others take their place', async () => {
    await create(JSON.stringify({ apiVersion: 'v1', kind: 'Node', metadata: { name: 'ghost', labels: { ghost: 'yes' } } }))
    const now = new Date().toISOString().replace(/\.\d+/, '')
    const conditions = [{ type: 'Ready', status: 'True', lastHeartbeatTime: now, lastTransitionTime: now }]
    const status = { conditions, capacity: { pods: '10' }, allocatable: { pods: '10' } }
    await kubectl('patch', 'node', 'ghost', '--subresource=status', '-p', JSON.stringify({ status }))
    await until('the taint of a new node is off', async () => (await at('node ghost', '{.spec.taints}')) === '')
    const preference = { matchExpressions: [{ key: 'ghost', operator: 'Exists' }] }
    const affinity = { nodeAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 100, preference }] } }
    const tolerations = ['not-ready', 'unreachable'].map((key) => ({
      ...{ key: `node.kubernetes.io/${key}`, operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 1 },
    }))
    await create(deployment('haunted', 1, { affinity, tolerations }))
    await until('it is there', async () => (await at('pods -l app=haunted', '{.items[*].spec.nodeName}')) === 'ghost')
    await kubectl('wait', '--for=condition=Ready=Unknown', 'node/ghost', '--timeout=50s')
    await until('a place elsewhere', async () =>
      (await at('pods -l app=haunted', '{.items[*].spec.nodeName}')).split(' ').some((n) => nodes.includes(n)),
    )
    await kubectl('rollout', 'status', 'deployment/haunted', '--timeout=30s')
    const [left = ''] = (await at('pods -l app=haunted --field-selector spec.nodeName=ghost', '{.items[*].metadata.name}')).split(' ')
    expect(await at(`pod ${left}`, '{.status.conditions[?(@.type=="DisruptionTarget")].reason}')).toBe('DeletionByTaintManager')
    expect(await at('node ghost', '{.spec.taints[*].key}')).toContain('node.kubernetes.io/unreachable')
    await kubectl('delete', 'deployment', 'haunted', '--wait=false')
    await kubectl('delete', 'pod', left, '--force', '--grace-period=0')
    await kubectl('delete', 'node', 'ghost')
  })

  test('a claim binds, keeps its volume while a pod uses it, and takes it along', async () => {
    expect(await kubectl('get', 'storageclass')).toMatch(/standard +kubernetes\.io\/host-path +Delete +Immediate/)
    await create(claim)
    await kubectl('wait', '--for=jsonpath={.status.phase}=Bound', 'pvc/data', '--timeout=30s')
    const volume = await at('pvc data', '{.spec.volumeName}')
    expect(await at(`pv ${volume}`, '{.status.phase} {.spec.claimRef.name}')).toBe('Bound data')
    const volumes = [{ name: 'v', persistentVolumeClaim: { claimName: 'data' } }]
    const containers = [{ name: 'main', image: 'registry.example/main:1', volumeMounts: [{ name: 'v', mountPath: '/data' }] }]
    await create(
      JSON.stringify({
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name: 'user' },
        spec: { terminationGracePeriodSeconds: 1, volumes, containers },
      }),
    )
    await kubectl('wait', '--for=condition=Ready', 'pod/user', '--timeout=30s')
    await kubectl('delete', 'pvc', 'data', '--wait=false')
    expect(await kubectl('get', 'pvc', 'data')).toMatch(/Terminating/)
    await kubectl('delete', 'pod', 'user')
    await kubectl('wait', '--for=delete', 'pvc/data', '--timeout=30s')
    await kubectl('wait', '--for=delete', `pv/${volume}`, '--timeout=30s')
  })

  test('kubectl top tells what is used, and an autoscaler acts on it', async () => {
    const requests = { resources: { requests: { cpu: '50m', memory: '16Mi' } } }
    await create(deployment('busy', 1, { containers: [{ name: 'main', image: 'registry.example/main:1', ...requests }] }))
    // Whose flags have other names in each version of kubectl.
    const target = { type: 'Utilization', averageUtilization: 50 }
    const autoscaler = {
      ...{ scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'busy' }, minReplicas: 1, maxReplicas: 3 },
      metrics: [{ type: 'Resource', resource: { name: 'cpu', target } }],
    }
    await create(
      JSON.stringify({ apiVersion: 'autoscaling/v2', kind: 'HorizontalPodAutoscaler', metadata: { name: 'busy' }, spec: autoscaler }),
    )
    await kubectl('rollout', 'status', 'deployment/busy', '--timeout=30s')
    const shown = await until('what nodes use', async () => {
      const out = await kubectl('top', 'nodes')
      return nodes.every((n) => out.includes(n)) && out
    })
    expect(shown).toMatch(/NAME +CPU\(cores\) +CPU\(%\) +MEMORY\(bytes\) +MEMORY\(%\)/)
    // A simulated container uses what it requests: twice as much as the autoscaler wants.
    await until('what the pod uses', async () => /busy-\S+ +50m +16Mi/.test(await kubectl('top', 'pods', '-l', 'app=busy')), 60_000)
    await until('more pods', async () => (await at('deployment busy', '{.spec.replicas}')) !== '1', 90_000)
    expect(await kubectl('describe', 'hpa', 'busy')).toMatch(
      /SuccessfulRescale .*New size: \d; reason: cpu resource utilization \(percentage of request\) above target/,
    )
    await kubectl('delete', 'hpa/busy', 'deployment/busy')
  })

  test('a person gets a certificate that somebody approves, and logs in with it', async () => {
    const { request, key } = makeRequest({ commonName: 'jane', organizations: ['dev'] })
    const spec = {
      request: Buffer.from(request).toString('base64'),
      signerName: 'kubernetes.io/kube-apiserver-client',
      usages: ['client auth'],
    }
    const kind = { apiVersion: 'certificates.k8s.io/v1', kind: 'CertificateSigningRequest' }
    await create(JSON.stringify({ ...kind, metadata: { name: 'jane' }, spec }))
    expect(await kubectl('certificate', 'approve', 'jane')).toContain('certificatesigningrequest.certificates.k8s.io/jane approved')
    const certificate = await until('issued', async () => (await at('csr jane', '{.status.certificate}')) || undefined)
    expect(await kubectl('get', 'csr', 'jane')).toContain('Approved,Issued')
    using jane = new Api(server.url, { ca: server.api.ca, cert: Buffer.from(certificate, 'base64').toString(), key })
    const review = await jane.create('/apis/authentication.k8s.io/v1/selfsubjectreviews', {
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'SelfSubjectReview',
    })
    expect(review.status).toMatchObject({ userInfo: { username: 'jane', groups: ['dev', 'system:authenticated'] } })
  })

  test('a secret for a service account gets a token, good until the secret goes', async () => {
    const metadata = { name: 'default-token', annotations: { 'kubernetes.io/service-account.name': 'default' } }
    await create(JSON.stringify({ apiVersion: 'v1', kind: 'Secret', type: 'kubernetes.io/service-account-token', metadata }))
    const token = await until('a token', async () => (await at('secret default-token', '{.data.token}')) || undefined)
    const described = await kubectl('describe', 'secret', 'default-token')
    // In no order: it is a map in kubectl.
    for (const line of [/^ca\.crt: +\d+ bytes$/m, /^namespace: +7 bytes$/m, /^token: /m]) expect(described).toMatch(line)
    const review = JSON.stringify({
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'TokenReview',
      spec: { token: Buffer.from(token, 'base64').toString() },
    })
    const who = () => server.kubectl.with(review, 'create', '-f', '-', '-o', 'jsonpath={.status.authenticated} {.status.user.username}')
    expect(await who()).toBe('true system:serviceaccount:default:default')
    await kubectl('delete', 'secret', 'default-token')
    expect((await who()).trim()).toBe('')
  })
})

import { afterEach, describe, expect, test } from 'vitest'
import type { HorizontalPodAutoscaler, MetricSpec } from '../../client/objects-autoscaling.ts'
import { findCondition, type Deployment, type Pod } from '../../client/objects.ts'
import { DEPLOYMENTS, HORIZONTAL_POD_AUTOSCALERS, PODS } from '../../client/resource.ts'
import { formatTime } from '../../machinery/clock.ts'
import type { KubeObject } from '../../machinery/types.ts'
import { deploymentController } from '../deployment/deployment.ts'
import { replicaSetController } from '../replicaset/replicaset.ts'
import { isAlive, startTestCluster, type TestCluster } from '../testing/cluster.ts'
import { History, limited } from './history.ts'
import { horizontalPodAutoscalerController } from './horizontal-pod-autoscaler.ts'
import { AUTOSCALER_DEFAULTS } from './options.ts'
import { averageTarget, replicasForPods, replicasForShare, replicasForValue, requestsOf, utilizationTarget } from './replicas.ts'

const NOW = Date.UTC(2026, 0, 1)
const tolerance = { down: 0.1, up: 0.1 }
const minutesAgo = (m: number): string => new Date(NOW - m * 60_000).toISOString()

function pod(name: string, o: { ready?: boolean; phase?: string; started?: number; cpu?: string } = {}): Pod {
  return {
    metadata: { name },
    spec: { containers: [{ name: 'c', resources: { requests: { cpu: o.cpu ?? '100m' } } }] },
    status: {
      phase: o.phase ?? 'Running',
      startTime: minutesAgo(o.started ?? 60),
      conditions: [{ type: 'Ready', status: o.ready === false ? 'False' : 'True', lastTransitionTime: minutesAgo(o.started ?? 60) }],
    },
  }
}
const metrics = (values: Record<string, number>) =>
  new Map(Object.entries(values).map(([name, value]) => [name, { at: NOW, windowMs: 15_000, value }]))

describe('how many pods', () => {
  const by = (pods: Pod[], values: Record<string, number>, percent: number, current = pods.length) =>
    replicasForPods(pods, metrics(values), {
      current,
      tolerance,
      resource: 'cpu',
      now: NOW,
      readiness: AUTOSCALER_DEFAULTS,
      ...utilizationTarget(() => requestsOf(pods, 'cpu', ''), percent),
    })

  test.each([
    ['above the target', [pod('a'), pod('b')], { a: 100, b: 100 }, 50, { replicas: 4, utilization: 100, usage: 100 }],
    ['below it', [pod('a'), pod('b'), pod('c'), pod('d')], { a: 10, b: 10, c: 10, d: 10 }, 40, { replicas: 1, utilization: 10, usage: 10 }],
    ['within the tolerance', [pod('a'), pod('b')], { a: 52, b: 56 }, 50, { replicas: 2, utilization: 54, usage: 54 }],
    [
      'a pod that is not ready uses nothing',
      [pod('a'), pod('b', { ready: false, started: 1 })],
      { a: 150, b: 10 },
      50,
      { replicas: 3, utilization: 150, usage: 150 },
    ],
    ['a pod without a metric holds growth back', [pod('a'), pod('b')], { a: 150 }, 50, { replicas: 3, utilization: 150, usage: 150 }],
    ['and shrinking', [pod('a'), pod('b'), pod('c')], { a: 10, b: 10 }, 50, { replicas: 3, utilization: 10, usage: 10 }],
    [
      'failed pods do not count',
      [pod('a'), pod('f', { phase: 'Failed' })],
      { a: 100, f: 900 },
      50,
      { replicas: 2, utilization: 100, usage: 100 },
    ],
  ] as const)('%s', (_, pods, values, percent, expected) => {
    expect(by([...pods], values, percent)).toEqual(expected)
  })

  test('errors say what is missing', () => {
    expect(() => by([], {}, 50)).toThrow('no pods returned by selector while calculating replica count')
    expect(() => by([pod('a', { phase: 'Pending' })], { a: 1 }, 50)).toThrow(
      'did not receive metrics for targeted pods (pods might be unready)',
    )
    const idle: Pod = { ...pod('a', { phase: 'Pending' }), spec: { containers: [{ name: 'c' }] } }
    expect(() => by([idle], { a: 1 }, 50)).toThrow('did not receive metrics')
    expect(() => by([{ ...idle, status: pod('a').status! }], { a: 1 }, 50)).toThrow('missing request for cpu in container c of Pod a')
    expect(() => requestsOf([pod('a')], 'memory', '')).toThrow('missing request for memory in container c of Pod a')
    const whole = pod('a')
    whole.spec!.resources = { requests: { memory: '1Ki' } }
    expect(() => requestsOf([whole], 'ephemeral-storage', '')).toThrow('missing pod-level request for ephemeral-storage in Pod a')
    // What the pod as a whole leaves open is its containers' together.
    expect([requestsOf([whole], 'memory', '').get('a'), requestsOf([whole], 'cpu', '').get('a')]).toEqual([1_024_000, 100])
    expect(() => requestsOf([pod('a')], 'cpu', 'x')).toThrow('container x not found in Pod a')
  })

  test('by an average, by a value of something else, by a share of one', () => {
    const plain = { current: 2, tolerance, resource: '', now: NOW, readiness: AUTOSCALER_DEFAULTS, ...averageTarget(1000) }
    expect(replicasForPods([pod('a'), pod('b')], metrics({ a: 3000, b: 2000 }), plain)).toEqual({ replicas: 5, usage: 2500 })
    expect(replicasForValue([pod('a'), pod('b')], 30_000, 10_000, 2, tolerance).replicas).toBe(6)
    expect(replicasForValue([], 30_000, 10_000, 0, tolerance).replicas).toBe(3)
    expect(replicasForShare(30_000, 10_000, 2, tolerance)).toEqual({ replicas: 3, usage: 15_000 })
  })
})

describe('what holds it back', () => {
  test.each([
    [9, { current: 3, min: 1, max: 20 }, 6, 'ScaleUpLimit'],
    [9, { current: 1, min: 1, max: 3 }, 3, 'TooManyReplicas'],
    [0, { current: 3, min: 2, max: 9 }, 2, 'TooFewReplicas'],
    [4, { current: 3, min: 1, max: 9 }, 4, 'DesiredWithinRange'],
  ])('%i wanted, %j', (desired, bounds, replicas, reason) => expect(limited(desired, bounds)).toMatchObject({ replicas, reason }))

  test('what was recommended in the last five minutes', () => {
    const h = new History(AUTOSCALER_DEFAULTS.downscaleStabilizationMs)
    h.start(8, NOW)
    expect(h.stabilized(2, NOW + 60_000)).toBe(8)
    expect(h.stabilized(2, NOW + 301_000)).toBe(2)
  })

  test('windows and policies of its own', () => {
    const h = new History(AUTOSCALER_DEFAULTS.downscaleStabilizationMs)
    const up = {
      stabilizationWindowSeconds: 60,
      selectPolicy: 'Min',
      policies: [
        { type: 'Pods', value: 1, periodSeconds: 60 },
        { type: 'Percent', value: 100, periodSeconds: 60 },
      ],
    }
    const down = { stabilizationWindowSeconds: 0, selectPolicy: 'Max', policies: [{ type: 'Percent', value: 50, periodSeconds: 60 }] }
    h.start(4, NOW)
    expect(h.stabilizedBy(8, 4, up, down, NOW + 1000)).toMatchObject({ replicas: 4, reason: 'ScaleUpStabilized' })
    expect(h.stabilizedBy(8, 4, up, down, NOW + 62_000).replicas).toBe(8)
    const bounds = { current: 4, min: 1, max: 10 }
    expect(h.limitedBy(8, bounds, up, down, NOW)).toMatchObject({ replicas: 5, reason: 'ScaleUpLimit' })
    h.scaled(4, 5, NOW, { scaleUp: up, scaleDown: down })
    expect(h.limitedBy(8, { ...bounds, current: 5 }, up, down, NOW + 30_000).replicas).toBe(5)
    expect(h.limitedBy(8, { ...bounds, current: 5 }, up, down, NOW + 61_000).replicas).toBe(6)
    expect(h.limitedBy(1, { ...bounds, current: 8 }, up, down, NOW + 61_000)).toMatchObject({ replicas: 4, reason: 'ScaleDownLimit' })
    expect(h.limitedBy(1, { ...bounds, current: 8 }, up, { ...down, selectPolicy: 'Disabled' }, NOW).replicas).toBe(8)
  })
})

describe('an autoscaler', () => {
  let c: TestCluster
  afterEach(() => c.close())
  const labels = { app: 'web' }
  const hpa = (spec: object): KubeObject => ({
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: { name: 'web' },
    spec: { scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' }, maxReplicas: 5, ...spec },
  })
  const deployment = (replicas: number): KubeObject => ({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web' },
    spec: {
      replicas,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [{ name: 'c', image: 'i', resources: { requests: { cpu: '100m' } } }] } },
    },
  })
  const cpu: MetricSpec = { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 50 } } }
  /** Milli-cores of each pod. */
  let usage = 0
  const start = async (replicas: number, options: Parameters<typeof startTestCluster>[number] = {}): Promise<void> => {
    c = await startTestCluster(deploymentController, replicaSetController, horizontalPodAutoscalerController, options)
    c.serve('/apis/metrics.k8s.io/v1beta1/namespaces/default/pods', async () => ({
      items: (await alive()).map(({ metadata: { name } }) => ({
        ...{ metadata: { name }, timestamp: formatTime(c.clock.now()), window: '15s' },
        containers: [{ name: 'c', usage: { cpu: `${usage}m`, memory: '1Mi' } }],
      })),
    }))
    await c.create(DEPLOYMENTS, deployment(replicas))
  }
  const alive = async (): Promise<Pod[]> => (await c.list<Pod>(PODS)).filter(isAlive)
  const size = async (): Promise<number> => (await c.get<Deployment>(DEPLOYMENTS, 'web')).spec!.replicas!
  const get = () => c.get<HorizontalPodAutoscaler>(HORIZONTAL_POD_AUTOSCALERS, 'web')
  const condition = async (type: string) => findCondition((await get()).status?.conditions, type)
  const told = (event: string) => c.until(event, async () => (await c.events()).includes(event))
  async function run(): Promise<void> {
    for (const p of await alive()) {
      const at = formatTime(c.clock.now() - 600_000)
      await c.report(p, { phase: 'Running', startTime: at, conditions: [{ type: 'Ready', status: 'True', lastTransitionTime: at }] })
    }
  }

  test('follows the load up at once and down after five minutes', async () => {
    usage = 100
    await start(2)
    await c.until('two pods', async () => (await alive()).length === 2)
    await run()
    await c.create(HORIZONTAL_POD_AUTOSCALERS, hpa({ metrics: [cpu] }))
    await c.until('scaled', async () => (await size()) === 4)
    await told('SuccessfulRescale: New size: 4; reason: cpu resource utilization (percentage of request) above target')
    expect(await condition('AbleToScale')).toMatchObject({
      status: 'True',
      reason: 'SucceededRescale',
      message: 'the HPA controller was able to update the target scale to 4',
    })
    expect(await condition('ScalingActive')).toMatchObject({
      status: 'True',
      reason: 'ValidMetricFound',
      message: 'the HPA was able to successfully calculate a replica count from cpu resource utilization (percentage of request)',
    })
    expect((await get()).status).toMatchObject({
      currentReplicas: 2,
      desiredReplicas: 4,
      currentMetrics: [{ type: 'Resource', resource: { name: 'cpu', current: { averageUtilization: 100, averageValue: '100m' } } }],
    })
    await c.until('four pods', async () => (await alive()).length === 4)
    await run()
    usage = 10
    // Whatever the time of day is set to meanwhile.
    c.clock.setBack(-3 * 86_400_000)
    await c.pass(60)
    expect(await size()).toBe(4)
    c.clock.setBack(3 * 86_400_000)
    expect(await condition('AbleToScale')).toMatchObject({ reason: 'ScaleDownStabilized' })
    await c.pass(300)
    expect(await size()).toBe(1)
    expect(c.errors).toEqual([])
  })

  test('as often, for as long and as exactly as its flags say', async () => {
    const horizontalPodAutoscaler = { syncPeriodMs: 2000, downscaleStabilizationMs: 10_000, tolerance: 0.5, cpuInitializationPeriodMs: 0 }
    usage = 70
    await start(2, { horizontalPodAutoscaler })
    await c.until('two pods', async () => (await alive()).length === 2)
    const at = formatTime(c.clock.now())
    for (const p of await alive()) {
      await c.report(p, { phase: 'Running', startTime: at, conditions: [{ type: 'Ready', status: 'True', lastTransitionTime: at }] })
    }
    await c.create(HORIZONTAL_POD_AUTOSCALERS, hpa({ metrics: [cpu] }))
    // What a pod uses at its start counts, and 140 % are within the tolerance.
    await c.until('known', async () => (await condition('ScalingActive'))?.status === 'True')
    expect(await size()).toBe(2)
    usage = 10
    await c.pass(9)
    expect(await size()).toBe(2)
    await c.pass(4)
    expect(await size()).toBe(1)
  })

  test('what was recommended lately needs no reason of the metrics', async () => {
    usage = 100
    await start(2)
    await c.until('two pods', async () => (await alive()).length === 2)
    await run()
    await c.create(HORIZONTAL_POD_AUTOSCALERS, hpa({ metrics: [cpu] }))
    await c.until('scaled', async () => (await size()) === 4)
    usage = 50
    await c.client.resource(DEPLOYMENTS).patch('web', { type: 'merge', body: { spec: { replicas: 3 } } }, { namespace: 'default' })
    await c.until('three pods', async () => (await alive()).length === 3)
    await run()
    await c.until('scaled again', async () => (await size()) === 4)
    await told('SuccessfulRescale: New size: 4; reason: ')
    expect(c.errors).toEqual([])
  })

  test('a number that cannot be written is not the desired one', async () => {
    usage = 100
    await start(2)
    await c.until('two pods', async () => (await alive()).length === 2)
    await run()
    // Always an old one, so that the writing conflicts.
    const scale = {
      metadata: { name: 'web', namespace: 'default', resourceVersion: '1' },
      spec: { replicas: 2 },
      status: { replicas: 2, selector: 'app=web' },
    }
    c.serve('/apis/apps/v1/namespaces/default/deployments/web/scale', () =>
      Promise.resolve({ apiVersion: 'autoscaling/v1', kind: 'Scale', ...scale }),
    )
    await c.create(HORIZONTAL_POD_AUTOSCALERS, hpa({ metrics: [cpu] }))
    await c.until('failed', async () => (await condition('AbleToScale'))?.reason === 'FailedUpdateScale')
    expect((await get()).status).toMatchObject({ currentReplicas: 2, desiredReplicas: 0, currentMetrics: [{ type: 'Resource' }] })
    expect((await condition('ScalingActive'))?.status).toBe('True')
    expect(await size()).toBe(2)
  })

  test('a number whose answer is lost counts as written', async () => {
    usage = 100
    await start(2)
    await c.until('two pods', async () => (await alive()).length === 2)
    await run()
    c.loseAnswers(({ method, path }) => method === 'PUT' && /[/]scale/.test(path))
    const policies = [{ type: 'Pods', value: 1, periodSeconds: 60 }]
    await c.create(HORIZONTAL_POD_AUTOSCALERS, hpa({ metrics: [cpu], behavior: { scaleUp: { policies } } }))
    await c.until('scaled', async () => (await size()) === 3)
    await c.pass(45)
    expect(await size()).toBe(3)
    await c.pass(30)
    expect(await size()).toBe(4)
    expect((await get()).status).toMatchObject({ desiredReplicas: 4 })
  })

  test('says why it cannot, once each turn', async () => {
    c = await startTestCluster(deploymentController, replicaSetController, horizontalPodAutoscalerController)
    await c.create(HORIZONTAL_POD_AUTOSCALERS, hpa({ metrics: [cpu] }))
    await c.until('no target', async () => (await condition('AbleToScale'))?.reason === 'FailedGetScale')
    expect((await condition('AbleToScale'))?.message).toBe(
      'the HPA controller was unable to get the target\'s current scale: deployments.apps "web" not found',
    )
    await c.create(DEPLOYMENTS, deployment(2))
    await c.until('no metrics', async () => (await condition('ScalingActive'))?.reason === 'FailedGetResourceMetric')
    expect((await condition('ScalingActive'))?.message).toBe(
      'the HPA was unable to compute the replica count: failed to get cpu utilization: unable to get metrics for resource cpu: unable to ' +
        'fetch metrics from resource metrics API: the server could not find the requested resource (get pods.metrics.k8s.io)',
    )
    const before = c.writes()
    await c.pass(60)
    expect(c.writes() - before).toBeLessThan(3)
    expect(c.errors).toEqual([])
  })

  test.each([
    [{ apiVersion: 'apps/v1', kind: 'Widget' }, 'no matches for kind "Widget" in group "apps"'],
    [{ apiVersion: 'apps/v1', kind: 'DaemonSet' }, 'the server could not find the requested resource (get daemonsets web)'],
    // The group is what counts.
    [{ apiVersion: 'apps/v1beta2', kind: 'Deployment' }, 'deployments.apps "web" not found'],
  ])('a target of %j', async (target, why) => {
    c = await startTestCluster(horizontalPodAutoscalerController)
    await c.create(HORIZONTAL_POD_AUTOSCALERS, hpa({ scaleTargetRef: { ...target, name: 'web' }, metrics: [cpu] }))
    await told(`FailedGetScale: ${why}`)
    expect((await condition('AbleToScale'))?.message).toBe(`the HPA controller was unable to get the target's current scale: ${why}`)
  })

  test('and a user who will not agree: each turn puts it right once, and is told once', async () => {
    usage = 50
    await start(2)
    await c.create(HORIZONTAL_POD_AUTOSCALERS, hpa({ minReplicas: 2, maxReplicas: 3, metrics: [cpu] }))
    await c.until('known', async () => (await condition('ScalingActive')) !== undefined)
    const minutes = 5
    const before = c.writes()
    let rescales = 0
    for (let second = 0; second < minutes * 60; second++) {
      if ((await size()) !== 9) {
        await c.client.resource(DEPLOYMENTS).patch('web', { type: 'merge', body: { spec: { replicas: 9 } } }, { namespace: 'default' })
        rescales++
      }
      await c.pass(1)
    }
    // A turn each fifteen seconds; six pods that come and go for each, a scale, sizes and statuses.
    expect(rescales).toBeLessThanOrEqual(minutes * 4 + 2)
    expect(rescales).toBeGreaterThan(minutes * 3)
    expect((c.writes() - before) / rescales).toBeLessThanOrEqual(36)
    await told('SuccessfulRescale: New size: 3; reason: Current number of replicas above Spec.MaxReplicas')
    await c.until('calm', async () => (await alive()).length === 3)
    const writes = c.writes()
    await c.pass(60)
    expect(c.writes() - writes).toBeLessThan(4)
    expect(c.errors).toEqual([])
  })

  test('keeps within its bounds without asking anybody, and leaves a target at zero alone', async () => {
    await start(1)
    await c.create(HORIZONTAL_POD_AUTOSCALERS, hpa({ minReplicas: 3, metrics: [cpu] }))
    await c.until('three', async () => (await size()) === 3)
    await told('SuccessfulRescale: New size: 3; reason: Current number of replicas below Spec.MinReplicas')
    await c.client.resource(DEPLOYMENTS).patch('web', { type: 'merge', body: { spec: { replicas: 9 } } }, { namespace: 'default' })
    await c.until('five', async () => (await size()) === 5)
    await c.client.resource(DEPLOYMENTS).patch('web', { type: 'merge', body: { spec: { replicas: 0 } } }, { namespace: 'default' })
    await c.until('off', async () => (await condition('ScalingActive'))?.reason === 'ScalingDisabled')
    expect(await size()).toBe(0)
  })

  test('a metric of something outside is named with its selector, and says what is the matter with it in the same way', async () => {
    await start(1)
    const metric = {
      name: 'queue',
      selector: { matchLabels: { b: '2', a: '1' }, matchExpressions: [{ key: 'k', operator: 'In', values: ['x', 'y'] }] },
    }
    const spec = { metrics: [{ type: 'External', external: { metric, target: { type: 'AverageValue', averageValue: '10' } } }] }
    const printed =
      '&LabelSelector{MatchLabels:map[string]string{a: 1,b: 2,},MatchExpressions:[]LabelSelectorRequirement{' +
      'LabelSelectorRequirement{Key:k,Operator:In,Values:[x y],},},}'
    await c.create(HORIZONTAL_POD_AUTOSCALERS, hpa(spec))
    const missing =
      `unable to get external metric default/queue/${printed}: unable to fetch metrics from external metrics API: ` +
      'the server could not find the requested resource (get queue.external.metrics.k8s.io)'
    await told(`FailedGetExternalMetric: ${missing}`)
    await told(
      'FailedComputeMetricsReplicas: invalid metrics (1 invalid out of 1), first error is: failed to get queue external metric value: ' +
        `failed to get queue external metric: ${missing}`,
    )
    expect((await condition('ScalingActive'))?.message).toBe(`the HPA was unable to compute the replica count: ${missing}`)
    c.serve('/apis/external.metrics.k8s.io/v1beta1/namespaces/default/queue', () =>
      Promise.resolve({ items: [{ metricName: 'queue', timestamp: formatTime(c.clock.now()), value: '25' }] }),
    )
    await told(`SuccessfulRescale: New size: 3; reason: external metric queue(${printed}) above target`)
  })

  test('a metric of an object is named by its kind, or, shared out among the pods, as one from outside', async () => {
    await start(1)
    c.serve('/apis/custom.metrics.k8s.io/v1beta2/namespaces/default/services/web/hits', () =>
      Promise.resolve({ items: [{ metric: { name: 'hits' }, timestamp: formatTime(c.clock.now()), value: '25' }] }),
    )
    const describedObject = { apiVersion: 'v1', kind: 'Service', name: 'web' }
    const target = { type: 'AverageValue', averageValue: '10' }
    await c.create(
      HORIZONTAL_POD_AUTOSCALERS,
      hpa({ metrics: [{ type: 'Object', object: { describedObject, metric: { name: 'hits' }, target } }] }),
    )
    await told('SuccessfulRescale: New size: 3; reason: external metric hits(nil) above target')
    expect(await size()).toBe(3)
    const shown = async () => (await c.get<HorizontalPodAutoscaler>(HORIZONTAL_POD_AUTOSCALERS, 'web')).status?.currentMetrics ?? []
    await c.until('shown', async () => (await shown()).length === 1)
    // Nothing is asked at zero: an old figure is none.
    await c.client.resource(DEPLOYMENTS).patch('web', { type: 'merge', body: { spec: { replicas: 0 } } }, { namespace: 'default' })
    await c.until('off', async () => (await condition('ScalingActive'))?.reason === 'ScalingDisabled')
    expect(await shown()).toEqual([])
    const writes = c.writes()
    await c.pass(60)
    expect(c.writes()).toBe(writes)
  })

  test('an object has one value', async () => {
    await start(1)
    c.serve('/apis/custom.metrics.k8s.io/v1beta2/namespaces/default/services/web/hits', () => Promise.resolve({ items: [] }))
    const describedObject = { apiVersion: 'v1', kind: 'Service', name: 'web' }
    const object = { describedObject, metric: { name: 'hits' }, target: { type: 'Value', value: '10' } }
    await c.create(HORIZONTAL_POD_AUTOSCALERS, hpa({ metrics: [{ type: 'Object', object }] }))
    await told(
      'FailedGetObjectMetric: unable to get metric hits on Service default/web: unable to fetch metrics from custom metrics API: ' +
        'the custom metrics API server returned 0 results when we asked for exactly one',
    )
    expect(await condition('ScalingActive')).toMatchObject({ status: 'False', reason: 'FailedGetObjectMetric' })
  })

  test('a tolerance is taken as exactly as it is given', async () => {
    usage = 55
    await start(2)
    await c.until('two pods', async () => (await alive()).length === 2)
    await run()
    await c.create(HORIZONTAL_POD_AUTOSCALERS, hpa({ metrics: [cpu], behavior: { scaleUp: { tolerance: '99999u' } } }))
    await c.until('scaled', async () => (await size()) === 3)
    expect(c.errors).toEqual([])
  })

  describe('at zero', () => {
    const queue: MetricSpec = {
      type: 'External',
      external: { metric: { name: 'queue' }, target: { type: 'AverageValue', averageValue: '10' } },
    }
    let waiting = 0
    const startQueue = async (replicas: number, spec: object): Promise<void> => {
      await start(replicas)
      c.serve('/apis/external.metrics.k8s.io/v1beta1/namespaces/default/queue', () =>
        Promise.resolve({ items: [{ metricName: 'queue', timestamp: formatTime(c.clock.now()), value: String(waiting) }] }),
      )
      await c.create(HORIZONTAL_POD_AUTOSCALERS, hpa({ metrics: [queue], ...spec }))
    }
    const set = (spec: object) =>
      c.client.resource(HORIZONTAL_POD_AUTOSCALERS).patch('web', { type: 'merge', body: { spec } }, { namespace: 'default' })

    test('a metric that needs no pods takes the last away and brings the first back', async () => {
      waiting = 0
      await startQueue(1, { minReplicas: 0 })
      // Scaling down waits for five minutes.
      await c.pass(330)
      expect(await size()).toBe(0)
      expect(await condition('ScaledToZero')).toMatchObject({
        ...{ status: 'True', reason: 'ScaledToZero', message: 'the HPA controller scaled the workload to zero' },
      })
      waiting = 25
      await c.until('three', async () => (await size()) === 3)
      expect(await condition('ScaledToZero')).toMatchObject({
        ...{ status: 'False', reason: 'NotScaledToZero', message: 'the HPA controller did not scale the workload to zero' },
      })
    })

    test('a lower bound that is raised meanwhile counts', async () => {
      waiting = 0
      await startQueue(1, { minReplicas: 0 })
      // Scaling down waits for five minutes.
      await c.pass(330)
      expect(await size()).toBe(0)
      await set({ minReplicas: 2 })
      await c.until('two', async () => (await size()) === 2)
      await told('SuccessfulRescale: New size: 2; reason: Current number of replicas below Spec.MinReplicas')
    })

    test("somebody else's zero stays, whatever the metric says", async () => {
      waiting = 25
      await startQueue(0, { minReplicas: 0 })
      await c.until('off', async () => (await condition('ScalingActive'))?.reason === 'ScalingDisabled')
      await c.pass(60)
      expect(await size()).toBe(0)
    })
  })

  test('two that want the same pods do nothing', async () => {
    usage = 100
    await start(2)
    await c.until('two pods', async () => (await alive()).length === 2)
    await run()
    const other = hpa({ metrics: [cpu] })
    await c.create(HORIZONTAL_POD_AUTOSCALERS, hpa({ metrics: [cpu], minReplicas: 2, maxReplicas: 2 }))
    await c.until('known', async () => (await condition('ScalingActive')) !== undefined)
    await c.create(HORIZONTAL_POD_AUTOSCALERS, { ...other, metadata: { name: 'web2' } })
    await c.until('told', async () => (await condition('ScalingActive'))?.reason === 'AmbiguousSelector')
    expect((await condition('ScalingActive'))?.message).toContain(
      'pods by selector app=web are controlled by more than one HPA (e.g. [{web',
    )
    expect(await size()).toBe(2)
  })
})

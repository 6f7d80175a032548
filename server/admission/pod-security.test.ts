import { describe, expect, test } from 'vitest'
import type { Entry } from '../cache/entry.ts'
import { isStatusError } from '../machinery/status.ts'
import type { KubeObject } from '../machinery/types.ts'
import type { AdmissionAttributes } from './contract.ts'
import { testAttributes } from './testing/attributes.ts'
import { PodSecurityMetrics } from './pod-security-metrics.ts'
import { defaultPodSecurity, podSecurity, type PodSecurityConfiguration } from './pod-security.ts'

const entry = (object: KubeObject): Entry => ({ object: () => object }) as Entry
const labelled = (labels: Record<string, string>): KubeObject => ({
  metadata: { name: 'ns', labels: Object.fromEntries(Object.entries(labels).map(([k, v]) => [`pod-security.kubernetes.io/${k}`, v])) },
})
const pod = (name: string, spec: object = {}, metadata: object = {}): KubeObject => ({
  metadata: { name, ...metadata },
  spec: { containers: [{ name: 'c', image: 'i' }], ...spec },
})
const HOST = { hostNetwork: true }

interface Setting {
  namespace?: KubeObject
  pods?: readonly KubeObject[]
  configuration?: PodSecurityConfiguration
  now?: () => number
  notes?: Map<string, string>
  metrics?: PodSecurityMetrics
}

/** Asks the plugin of one write; the answer is what was warned of, and the refusal. */
async function ask(setting: Setting, write: Partial<AdmissionAttributes> & { resourceName?: string; group?: string }): Promise<string[]> {
  const { namespace, pods = [], configuration = defaultPodSecurity } = setting
  const said: string[] = []
  const plugin = podSecurity({
    namespaces: {
      cached: () => (namespace === undefined ? undefined : entry(namespace)),
      fresh: () => Promise.resolve(undefined),
    },
    pods: () => pods.map(entry),
    configuration,
    ...(setting.metrics === undefined ? {} : { observer: setting.metrics }),
    ...(setting.now === undefined ? {} : { now: setting.now }),
  })
  const { resourceName = 'pods', group = '', ...attributes } = write
  try {
    await plugin.validate!(
      testAttributes({
        ...{ namespace: 'ns', name: attributes.object?.metadata.name ?? '', kind: { group: '', version: 'v1', kind: 'Namespace' } },
        resource: { group, version: 'v1', resource: resourceName, namespaced: true },
        warn: (text) => void said.push(text),
        annotate: (key, value) => void setting.notes?.set(key.replace('pod-security.kubernetes.io/', ''), value),
        ...attributes,
      }),
    )
  } catch (e) {
    if (!isStatusError(e)) throw e
    said.push(`${e.code} ${e.message}`)
  }
  return said
}

describe('a pod', () => {
  const strict = { namespace: labelled({ enforce: 'baseline', 'enforce-version': 'v1.30', warn: 'restricted' }) }
  const refusal = '403 pods "p" is forbidden: violates PodSecurity "baseline:v1.30": host namespaces (hostNetwork=true)'

  test('that violates what is enforced is refused, without a warning besides', async () => {
    expect(await ask(strict, { object: pod('p', HOST) })).toEqual([refusal])
  })

  test('that violates only what is warned of comes with a warning', async () => {
    expect(await ask(strict, { object: pod('p') })).toEqual([
      expect.stringMatching(/^would violate PodSecurity "restricted:latest": allowPrivilegeEscalation != false \(container "c" must set/),
    ])
  })

  test('in a namespace without labels is as it is', async () => {
    expect(await ask({ namespace: { metadata: { name: 'ns' } } }, { object: pod('p', HOST) })).toEqual([])
  })

  test('in a namespace that nobody finds is not decided on', async () => {
    expect(await ask({}, { object: pod('p') })).toEqual(['500 Internal error occurred: failed to lookup namespace "ns"'])
  })

  test('is looked at again when an image or an ephemeral container is new, by any subresource that may do that', async () => {
    const update = (object: KubeObject, subresource = ''): Promise<string[]> =>
      ask(strict, { operation: 'UPDATE', object, oldObject: pod('p', HOST), subresource })
    const other = { ...HOST, containers: [{ name: 'c', image: 'j' }] }
    expect(await update(pod('p', HOST, { labels: { a: 'b' } }))).toEqual([])
    expect(await update(pod('p', other))).toEqual([refusal])
    expect(await update(pod('p', other), 'resize')).toEqual([refusal])
    expect(await update(pod('p', other), 'status')).toEqual([])
    expect(await update(pod('p', { ...HOST, ephemeralContainers: [{ name: 'd' }] }), 'ephemeralcontainers')).toEqual([refusal])
  })

  test('leaves a note of what was decided', async () => {
    const noted = async (labels: Record<string, string>, spec: object, configuration = defaultPodSecurity): Promise<object> => {
      const notes = new Map<string, string>()
      await ask({ namespace: labelled(labels), notes, configuration }, { object: pod('p', spec) })
      return Object.fromEntries(notes)
    }
    expect(await noted({}, HOST)).toEqual({ 'enforce-policy': 'privileged:latest' })
    expect(await noted({ audit: 'baseline' }, HOST)).toEqual({
      'enforce-policy': 'privileged:latest',
      'audit-violations': 'would violate PodSecurity "baseline:latest": host namespaces (hostNetwork=true)',
    })
    expect(await noted({ warn: 'x' }, {})).toEqual({
      'enforce-policy': 'privileged:latest',
      error:
        'Failed to parse policy: metadata.labels[pod-security.kubernetes.io/warn]: Invalid value: "x": must be one of privileged, baseline, restricted',
    })
    const exemptions = { usernames: ['somebody'], namespaces: [], runtimeClasses: [] }
    expect(await noted({ enforce: 'baseline' }, HOST, { ...defaultPodSecurity, exemptions })).toEqual({ exempt: 'user' })
  })

  test('is let be for whom the configuration exempts', async () => {
    const exempt = (more: Partial<PodSecurityConfiguration['exemptions']>): Setting => ({
      ...strict,
      configuration: { ...defaultPodSecurity, exemptions: { ...defaultPodSecurity.exemptions, ...more } },
    })
    expect(await ask(exempt({ usernames: ['somebody'] }), { object: pod('p', HOST) })).toEqual([])
    expect(await ask(exempt({ namespaces: ['ns'] }), { object: pod('p', HOST) })).toEqual([])
    expect(await ask(exempt({ runtimeClasses: ['vm'] }), { object: pod('p', { ...HOST, runtimeClassName: 'vm' }) })).toEqual([])
    expect(await ask(exempt({ runtimeClasses: ['vm'], usernames: ['x'] }), { object: pod('p', HOST) })).toEqual([refusal])
  })
})

describe('what is counted', () => {
  /** Those that are not 0: their labels' values in the order of upstream's labels. */
  const counted = async (metrics: PodSecurityMetrics, name: string): Promise<Record<string, number>> => {
    const { values } = await metrics
      .sources()
      .find((s) => s.name === `pod_security_${name}_total`)!
      .get()
    const order = ['decision', 'fatal', 'mode', 'policy_level', 'policy_version', 'request_operation', 'resource', 'subresource']
    const shown = values.filter(({ value }) => value > 0)
    return Object.fromEntries(shown.map(({ labels, value }) => [order.flatMap((label) => labels[label] ?? []).join(' '), value]))
  }

  test('is there from the start where it is most often', async () => {
    const sources = new PodSecurityMetrics(37).sources()
    const sizes = await Promise.all(sources.map(async (s) => (await s.get()).values.length))
    expect(sizes).toEqual([2, 4, 0])
  })

  test('is what was enforced, and what else would have refused', async () => {
    const metrics = new PodSecurityMetrics(37)
    const future = { enforce: 'baseline', 'enforce-version': 'v1.99', audit: 'restricted', 'audit-version': 'v1.25', warn: 'restricted' }
    const setting = { metrics, namespace: labelled(future) }
    await ask(setting, { object: pod('p') })
    await ask(setting, { object: pod('p', HOST) })
    await ask({ metrics, namespace: labelled({}) }, { object: pod('p') })
    expect(await counted(metrics, 'evaluations')).toEqual({
      'allow enforce baseline future create pod ': 1,
      'deny audit restricted v1.25 create pod ': 2,
      'deny warn restricted latest create pod ': 1,
      'deny enforce baseline future create pod ': 1,
      'allow enforce privileged latest create pod ': 1,
    })
  })

  test('is whom the configuration exempts, and what could not be read', async () => {
    const metrics = new PodSecurityMetrics(37)
    const configuration = { ...defaultPodSecurity, exemptions: { usernames: ['somebody'], namespaces: [], runtimeClasses: ['r'] } }
    const namespace = labelled({ warn: 'restricted' })
    const template = { metadata: { name: 'd' }, spec: { template: pod('p') } }
    await ask({ metrics, namespace, configuration }, { object: pod('p') })
    await ask({ metrics, namespace, configuration }, { object: template, resourceName: 'deployments', group: 'apps' })
    const other = { user: { name: 'other', groups: [] } }
    await ask({ metrics, namespace, configuration }, { object: pod('p', { runtimeClassName: 'r' }), ...other })
    expect(await counted(metrics, 'exemptions')).toEqual({ 'create pod ': 2, 'create controller ': 1 })
    await ask({ metrics, namespace: labelled({ warn: 'nonsense', audit: 'baseline' }) }, { object: pod('p') })
    await ask({ metrics }, { object: pod('p') })
    expect(await counted(metrics, 'errors')).toEqual({ 'false create pod ': 1, 'true create pod ': 1 })
  })
})

describe('what makes pods', () => {
  const namespace = labelled({ enforce: 'restricted', warn: 'baseline' })
  const template = { metadata: {}, spec: pod('', HOST).spec }
  const warning = 'would violate PodSecurity "baseline:latest": host namespaces (hostNetwork=true)'

  test.each([
    ['', 'replicationcontrollers', { spec: { template } }],
    ['', 'podtemplates', { template }],
    ['apps', 'replicasets', { spec: { template } }],
    ['apps', 'deployments', { spec: { template } }],
    ['apps', 'statefulsets', { spec: { template } }],
    ['apps', 'daemonsets', { spec: { template } }],
    ['batch', 'jobs', { spec: { template } }],
    ['batch', 'cronjobs', { spec: { jobTemplate: { spec: { template } } } }],
  ])('%s %s is warned of and not refused', async (group, resourceName, object) => {
    expect(await ask({ namespace }, { group, resourceName, object: { metadata: { name: 'm' }, ...object } })).toEqual([warning])
    expect(await ask({ namespace }, { group, resourceName, subresource: 'scale', object: { metadata: { name: 'm' }, ...object } })).toEqual(
      [],
    )
  })

  test('a controller without a template, and other kinds, say nothing', async () => {
    expect(await ask({ namespace }, { resourceName: 'replicationcontrollers', object: { metadata: { name: 'm' }, spec: {} } })).toEqual([])
    expect(await ask({ namespace }, { group: 'x.io', resourceName: 'jobs', object: { metadata: {}, spec: { template } } })).toEqual([])
  })
})

describe('a namespace', () => {
  const write = (from: Record<string, string> | undefined, to: Record<string, string>, setting: Setting = {}): Promise<string[]> =>
    ask(setting, {
      resourceName: 'namespaces',
      operation: from === undefined ? 'CREATE' : 'UPDATE',
      object: labelled(to),
      oldObject: from === undefined ? undefined : labelled(from),
    })
  const owned = (name: string, spec: object): KubeObject => pod(name, spec, { ownerReferences: [{ uid: 'u', controller: true }] })

  test('with labels that cannot be read is refused, unless they were there', async () => {
    const text =
      '422 Namespace "ns" is invalid: metadata.labels[pod-security.kubernetes.io/enforce]: Invalid value: "x": must be one of privileged, baseline, restricted'
    expect(await write(undefined, { enforce: 'x' })).toEqual([text])
    expect(await write({}, { enforce: 'x' })).toEqual([text])
    expect(await write({ enforce: 'x' }, { enforce: 'x' })).toEqual([])
  })

  test('that becomes stricter is told of its pods, the same of many in one line', async () => {
    const pods = [
      pod('b', HOST),
      pod('a', HOST),
      pod('c', { hostPID: true }),
      pod('d', { volumes: [{ name: 'v', hostPath: {} }] }),
      pod('fine'),
    ]
    expect(await write({}, { enforce: 'baseline' }, { pods })).toEqual([
      'existing pods in namespace "ns" violate the new PodSecurity enforce level "baseline:latest"',
      'a (and 2 other pods): host namespaces',
      'd: hostPath volumes',
    ])
    expect(await write({ enforce: 'restricted' }, { enforce: 'baseline' }, { pods })).toEqual([])
    expect(
      await write({ enforce: 'baseline' }, { enforce: 'baseline', 'enforce-version': 'v1.20' }, { pods: [pod('a', HOST), pod('b', HOST)] }),
    ).toEqual([
      'existing pods in namespace "ns" violate the new PodSecurity enforce level "baseline:v1.20"',
      'a (and 1 other pod): host namespaces',
    ])
  })

  test('with more pods than are looked at says so, and looks at one of each controller first', async () => {
    const pods = [...Array.from({ length: 2999 }, (_, i) => owned(`o${i}`, HOST)), pod('y'), pod('z', { hostPID: true })]
    expect(await write({}, { enforce: 'baseline' }, { pods })).toEqual([
      'new PodSecurity enforce level only checked against the first 3000 of 3001 existing pods',
      'existing pods in namespace "ns" violate the new PodSecurity enforce level "baseline:latest"',
      'o0 (and 2998 other pods): host namespaces',
    ])
  })

  test('whose pods take more than a second is told of those that were reached', async () => {
    let now = 0
    const pods = Array.from({ length: 5 }, (_, i) => pod(`p${i}`, HOST))
    const said = await write({}, { enforce: 'baseline' }, { pods, now: () => (now += 300) })
    expect(said[0]).toMatch(/^new PodSecurity enforce level only checked against the first [1-4] of 5 existing pods$/)
  })

  test('that is exempt is told that its labels have no effect', async () => {
    const configuration = { ...defaultPodSecurity, exemptions: { ...defaultPodSecurity.exemptions, namespaces: ['ns'] } }
    const warning =
      'namespace "ns" is exempt from Pod Security, and the policy (enforce=baseline:latest, warn=restricted:v1.9) will be ignored'
    const labels = { enforce: 'baseline', warn: 'restricted', 'warn-version': 'v1.9' }
    expect(await write(undefined, labels, { configuration })).toEqual([warning])
    expect(await write({}, labels, { configuration })).toEqual([warning])
    expect(await write(undefined, { enforce: 'privileged' }, { configuration })).toEqual([])
  })
})

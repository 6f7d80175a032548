import { describe, expect, test, vi } from 'vitest'
import type { Entry } from '../cache/entry.ts'
import { FakeClock } from '../machinery/clock.ts'
import type { KubeObject } from '../machinery/types.ts'
import type { AskReview } from '../webhook/review.ts'
import { alwaysAdmit, alwaysDeny } from './always.ts'
import { alwaysPullImages } from './always-pull-images.ts'
import type { AdmissionAttributes } from './contract.ts'
import { denyServiceExternalIPs } from './deny-service-external-ips.ts'
import { eventRateLimit } from './event-rate-limit.ts'
import { imagePolicyWebhook } from './image-policy-webhook.ts'
import { namespaceAutoProvision } from './namespace-auto-provision.ts'
import { namespaceExists } from './namespace-exists.ts'
import { podNodeSelector } from './pod-node-selector.ts'
import { podTolerationRestriction } from './pod-toleration-restriction.ts'
import { testAttributes } from './testing/attributes.ts'

/** What e2e/server/admission-plugins.test.ts cannot show: times, failures, and what no client can bring about. */
const object = (spec: object, metadata: object = {}): KubeObject => ({ metadata: { name: 'x', ...metadata }, spec })
const container = (more: object = {}): object => ({ name: 'c', image: 'i', ...more })
const about = (resource: string, more: Partial<AdmissionAttributes> = {}): AdmissionAttributes =>
  testAttributes({ resource: { group: '', version: 'v1', resource, namespaced: true }, ...more })
const messageOf = async (run: () => unknown): Promise<string> => {
  try {
    await run()
    return ''
  } catch (e) {
    return (e as Error).message
  }
}

test('whoever always denies denies all but what the server makes itself', async () => {
  const write = about('configmaps', { operation: 'DELETE' })
  expect(await messageOf(() => alwaysDeny.mutate!(write))).toBe(
    'configmaps "x" is forbidden: admission control is denying all modifications',
  )
  expect(await messageOf(() => alwaysDeny.mutate!({ ...write, internal: true }))).toBe('')
  expect(Object.keys(alwaysAdmit)).toEqual(['name'])
})

describe('images are always pulled', () => {
  test('a policy that somebody has put back is refused', async () => {
    const spec = {
      initContainers: [container({ imagePullPolicy: 'Never' })],
      containers: [container({ imagePullPolicy: 'Always' })],
      volumes: [{ name: 'v', image: { reference: 'r', pullPolicy: 'IfNotPresent' } }],
    }
    const told = 'Unsupported value: "Never": supported values: "Always"'
    const volume = 'Unsupported value: "IfNotPresent": supported values: "Always"'
    expect(await messageOf(() => alwaysPullImages.validate!(about('pods', { object: object(spec) })))).toBe(
      `[pods "x" is forbidden: spec.initContainers[0].imagePullPolicy: ${told}, ` +
        `pods "x" is forbidden: spec.volumes[0].image.pullPolicy: ${volume}]`,
    )
  })

  test('an update is looked at when it has an image that was not there', () => {
    const update = (image: string): unknown => {
      const next = object({ containers: [container({ image, imagePullPolicy: 'Never' })] })
      const oldObject = object({ containers: [container({ imagePullPolicy: 'Never' })] })
      void alwaysPullImages.mutate!(about('pods', { operation: 'UPDATE', object: next, oldObject }))
      return (next.spec as { containers: { imagePullPolicy: string }[] }).containers[0]!.imagePullPolicy
    }
    expect([update('i'), update('j')]).toEqual(['Never', 'Always'])
  })
})

test('a service keeps the addresses that it has', async () => {
  const update = (...ips: string[]): Promise<string> =>
    messageOf(() =>
      denyServiceExternalIPs.validate!(
        about('services', {
          operation: 'UPDATE',
          object: object({ externalIPs: ips }),
          oldObject: object({ externalIPs: ['1.1.1.1', '2.2.2.2'] }),
        }),
      ),
    )
  expect([await update('2.2.2.2'), await update('2.2.2.2', '3.3.3.3')]).toEqual([
    '',
    'services "x" is forbidden: Use of external IPs is denied by admission control',
  ])
})

describe('events', () => {
  const event = (user: string, more: Partial<AdmissionAttributes> = {}): AdmissionAttributes => {
    const kind = { group: '', version: 'v1', kind: 'Event' }
    return about('events', {
      requested: { kind, group: '', version: 'v1' },
      user: { name: user, groups: [] },
      object: { metadata: { name: 'e' }, involvedObject: { name: 'p' } } as unknown as KubeObject,
      ...more,
    })
  }

  test('so many at once, and so many a second after that', async () => {
    const clock = new FakeClock()
    const plugin = eventRateLimit([{ type: 'User', qps: 2, burst: 3, cacheSize: 10 }], clock)
    const sends = (n: number, user = 'a'): Promise<string[]> =>
      Promise.all(Array.from({ length: n }, () => messageOf(() => plugin.validate!(event(user)))))
    const reached = 'Too many requests: limit reached on type User for key a'
    expect(await sends(4)).toEqual(['', '', '', reached])
    expect(await sends(1, 'b')).toEqual([''])
    clock.advance(1000)
    expect(await sends(3)).toEqual(['', '', reached])
    expect(await messageOf(() => plugin.validate!(event('a', { dryRun: true })))).toBe('')
    expect(await messageOf(() => plugin.validate!(event('a', { operation: 'DELETE' })))).toBe('')
  })

  test('all limits are told that are reached, and who was not seen for long begins anew', async () => {
    const plugin = eventRateLimit(
      [
        { type: 'Server', qps: 1, burst: 4, cacheSize: 1 },
        { type: 'Namespace', qps: 1, burst: 1, cacheSize: 1 },
      ],
      new FakeClock(),
    )
    const sends = (namespace: string): Promise<string> => messageOf(() => plugin.validate!(event('a', { namespace })))
    const told = (...texts: string[]): string => `Too many requests: ${texts.length === 1 ? texts[0]! : `[${texts.join(', ')}]`}`
    const [server, namespace] = ['limit reached on type Server for key ', 'limit reached on type Namespace for key x']
    expect([await sends('x'), await sends('x'), await sends('y'), await sends('x'), await sends('x')]).toEqual([
      ...['', told(namespace), '', ''],
      told(server, namespace),
    ])
  })
})

describe('namespaces', () => {
  const here = {} as Entry
  const lookup = (names: readonly string[], fresh: readonly string[] = names) => ({
    cached: (name: string) => (names.includes(name) ? here : undefined),
    fresh: (name: string) => Promise.resolve(fresh.includes(name) ? here : undefined),
  })

  test('nothing is written where there is none', async () => {
    const plugin = namespaceExists(lookup(['here'], ['here', 'just-made']))
    const write = (namespace: string, more: Partial<AdmissionAttributes> = {}): Promise<string> =>
      messageOf(() => plugin.validate!(about('configmaps', { namespace, operation: 'DELETE', ...more })))
    expect([
      await write('here'),
      await write('just-made'),
      await write('gone'),
      await write(''),
      await write('gone', { operation: 'CONNECT' }),
    ]).toEqual(['', '', 'namespaces "gone" not found', '', ''])
  })

  test('one is made once, and somebody else may have been quicker', async () => {
    const create = vi.fn(() => Promise.resolve())
    const plugin = namespaceAutoProvision(lookup(['here']), create)
    const write = (namespace: string, more: Partial<AdmissionAttributes> = {}): Promise<string> =>
      messageOf(() => plugin.mutate!(about('configmaps', { namespace, ...more })))
    await write('here')
    await write('new', { operation: 'UPDATE' })
    await write('new', { dryRun: true })
    await write('new')
    expect(create.mock.calls).toEqual([['new']])
    create.mockRejectedValueOnce(new Error('no room'))
    expect(await write('new')).toBe('configmaps "x" is forbidden: no room')
  })

  test('of one that is missing pods are refused', async () => {
    const pod = about('pods', { namespace: 'gone', object: object({ containers: [] }) })
    expect(await messageOf(() => podNodeSelector(lookup([]), {}).mutate!(pod))).toBe(
      'Internal error occurred: namespace gone does not exist',
    )
    const tolerations = podTolerationRestriction(lookup([]), { default: [], whitelist: [] })
    expect(await messageOf(() => tolerations.validate!(pod))).toBe('namespaces "gone" not found')
  })
})

describe('images that somebody else judges', () => {
  const judged = (ask: AskReview, more: { defaultAllow?: boolean; allowMs?: number; denyMs?: number } = {}) => {
    const clock = new FakeClock()
    const plugin = imagePolicyWebhook({ ask, clock, allowMs: 1000, denyMs: 10, defaultAllow: false, ...more })
    const annotations = new Map<string, string>()
    const write = (): { pod: KubeObject; run: () => Promise<string> } => {
      const pod = object({ containers: [container()] })
      const attributes = testAttributes({ object: pod }, annotations)
      return { pod, run: () => messageOf(() => plugin.validate!(attributes)) }
    }
    return { clock, annotations, write }
  }

  test('an answer is kept for its time', async () => {
    let allowed = true
    let asked = 0
    const ask: AskReview = (_review, _ms, read) => {
      asked++
      return Promise.resolve(read({ status: { allowed } }))
    }
    const { clock, write } = judged(ask)
    const rejected = 'pods "x" is forbidden: one or more images rejected by webhook backend'
    const seen = [await write().run()]
    allowed = false
    clock.advance(999)
    seen.push(await write().run())
    clock.advance(1)
    seen.push(await write().run())
    allowed = true
    clock.advance(9)
    seen.push(await write().run())
    clock.advance(1)
    seen.push(await write().run())
    expect(seen).toEqual(['', '', rejected, rejected, ''])
    expect(asked).toBe(3)
  })

  test('when nobody answers, images run where that was said, and the pod shows it', async () => {
    const ask: AskReview = () => Promise.reject(new Error('nobody is there'))
    expect(await judged(ask).write().run()).toBe('pods "x" is forbidden: nobody is there')
    const { annotations, write } = judged(ask, { defaultAllow: true })
    const { pod, run } = write()
    expect(await run()).toBe('')
    expect(pod.metadata.annotations).toEqual({ 'alpha.image-policy.k8s.io/failed-open': 'true' })
    expect([...annotations]).toEqual([['imagepolicywebhook.image-policy.k8s.io/failed-open', 'true']])
  })
})

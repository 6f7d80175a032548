import { describe, expect, test } from 'vitest'
import { bindingStatus, policyStatus, type WebhookConfiguration, webhooksStatus } from './admission/view.ts'
import { autoscalerStatus } from './autoscaling/view.ts'
import { budgetStatus } from './budgets/view.ts'
import { requestStatus, requestView } from './certificates/view.ts'
import { definitionStatus, definitionView } from './definitions/view.ts'
import { gatewayViews, routeStatus } from './gateways/view.ts'
import { ingressStatus } from './ingresses/view.ts'
import { endpointSliceStatus } from './endpointslices/view.ts'
import { worstFirst } from '../kube/columns.ts'
import { body } from '../kube/testing/certificate.ts'
import { kinds } from './kinds.ts'
import { leaseStatus } from './leases/view.ts'
import { nextStep } from './next-steps.ts'
import { storageClassStatus } from './storageclasses/view.ts'
import { claimStatus, volumeStatus } from './volumes/status.ts'
import { classStatus, levelStatus, schemaStatus } from './priorities/view.ts'
import type { Condition, KubeObject } from '../kube/types.ts'

const metadata = { name: 'x' }
const told = (type: string, status: string, reason = ''): Condition => ({ type, status, reason })

describe('a horizontal pod autoscaler', () => {
  const well = [told('AbleToScale', 'True'), told('ScalingActive', 'True'), told('ScalingLimited', 'False')]
  const of = (conditions: Condition[], currentReplicas = 2, desiredReplicas = 2) =>
    autoscalerStatus({ metadata, status: { conditions, currentReplicas, desiredReplicas } })
  test.each<[string, ReturnType<typeof of>, string, string]>([
    ['nobody has looked', autoscalerStatus({ metadata }), 'NotObserved', 'muted'],
    ['well', of(well), 'Active', 'ok'],
    ['on its way', of(well, 2, 3), 'Scaling', 'busy'],
    ['no target', of([told('AbleToScale', 'False', 'FailedGetScale')]), 'FailedGetScale', 'bad'],
    [
      'no metrics',
      of([told('AbleToScale', 'True'), told('ScalingActive', 'False', 'FailedGetResourceMetric')]),
      'FailedGetResourceMetric',
      'bad',
    ],
    ['off', of([told('AbleToScale', 'True'), told('ScalingActive', 'False', 'ScalingDisabled')]), 'ScalingDisabled', 'muted'],
    ['at its most', of([well[0]!, well[1]!, told('ScalingLimited', 'True', 'TooManyReplicas')]), 'TooManyReplicas', 'warn'],
    ['at its least', of([well[0]!, well[1]!, told('ScalingLimited', 'True', 'TooFewReplicas')]), 'Active', 'ok'],
  ])('%s', (_, status, text, tone) => expect(status).toEqual({ text, tone }))
})

test.each<[string, object, string, string]>([
  ['waits for a volume', { phase: 'Pending' }, 'Pending', 'busy'],
  ['has what was asked for', { capacity: { storage: '2Gi' } }, 'Bound', 'ok'],
  ['has more', { capacity: { storage: '3Gi' } }, 'Bound', 'ok'],
  ['has less: nobody has begun', { capacity: { storage: '1Gi' } }, 'ExpansionPending', 'busy'],
  ['is expanded', { capacity: { storage: '1Gi' }, conditions: [told('Resizing', 'True')] }, 'Resizing', 'busy'],
  ['was expanded before', { capacity: { storage: '2Gi' }, conditions: [told('Resizing', 'False')] }, 'Bound', 'ok'],
  [
    'waits for its node',
    { conditions: [told('Resizing', 'True'), told('FileSystemResizePending', 'True')] },
    'FileSystemResizePending',
    'busy',
  ],
  ['as its resizer tells', { allocatedResourceStatuses: { storage: 'NodeResizeInProgress' } }, 'NodeResizeInProgress', 'busy'],
  [
    'too large for its driver',
    { allocatedResourceStatuses: { storage: 'ControllerResizeInfeasible' } },
    'ControllerResizeInfeasible',
    'bad',
  ],
  ['failed', { conditions: [told('NodeResizeError', 'True')] }, 'NodeResizeError', 'bad'],
])('a claim: %s', (_, status, text, tone) => {
  const spec = { resources: { requests: { storage: '2Gi' } } }
  expect(claimStatus({ metadata, spec, status: { phase: 'Bound', ...status } })).toEqual({ text, tone })
  const leaving = { ...metadata, deletionTimestamp: '2999-01-01T00:00:00Z' }
  expect(claimStatus({ metadata: leaving, spec, status: { phase: 'Bound', ...status } })).toMatchObject({
    text: 'Terminating',
    tone: 'busy',
  })
})

test('a volume without a phase has no word, and an unknown phase no colour', () => {
  expect(volumeStatus({ metadata })).toBeUndefined()
  expect(volumeStatus({ metadata, status: { phase: 'Odd' } })).toEqual({ text: 'Odd', tone: 'muted' })
})

test.each<[string, object | undefined, string, string]>([
  ['nobody has looked', undefined, 'NotObserved', 'muted'],
  ['no pods', { expectedPods: 0 }, 'NoPods', 'muted'],
  ['fewer than must be', { expectedPods: 3, currentHealthy: 1, desiredHealthy: 2, disruptionsAllowed: 0 }, 'InsufficientPods', 'bad'],
  ['just enough', { expectedPods: 3, currentHealthy: 2, desiredHealthy: 2, disruptionsAllowed: 0 }, 'InsufficientPods', 'warn'],
  ['one to spare', { expectedPods: 3, currentHealthy: 3, desiredHealthy: 2, disruptionsAllowed: 1 }, 'SufficientPods', 'ok'],
  ['no scale to count by', { conditions: [told('DisruptionAllowed', 'False', 'SyncFailed')] }, 'SyncFailed', 'bad'],
])('a disruption budget: %s', (_, status, text, tone) =>
  expect(budgetStatus({ metadata, ...(status ? { status: { observedGeneration: 1, ...status } } : {}) })).toEqual({ text, tone }),
)

test('a budget that lets none of its pods go says on home what that means; one that does says nothing', () => {
  const step = (status: object): string | undefined => {
    const { text } = budgetStatus({ metadata, status: { observedGeneration: 1, expectedPods: 3, desiredHealthy: 2, ...status } })
    return nextStep({ resource: 'poddisruptionbudgets.policy', reason: text })
  }
  expect(step({ currentHealthy: 1, disruptionsAllowed: 0 })).toBe('insufficientPods')
  expect(step({ currentHealthy: 2, disruptionsAllowed: 0 })).toBe('insufficientPods')
  expect(step({ currentHealthy: 3, disruptionsAllowed: 1 })).toBeUndefined()
})

test('an ingress waits until somebody gives it an address', () => {
  expect(ingressStatus({ metadata })).toEqual({ text: 'Pending', tone: 'busy' })
  expect(ingressStatus({ metadata, status: { loadBalancer: { ingress: [{ hostname: 'quay.example' }] } } })).toMatchObject({
    text: 'Ready',
  })
  expect(ingressStatus({ metadata, status: { loadBalancer: { ingress: [] } } })).toMatchObject({ text: 'Pending' })
})

test.each<[string[], string | undefined, string, string]>([
  [[], undefined, 'Pending', 'warn'],
  [['Approved'], undefined, 'Approved', 'busy'],
  [['Approved'], 'LS0t', 'Issued', 'ok'],
  [['Approved', 'Failed'], undefined, 'Failed', 'bad'],
  [['Denied'], undefined, 'Denied', 'bad'],
])('a signing request: %j, certificate %s', (types, certificate, text, tone) =>
  expect(
    requestStatus({ metadata, status: { conditions: types.map((type) => told(type, 'True')), ...(certificate ? { certificate } : {}) } }),
  ).toEqual({
    text,
    tone,
  }),
)

test('a certificate that was issued says when it ends', () => {
  const certificate = btoa(`-----BEGIN CERTIFICATE-----\n${body}\n-----END CERTIFICATE-----\n`)
  const request = { metadata, status: { conditions: [told('Approved', 'True')], certificate } }
  const end = Date.parse('2027-02-26T21:48:01Z')
  const listed = requestView.trim(request)
  expect(listed.status?.certificate).toBe('issued')
  for (const each of [request, listed]) {
    expect(requestStatus(each, end - 40 * 86_400_000)).toMatchObject({ text: 'Issued', tone: 'ok' })
    expect(requestStatus(each, end - 1000)).toEqual({ text: 'EndsSoon', tone: 'warn', at: end, until: end })
    expect(requestStatus(each, end + 1000)).toEqual({ text: 'Expired', tone: 'muted', at: end })
  }
})

describe('gateways', () => {
  const gateway = gatewayViews['gateways.gateway.networking.k8s.io'] as unknown as { status(o: unknown): unknown }
  const well = [told('Accepted', 'True'), told('Programmed', 'True')]
  test('a gateway that nobody has taken, one that works, one of whose listeners does not', () => {
    expect(gateway.status({ metadata, status: { conditions: [told('Accepted', 'Unknown', 'Pending')] } })).toEqual({
      text: 'Pending',
      tone: 'busy',
    })
    expect(gateway.status({ metadata, status: { conditions: well, listeners: [{ name: 'a', conditions: well }] } })).toEqual({
      text: 'Programmed',
      tone: 'ok',
    })
    const refused = [{ name: 'a', conditions: [...well, told('ResolvedRefs', 'False', 'InvalidCertificateRef')] }]
    expect(gateway.status({ metadata, status: { conditions: well, listeners: refused } })).toEqual({
      text: 'InvalidCertificateRef',
      tone: 'bad',
    })
  })
  test('a route is accepted by all of its parents, or says by which not', () => {
    const route = (parents: Condition[][], wanted = 1) =>
      routeStatus({
        metadata,
        spec: { parentRefs: Array.from({ length: wanted }, () => ({ name: 'a' })) },
        status: { parents: parents.map((conditions) => ({ parentRef: { name: 'a' }, conditions })) },
      })
    const bad = [told('Accepted', 'True'), told('ResolvedRefs', 'False', 'BackendNotFound')]
    expect(route([])).toEqual({ text: 'Pending', tone: 'busy' })
    expect(route([[told('Accepted', 'True'), told('ResolvedRefs', 'True')]])).toEqual({ text: 'Accepted', tone: 'ok' })
    expect(route([bad])).toEqual({ text: 'BackendNotFound', tone: 'bad' })
    // One has refused it, whatever the other will say.
    expect(route([bad], 2)).toEqual({ text: 'BackendNotFound', tone: 'bad' })
    expect(route([], 0)).toEqual({ text: 'NoParents', tone: 'warn' })
  })
})

test('a lease is held until its time is over, whoever holds it', () => {
  const at = Date.parse('2026-01-01T00:00:00Z')
  const lease = (spec: object) => ({ metadata, spec: { renewTime: '2026-01-01T00:00:00.000000Z', ...spec } })
  const held = lease({ holderIdentity: 'a', leaseDurationSeconds: 40 })
  expect(leaseStatus(held, at + 39_999)).toEqual({ text: 'Held', tone: 'ok', until: at + 40_000 })
  expect(leaseStatus(held, at + 40_000)).toEqual({ text: 'Expired', tone: 'warn' })
  expect(leaseStatus(lease({ holderIdentity: 'a' }), at + 14_999)).toMatchObject({ text: 'Held' })
  expect(leaseStatus(lease({ holderIdentity: '' }), at)).toEqual({ text: 'Free', tone: 'muted' })
  expect(leaseStatus({ metadata, spec: { holderIdentity: 'a' } }, at)).toMatchObject({ text: 'Expired' })
})

test('a definition: what keeps it from being served, then what should be mended', () => {
  const of = (...conditions: Condition[]) => definitionStatus({ metadata, status: { conditions } })
  expect(of()).toEqual({ text: 'NotEstablished', tone: 'busy' })
  expect(of(told('NamesAccepted', 'False', 'PluralConflict'), told('Established', 'True'))).toEqual({ text: 'PluralConflict', tone: 'bad' })
  expect(of(told('Established', 'True'), told('NonStructuralSchema', 'True'))).toEqual({ text: 'NonStructuralSchema', tone: 'warn' })
  expect(of(told('NamesAccepted', 'True'), told('Established', 'True'))).toEqual({ text: 'Established', tone: 'ok' })
  const versions = [
    { name: 'v1', served: true, schema: {} },
    { name: 'v1beta1', served: false },
  ]
  const kept = definitionView.trim({ metadata, spec: { versions } })
  expect(kept.spec?.versions).toEqual([
    { name: 'v1', served: true },
    { name: 'v1beta1', served: false },
  ])
  expect(definitionView.columns.find(({ id }) => id === 'versions')?.cell(kept)).toBe('v1')
})

test('a storage class says when it is the default, by either annotation', () => {
  const of = (annotations: Record<string, string>) => storageClassStatus({ metadata: { ...metadata, annotations } })
  expect(of({ 'storageclass.kubernetes.io/is-default-class': 'true' })).toEqual({ text: 'Default', tone: 'ok' })
  expect(of({ 'storageclass.beta.kubernetes.io/is-default-class': 'true' })).toEqual({ text: 'Default', tone: 'ok' })
  expect(of({ 'storageclass.kubernetes.io/is-default-class': 'false' })).toBeUndefined()
})

test('priority and fairness: what leads nowhere, what lets nothing through', () => {
  expect(schemaStatus({ metadata })).toMatchObject({ text: 'NotObserved' })
  expect(schemaStatus({ metadata, status: { conditions: [told('Dangling', 'True', 'NotFound')] } })).toEqual({
    text: 'Dangling',
    tone: 'bad',
  })
  expect(schemaStatus({ metadata, status: { conditions: [told('Dangling', 'False', 'Found')] } })).toEqual({ text: 'Found', tone: 'ok' })
  expect(levelStatus({ metadata, spec: { type: 'Exempt' } })).toEqual({ text: 'Exempt', tone: 'muted' })
  expect(levelStatus({ metadata, spec: { type: 'Limited', limited: { nominalConcurrencyShares: 0 } } })).toEqual({
    text: 'NoShares',
    tone: 'warn',
  })
  expect(levelStatus({ metadata, spec: { type: 'Limited', limited: { nominalConcurrencyShares: 30 } } })).toEqual({
    text: 'Limited',
    tone: 'ok',
  })
  expect(classStatus({ metadata, globalDefault: true })).toMatchObject({ text: 'GlobalDefault' })
  expect(classStatus({ metadata, preemptionPolicy: 'Never' })).toMatchObject({ text: 'NonPreempting' })
  expect(classStatus({ metadata })).toMatchObject({ text: 'Preempting' })
})

describe('admission', () => {
  const service = { namespace: 'a', name: 'b' }
  const configuration = (...webhooks: object[]): WebhookConfiguration => ({ metadata, webhooks: webhooks as never })
  test('webhooks', () => {
    expect(webhooksStatus(configuration())).toEqual({ text: 'NoWebhooks', tone: 'muted' })
    expect(webhooksStatus(configuration({ clientConfig: { service } }))).toEqual({ text: 'NoCABundle', tone: 'warn' })
    expect(webhooksStatus(configuration({ clientConfig: { url: 'https://a' }, failurePolicy: 'Fail' }))).toMatchObject({
      text: 'FailClosed',
    })
    expect(webhooksStatus(configuration({ clientConfig: { url: 'https://a' }, failurePolicy: 'Ignore' }))).toMatchObject({
      text: 'FailOpen',
    })
  })
  test('a webhook whose authorities are all past their time cannot be called', () => {
    const caBundle = btoa(`-----BEGIN CERTIFICATE-----\n${body}\n-----END CERTIFICATE-----\n`)
    const one = configuration({ clientConfig: { service, caBundle } })
    const end = Date.parse('2027-02-26T21:48:01Z')
    expect(webhooksStatus(one, Date.parse('2027-02-01T00:00:00Z'))).toMatchObject({ text: 'FailClosed' })
    expect(webhooksStatus(one, end - 1000)).toEqual({ text: 'CAEndsSoon', tone: 'warn', at: end, until: end })
    expect(webhooksStatus(one, end + 1000)).toEqual({ text: 'CAExpired', tone: 'bad', at: end })
    // What cannot be read is not known to be past.
    expect(webhooksStatus(configuration({ clientConfig: { service, caBundle: '!' } }), Date.parse('2099-01-01'))).toMatchObject({
      text: 'FailClosed',
    })
  })
  test('policies and bindings', () => {
    expect(policyStatus({ metadata })).toMatchObject({ text: 'NotChecked' })
    expect(policyStatus({ metadata, status: { observedGeneration: 1 } })).toMatchObject({ text: 'TypeChecked', tone: 'ok' })
    expect(
      policyStatus({
        metadata,
        status: { observedGeneration: 1, typeChecking: { expressionWarnings: [{ fieldRef: 'a', warning: 'b' }] } },
      }),
    ).toMatchObject({ text: 'ExpressionWarning', tone: 'warn' })
    expect(policyStatus({ metadata, spec: { mutations: [] } })).toMatchObject({ text: 'FailClosed' })
    expect(bindingStatus({ metadata, spec: { validationActions: ['Audit', 'Deny'] } })).toMatchObject({ text: 'Deny' })
    expect(bindingStatus({ metadata })).toBeUndefined()
  })
})

test('wherever there is a status column, what goes says so, and the worst sorts first', () => {
  const going: KubeObject = { metadata: { ...metadata, deletionTimestamp: '2026-01-01T00:00:00Z' } }
  const shown = Object.entries(kinds).filter(([, { columns }]) => columns.some(({ id }) => id === 'status'))
  expect(shown.length).toBeGreaterThan(20)
  for (const [key, view] of shown) expect(view.status(going)?.text, key).toMatch(/Terminating|Unknown|Ready/)
  const order = (['ok', 'bad', 'muted', 'warn', 'busy'] as const).map((tone) => worstFirst({ text: 'x', tone })).sort()
  expect(order).toEqual((['bad', 'warn', 'busy', 'ok', 'muted'] as const).map((tone) => worstFirst({ text: 'x', tone })))
})

describe('an endpoint slice', () => {
  const of = (...ready: (boolean | undefined)[]) =>
    endpointSliceStatus({
      metadata,
      endpoints: ready.map((is) => ({ addresses: ['10.0.0.1'], conditions: is === undefined ? {} : { ready: is } })),
    })
  test.each<[string, ReturnType<typeof of>, string, string]>([
    ['of nobody', of(), 'NoEndpoints', 'warn'],
    ['of which none is ready', of(false, false), 'NoneReady', 'warn'],
    ['of which some are', of(true, false), 'PartlyReady', 'busy'],
    ['of which all are, whether they say so or not', of(true, undefined), 'Ready', 'ok'],
  ])('%s', (_, status, text, tone) => expect(status).toEqual({ text, tone }))
})

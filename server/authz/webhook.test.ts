import { describe, expect, test } from 'vitest'
import { AccessConditions } from '../cel/access-review.ts'
import { FakeClock } from '../machinery/clock.ts'
import type { JsonObject } from '../machinery/json-walk.ts'
import type { AskReview, Review } from '../webhook/review.ts'
import type { Attributes, Decision } from './contract.ts'
import { fieldRequirements, labelRequirements } from './selectors.ts'
import { WebhookAuthorizerMetrics } from './webhook-metrics.ts'
import { webhookAuthorizer, type WebhookAuthorizerOptions } from './webhook.ts'

const about = (a: Partial<Attributes> = {}): Attributes => ({
  ...{ isResourceRequest: true, verb: 'list', path: '', apiGroup: '', apiVersion: 'v1', namespace: 'default', resource: 'pods' },
  ...{ subresource: '', name: '', fieldSelector: '', labelSelector: '' },
  ...a,
})
const jane = { name: 'jane', uid: 'u', groups: ['dev'], extra: { b: ['2'], a: ['1'] } }

function start(
  o: Partial<WebhookAuthorizerOptions> = {},
  observer?: WebhookAuthorizerMetrics,
): {
  clock: FakeClock
  asked: Review[]
  decide(answer: JsonObject | Error, a?: Attributes): Promise<Decision>
} {
  const clock = new FakeClock()
  const asked: Review[] = []
  let next: JsonObject | Error = {}
  const ask: AskReview = async (review, _deadline, read, observe) => {
    asked.push(review)
    observe?.(next instanceof Error ? 'timeout' : 'success', 0.02)
    if (next instanceof Error) throw next
    return read({ status: next })
  }
  const authorizer = webhookAuthorizer(
    {
      ...{ name: 'hook', ask, version: 'v1', authorizedTtlMs: 5000, unauthorizedTtlMs: 1000, onFailure: 'no-opinion', clock },
      onError: () => undefined,
      ...o,
    },
    observer,
  )
  return {
    ...{ clock, asked },
    async decide(answer, a = about()) {
      next = answer
      return authorizer.authorize(jane, a)
    },
  }
}

describe('a webhook that authorizes', () => {
  test('is told who and what, in the order of the API', async () => {
    const { asked, decide } = start()
    await decide({}, about({ fieldSelector: 'a=b,c!=d', labelSelector: 'x in (2,1),!y,z>1', subresource: 'log', name: 'p' }))
    await decide({}, about({ isResourceRequest: false, path: '/x', verb: 'get' }))
    expect(JSON.stringify(asked[0]!.spec)).toBe(
      JSON.stringify({
        resourceAttributes: {
          ...{ namespace: 'default', verb: 'list', version: 'v1', resource: 'pods', subresource: 'log', name: 'p' },
          fieldSelector: {
            requirements: [
              { key: 'a', operator: 'In', values: ['b'] },
              { key: 'c', operator: 'NotIn', values: ['d'] },
            ],
          },
          labelSelector: {
            requirements: [
              { key: 'x', operator: 'In', values: ['1', '2'] },
              { key: 'y', operator: 'DoesNotExist' },
            ],
          },
        },
        ...{ user: 'jane', groups: ['dev'], extra: { a: ['1'], b: ['2'] }, uid: 'u' },
      }),
    )
    expect(asked[1]!.spec).toMatchObject({ nonResourceAttributes: { path: '/x', verb: 'get' } })
    const old = start({ version: 'v1beta1' })
    await old.decide({})
    expect(old.asked[0]).toMatchObject({ apiVersion: 'authorization.k8s.io/v1beta1', spec: { group: ['dev'] } })
  })

  test.each([
    [
      { allowed: true, reason: 'r' },
      { decision: 'allow', reason: 'r' },
    ],
    [
      { denied: true, reason: 'r' },
      { decision: 'deny', reason: 'r' },
    ],
    [{ reason: 'r' }, { decision: 'no-opinion', reason: 'r' }],
    [
      { allowed: true, denied: true },
      { decision: 'deny', reason: '', error: 'webhook subject access review returned both allow and deny response' },
    ],
    [
      { allowed: 1 },
      {
        ...{ decision: 'no-opinion', reason: '' },
        error: 'json: cannot unmarshal number into Go struct field SubjectAccessReviewStatus.status.allowed of type bool',
      },
    ],
    [new Error('EOF'), { decision: 'no-opinion', reason: '', error: 'EOF' }],
  ])('%j', async (answer, decision) => {
    expect(await start().decide(answer)).toEqual(decision)
  })

  test('when it cannot be asked, somebody else decides or nobody', async () => {
    expect(await start({ onFailure: 'deny' }).decide(new Error('EOF'))).toEqual({ decision: 'deny', reason: '', error: 'EOF' })
  })

  test('what it has said is kept: yes and no for times of their own, errors not at all', async () => {
    const { clock, asked, decide } = start()
    await decide({ allowed: true })
    clock.advance(4999)
    expect((await decide({})).decision).toBe('allow')
    clock.advance(1)
    expect((await decide({ denied: true })).decision).toBe('deny')
    clock.advance(999)
    expect((await decide({ allowed: true })).decision).toBe('deny')
    expect(asked).toHaveLength(2)
    clock.advance(1)
    await decide(new Error('EOF'))
    expect((await decide({ allowed: true })).decision).toBe('allow')
    expect(asked).toHaveLength(4)
  })

  test('others, other things, and long requests are asked about anew', async () => {
    const { asked, decide } = start()
    await decide({ allowed: true })
    for (const a of [about({ name: 'x' }), about({ fieldSelector: 'a=b' })]) await decide({}, a)
    const long = about({ name: 'x'.repeat(10_000) })
    await decide({ allowed: true }, long)
    await decide({ allowed: true }, long)
    expect(asked).toHaveLength(5)
    const none = start({ authorizedTtlMs: 0 })
    for (let i = 0; i < 2; i++) await none.decide({ allowed: true })
    expect(none.asked).toHaveLength(2)
  })

  test('is asked only about what its conditions are true of', async () => {
    const conditions = new AccessConditions([
      "request.resourceAttributes.namespace != 'own'",
      "request.resourceAttributes.subresource == ''",
    ])
    const { asked, decide } = start({ conditions, onFailure: 'deny' })
    expect(await decide({ allowed: true }, about({ namespace: 'own' }))).toEqual({ decision: 'no-opinion', reason: '' })
    expect(asked).toHaveLength(0)
    expect((await decide({ allowed: true })).decision).toBe('allow')
    const failed = await decide({}, about({ isResourceRequest: false, path: '/x' }))
    expect(failed).toMatchObject({ decision: 'deny', reason: '' })
    expect(failed.error).toMatch(
      /^\[cel evaluation error: expression 'request\.resourceAttributes\.namespace != 'own'' resulted in error: .*\]$/,
    )
    expect(asked).toHaveLength(1)
  })

  test('calls, what became of those that failed, and what conditions came to is counted', async () => {
    const metrics = new WebhookAuthorizerMetrics()
    const counted = async (name: string): Promise<Record<string, number>> => {
      const { values } = await metrics
        .sources()
        .find((s) => s.name === `apiserver_authorization_${name}`)!
        .get()
      const shown = values.filter(({ metricName }) => metricName === undefined || metricName.endsWith('_count'))
      return Object.fromEntries(shown.map(({ labels, value }) => [Object.values(labels).join(' '), value]))
    }
    const conditions = new AccessConditions(["request.resourceAttributes.namespace != 'own'"])
    const open = start({ conditions }, metrics)
    await open.decide({ allowed: true })
    // From memory.
    await open.decide({ allowed: true })
    await open.decide(new Error('EOF'), about({ name: 'x' }))
    await open.decide({}, about({ namespace: 'own' }))
    await open.decide({}, about({ isResourceRequest: false, path: '/x' }))
    const closed = start({ name: 'closed', onFailure: 'deny' }, metrics)
    await closed.decide(new Error('EOF'))
    expect(await counted('webhook_evaluations_total')).toEqual({ 'hook success': 1, 'hook timeout': 1, 'closed timeout': 1 })
    expect(await counted('webhook_duration_seconds')).toEqual({ 'hook success': 1, 'hook timeout': 1, 'closed timeout': 1 })
    expect(await counted('webhook_evaluations_fail_open_total')).toEqual({ 'hook timeout': 1 })
    expect(await counted('match_condition_evaluation_seconds')).toEqual({ 'Webhook hook': 5 })
    expect(await counted('match_condition_exclusions_total')).toEqual({ 'Webhook hook': 1 })
    expect(await counted('match_condition_evaluation_errors_total')).toEqual({ 'Webhook hook': 1 })
  })

  test('a condition that is none says why', () => {
    expect(() => new AccessConditions(['request.user'])).toThrow('must evaluate to bool but got string')
    expect(() => new AccessConditions(['request.nobody'])).toThrow(/^compilation failed: .*undefined field 'nobody'/s)
  })
})

test('selectors that cannot be read narrow nothing', () => {
  expect(fieldRequirements(about({ fieldSelector: 'a' }))).toEqual([])
  expect(labelRequirements(about({ labelSelector: '(' }))).toEqual([])
})

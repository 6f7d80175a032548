import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startTestServer, type TestServer } from '../testing/api-server.ts'

const CLASSES = '/apis/scheduling.k8s.io/v1/priorityclasses'
const PODS = '/api/v1/namespaces/default/pods'
const MERGE = { 'content-type': 'application/merge-patch+json' }

/** What kube-apiserver 1.37.2 answers to the same requests in the same order. */
let server: TestServer
beforeAll(async () => {
  server = await startTestServer()
  await makeClass('high', { value: 1000, preemptionPolicy: 'Never' })
})
afterAll(() => server.close())

const makeClass = (name: string, more: object) => server.send('POST', CLASSES, { metadata: { name }, ...more })
const patchClass = (name: string, patch: object) => server.send('PATCH', `${CLASSES}/${name}`, patch, MERGE)

let pods = 0
/** Priority, class and preemption policy of a new pod with this spec; the refusal, if it is refused. */
async function given(spec: object = {}): Promise<unknown> {
  const pod = { metadata: { name: `p${pods++}` }, spec: { containers: [{ name: 'c', image: 'i' }], ...spec } }
  const { code, body } = await server.send('POST', PODS, pod)
  if (code !== 201) return [code, String(body.message).replace(/"p\d+"/, '"p"')]
  const made = body.spec as Record<string, unknown>
  return [made.priority, made.priorityClassName, made.preemptionPolicy]
}
const refused = (why: string): unknown => [403, `pods "p" is forbidden: ${why}`]
const computed = (what: string, value: string | number): unknown =>
  refused(`the ${what} must not be provided in pod spec; priority admission controller computed ${value} from the given PriorityClass name`)

describe('a new pod', () => {
  test('has the priority and the preemption policy of its class, and may say the same itself', async () => {
    expect(await given({ priorityClassName: 'high' })).toEqual([1000, 'high', 'Never'])
    expect(await given({ priorityClassName: 'high', priority: 1000, preemptionPolicy: 'Never' })).toEqual([1000, 'high', 'Never'])
    expect(await given({ priorityClassName: 'system-cluster-critical' })).toEqual([
      2_000_000_000,
      'system-cluster-critical',
      'PreemptLowerPriority',
    ])
  })

  test('without a class has none, while no class is the default', async () => {
    expect(await given()).toEqual([0, undefined, 'PreemptLowerPriority'])
  })

  test('of a class that is not there is refused', async () => {
    expect(await given({ priorityClassName: 'nope' })).toEqual(refused('no PriorityClass with name nope was found'))
  })

  test.each([
    ['number', { priorityClassName: 'high', priority: 7 }, computed('integer value of priority (7)', 1000)],
    ['number without a class', { priority: 7 }, computed('integer value of priority (7)', 0)],
    [
      'policy',
      { priorityClassName: 'high', preemptionPolicy: 'PreemptLowerPriority' },
      computed('string value of PreemptionPolicy (PreemptLowerPriority)', 'Never'),
    ],
    ['policy without a class', { preemptionPolicy: 'Never' }, computed('string value of PreemptionPolicy (Never)', 'PreemptLowerPriority')],
  ])('with another %s than its class is refused', async (_, spec, answer) => {
    expect(await given(spec)).toEqual(answer)
  })
})

test('one class may be the default: pods without a class are of it for as long as it is', async () => {
  expect((await makeClass('usual', { value: 5, globalDefault: true })).code).toBe(201)
  // A list is as new as the class; from then on the cache is.
  const fresh = () => server.send('GET', CLASSES)
  await fresh()
  expect(await given()).toEqual([5, 'usual', 'PreemptLowerPriority'])
  expect(await given({ priority: 5 })).toEqual([5, 'usual', 'PreemptLowerPriority'])
  expect(await given({ priority: 0 })).toEqual(computed('integer value of priority (0)', 5))

  const taken = (name: string) =>
    `priorityclasses.scheduling.k8s.io "${name}" is forbidden: PriorityClass usual is already marked as default. Only one default can exist`
  expect(await makeClass('second', { value: 6, globalDefault: true })).toMatchObject({ code: 403, body: { message: taken('second') } })
  expect(await patchClass('high', { globalDefault: true })).toMatchObject({ code: 403, body: { message: taken('high') } })

  expect((await patchClass('usual', { description: 'x' })).code).toBe(200)
  expect((await patchClass('usual', { globalDefault: false })).code).toBe(200)
  await fresh()
  expect(await given()).toEqual([0, undefined, 'PreemptLowerPriority'])
  expect((await patchClass('high', { globalDefault: true })).code).toBe(200)
})

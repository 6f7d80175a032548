import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { isStatusError } from '../machinery/status.ts'
import type { KubeObject } from '../machinery/types.ts'
import { openStores, configMap, type Stores } from '../registry/generic/testing/stores.ts'
import { admissionChain } from './chain.ts'
import type { AdmissionPlugin } from './contract.ts'
import { namespaceLifecycle } from './namespace-lifecycle.ts'
import { serviceAccount } from './service-account.ts'
import { testAttributes } from './testing/attributes.ts'
import { deleteFrom } from '../registry/generic/delete.ts'
import { createIn } from '../registry/generic/write.ts'

const plugin = (name: string, mutate: AdmissionPlugin['mutate']): AdmissionPlugin => ({ name, mutate })
const attributes = testAttributes()

describe('the chain', () => {
  test('asks each plugin in order and waits for those that take time', async () => {
    const asked: string[] = []
    const late = plugin('late', async () => {
      await Promise.resolve()
      asked.push('late')
    })
    const chain = admissionChain([plugin('first', () => void asked.push('first')), late, plugin('last', () => void asked.push('last'))])
    await chain.mutate(attributes)
    expect(asked).toEqual(['first', 'late', 'last'])
  })

  test('without waiting plugins is done at once, and stops at the first refusal', () => {
    const asked: string[] = []
    const no = plugin('no', () => {
      throw new Error('refused')
    })
    expect(admissionChain([plugin('a', () => void asked.push('a'))]).mutate(attributes)).toBeUndefined()
    expect(() => admissionChain([no, plugin('b', () => void asked.push('b'))]).mutate(attributes)).toThrow('refused')
    expect(asked).toEqual(['a'])
  })

  test('asks all of them once more when one of them requires that, and no third time', async () => {
    const asked: string[] = []
    const first = plugin('first', (a) => void asked.push(`first ${String(a.reinvocation.again)}`))
    const changes = plugin('changes', (a) => {
      a.reinvocation.memory('changes', () => ({ asked: asked.length }))
      a.reinvocation.require()
      asked.push(JSON.stringify(a.reinvocation.memory('changes', () => ({}))))
    })
    await admissionChain([first, changes]).mutate(testAttributes())
    expect(asked).toEqual(['first false', '{"asked":1}', 'first true', '{"asked":1}'])
    const late = plugin('late', async (a) => {
      await Promise.resolve()
      a.reinvocation.require()
    })
    asked.length = 0
    await admissionChain([first, late]).mutate(testAttributes())
    expect(asked).toEqual(['first false', 'first true'])
  })
})

describe('on real stores', () => {
  let s: Stores
  beforeAll(async () => {
    // Namespaces wait for their content, as their strategy has it.
    s = await openStores([{ group: '', resource: 'namespaces', strategy: { waitsForContent: () => true } }])
    const [namespaces, accounts] = [s.registry.store('namespaces'), s.registry.store('serviceaccounts')]
    s.context.admission = admissionChain([
      namespaceLifecycle({ cached: (n) => namespaces.cached('', n), fresh: (n) => namespaces.find('', n) }),
      serviceAccount({ cached: (ns, n) => accounts.cached(ns, n), fresh: (ns, n) => accounts.find(ns, n) }),
    ])
    for (const name of ['default', 'here', 'going'])
      await createIn(namespaces, { object: { metadata: { name } }, namespace: '', context: s.context })
    await deleteFrom(namespaces, { namespace: '', name: 'going', options: {}, context: s.context })
    await createIn(accounts, {
      object: { metadata: { name: 'default' }, imagePullSecrets: [{ name: 'pull' }] },
      namespace: 'here',
      context: s.context,
    })
    await createIn(accounts, {
      object: { metadata: { name: 'bare' }, automountServiceAccountToken: false },
      namespace: 'here',
      context: s.context,
    })
  })
  afterAll(() => s[Symbol.asyncDispose]())

  async function refusal(work: Promise<unknown>): Promise<{ code: number; message: string; details: unknown }> {
    try {
      await work
    } catch (e) {
      if (isStatusError(e)) return { code: e.code, message: e.message, details: e.status.details }
      throw e
    }
    return expect.unreachable()
  }
  const createMap = (namespace: string): Promise<unknown> =>
    createIn(s.registry.store('configmaps'), { object: configMap('c'), namespace, context: s.context })

  test('nothing is made in a namespace that is not there', async () => {
    expect(await refusal(createMap('nowhere'))).toMatchObject({ code: 404, message: 'namespaces "nowhere" not found' })
  })

  test('nothing is made in a namespace that goes away, and the error says why in a cause', async () => {
    expect(await refusal(createMap('going'))).toMatchObject({
      code: 403,
      message: 'configmaps "c" is forbidden: unable to create new content in namespace going because it is being terminated',
      details: {
        causes: [{ reason: 'NamespaceTerminating', message: 'namespace going is being terminated', field: 'metadata.namespace' }],
      },
    })
  })

  test('default cannot be deleted', async () => {
    const work = deleteFrom(s.registry.store('namespaces'), { namespace: '', name: 'default', options: {}, context: s.context })
    expect(await refusal(work)).toMatchObject({
      code: 403,
      message: 'namespaces "default" is forbidden: this namespace may not be deleted',
    })
  })

  const pod = async (name: string, spec: object = {}, metadata: object = {}): Promise<KubeObject & { spec: Record<string, unknown> }> => {
    const object = { metadata: { name, ...metadata }, spec: { containers: [{ name: 'c', image: 'i' }], ...spec } }
    return (await createIn(s.registry.store('pods'), { object, namespace: 'here', context: s.context })).object() as KubeObject & {
      spec: Record<string, unknown>
    }
  }

  test('a pod gets the default account, its pull secrets and its token', async () => {
    const { spec } = await pod('plain')
    expect(spec).toMatchObject({ serviceAccountName: 'default', serviceAccount: 'default', imagePullSecrets: [{ name: 'pull' }] })
    const [volume] = spec.volumes as { name: string; projected: object }[]
    expect(volume!.name).toMatch(/^kube-api-access-[a-z0-9]{5}$/)
    expect(spec.containers).toMatchObject([
      { volumeMounts: [{ name: volume!.name, readOnly: true, mountPath: '/var/run/secrets/kubernetes.io/serviceaccount' }] },
    ])
  })

  test.each([
    ['says no', { automountServiceAccountToken: false }],
    ['has an account that says no', { serviceAccountName: 'bare' }],
    [
      'mounts something there itself',
      {
        containers: [{ name: 'c', image: 'i', volumeMounts: [{ name: 'x', mountPath: '/var/run/secrets/kubernetes.io/serviceaccount' }] }],
      },
    ],
  ])('a pod that %s gets no token', async (why, spec) => {
    expect((await pod(why.replaceAll(' ', '-'), spec)).spec.volumes).toBeUndefined()
  })

  test('a mirror pod is left alone', async () => {
    const { spec } = await pod('mirror', {}, { annotations: { 'kubernetes.io/config.mirror': 'x' } })
    expect(spec.serviceAccountName).toBeUndefined()
  })

  test('an account that is not there refuses the pod', async () => {
    expect(await refusal(pod('lost', { serviceAccountName: 'nobody' }))).toMatchObject({
      code: 403,
      message: 'pods "lost" is forbidden: error looking up service account here/nobody: serviceaccount "nobody" not found',
    })
  })
})

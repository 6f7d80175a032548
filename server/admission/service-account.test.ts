import { describe, expect, test } from 'vitest'
import type { Entry } from '../cache/entry.ts'
import { isStatusError } from '../machinery/status.ts'
import type { KubeObject } from '../machinery/types.ts'
import type { AdmissionAttributes } from './contract.ts'
import { serviceAccount } from './service-account.ts'
import { testAttributes } from './testing/attributes.ts'

const entry = (object: KubeObject): Entry => ({ shared: () => object }) as Entry
const account = (annotation: string | undefined): KubeObject => ({
  metadata: { name: 'sa', ...(annotation === undefined ? {} : { annotations: { 'kubernetes.io/enforce-mountable-secrets': annotation } }) },
  secrets: [{ name: 'ok' }],
  imagePullSecrets: [{ name: 'pull' }],
})
const env = (name: string): object => ({ env: [{ name: 'E', valueFrom: { secretKeyRef: { name } } }] })
const pod = (spec: object, metadata: object = {}): KubeObject => ({
  metadata: { name: 'p', ...metadata },
  spec: { serviceAccountName: 'sa', containers: [{ name: 'c' }], ...spec },
})

/** What one phase says of a pod whose account is `of`. */
async function ask(phase: 'mutate' | 'validate', of: KubeObject | undefined, more: Partial<AdmissionAttributes>): Promise<string> {
  const found = of === undefined ? undefined : entry(of)
  const plugin = serviceAccount({ cached: () => found, fresh: () => Promise.resolve(found) })
  try {
    await plugin[phase]!(testAttributes({ name: 'p', namespace: 'ns', ...more }))
  } catch (e) {
    if (!isStatusError(e)) throw e
    return `${e.code} ${e.message}`
  }
  return ''
}

describe('an account that holds pods to its secrets', () => {
  const not = 'is not allowed because service account sa does not reference that secret'
  test.each<[string, object, string]>([
    ['what it names', { volumes: [{ name: 'v', secret: { secretName: 'ok' } }], containers: [{ name: 'c', ...env('ok') }] }, ''],
    ['a volume', { volumes: [{ name: 'v', secret: { secretName: 'no' } }] }, `volume with secret.secretName="no" ${not}`],
    ['a variable', { containers: [{ name: 'c', ...env('no') }] }, `container c with envVar E referencing secret.secretName="no" ${not}`],
    [
      'variables',
      { initContainers: [{ name: 'i', envFrom: [{ configMapRef: { name: 'x' } }, { secretRef: { name: 'no' } }] }] },
      `init container i with envFrom referencing secret.secretName="no" ${not}`,
    ],
    [
      'a pull secret',
      { imagePullSecrets: [{ name: 'pull' }, { name: 'no' }] },
      'imagePullSecrets[1].name="no" is not allowed because service account sa does not reference that imagePullSecret',
    ],
  ])('%s', async (_, spec, why) => {
    const text = why === '' ? '' : `403 pods "p" is forbidden: ${why}`
    // Also of what another plugin has put there.
    expect(await ask('mutate', account('true'), { object: pod(structuredClone(spec)) })).toBe(text)
    expect(await ask('validate', account('T'), { object: pod(spec) })).toBe(text)
    expect(await ask('mutate', account('yes'), { object: pod(structuredClone(spec)) })).toBe('')
    expect(await ask('validate', account(undefined), { object: pod(spec) })).toBe('')
  })

  test('ephemeral containers, with an error of its own', async () => {
    const update = (name: string): Promise<string> =>
      ask('validate', account('1'), {
        ...{ operation: 'UPDATE', subresource: 'ephemeralcontainers' },
        object: pod({ ephemeralContainers: [{ name: 'e', ...env(name) }] }),
        oldObject: pod({}),
      })
    expect(await update('ok')).toBe('')
    expect(await update('no')).toBe(`500 ephemeral container e with envVar E referencing secret.secretName="no" ${not}`)
  })
})

describe('a mirror pod', () => {
  const mirror = (spec: object): KubeObject =>
    pod({ serviceAccountName: undefined, ...spec }, { annotations: { 'kubernetes.io/config.mirror': 'x' } })
  test.each<[object, string]>([
    [{}, ''],
    [{ serviceAccountName: 'sa' }, 'a mirror pod may not reference service accounts'],
    [{ containers: [{ name: 'c', ...env('s') }] }, 'a mirror pod may not reference secrets'],
    [
      { volumes: [{ projected: { sources: [{ serviceAccountToken: {} }] } }] },
      'a mirror pod may not use ServiceAccountToken volume projections',
    ],
    [{ volumes: [{ configMap: { name: 'x' } }] }, ''],
  ])('%j', async (spec, why) => {
    const text = why === '' ? '' : `403 pods "p" is forbidden: ${why}`
    expect(await ask('mutate', undefined, { object: mirror(spec) })).toBe(text)
    expect(await ask('validate', undefined, { object: mirror(spec) })).toBe(text)
  })
})

test('a pod from which another plugin took the account is refused', async () => {
  expect(await ask('validate', account(undefined), { object: pod({ serviceAccountName: '' }) })).toBe(
    '403 pods "p" is forbidden: no service account specified for pod ns/p',
  )
})

describe('an account that is not there', () => {
  const lookup = (after: number): { asked: number; waited: number; plugin: ReturnType<typeof serviceAccount> } => {
    const state = { asked: 0, waited: 0 }
    const fresh = (): Promise<Entry | undefined> => Promise.resolve(++state.asked > after ? entry(account(undefined)) : undefined)
    const pause = (ms: number): Promise<void> => Promise.resolve(void (state.waited += ms))
    return Object.assign(state, { plugin: serviceAccount({ cached: () => undefined, fresh }, pause) })
  }
  const create = (name: string): AdmissionAttributes =>
    testAttributes({ namespace: 'ns', object: pod({ serviceAccountName: name }, { name: '', generateName: 'g-' }), name: '' })

  test('is waited for when it is the one that each namespace gets', async () => {
    const late = lookup(3)
    await late.plugin.mutate!(create('default'))
    expect([late.asked, late.waited]).toEqual([4, 450])
    const never = lookup(Number.POSITIVE_INFINITY)
    await expect(never.plugin.mutate!(create('default'))).rejects.toThrow(
      'pods "g-" is forbidden: error looking up service account ns/default: serviceaccount "default" not found',
    )
    expect(never.asked).toBe(10)
  })

  test('and not when it has a name of its own', async () => {
    const never = lookup(Number.POSITIVE_INFINITY)
    await expect(never.plugin.mutate!(create('other'))).rejects.toThrow('serviceaccount "other" not found')
    expect([never.asked, never.waited]).toEqual([1, 0])
  })
})

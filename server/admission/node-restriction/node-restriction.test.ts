import { describe, expect, test } from 'vitest'
import type { Entry } from '../../cache/entry.ts'
import { isStatusError } from '../../machinery/status.ts'
import type { KubeObject } from '../../machinery/types.ts'
import type { AdmissionAttributes } from '../contract.ts'
import { testAttributes } from '../testing/attributes.ts'
import { nodeRestriction } from './index.ts'

const entry = (object: KubeObject): Entry => ({ object: () => object }) as Entry
const running = (name: string, nodeName: string, spec: object = {}, metadata: object = {}): KubeObject => ({
  metadata: { name, uid: `uid-${name}`, ...metadata },
  spec: { nodeName, serviceAccountName: 'sa', ...spec },
})

const projected = (...sources: object[]): object => ({ volumes: [{ name: 'v', projected: { sources } }] })
/** What is there, by `RESOURCE/NAMESPACE/NAME`. */
const THERE: Readonly<Record<string, KubeObject>> = {
  'nodes//n': { metadata: { name: 'n', uid: 'uid-n' } },
  'pods/ns/own': running(
    'own',
    'n',
    projected({ serviceAccountToken: { audience: 'vault' } }, { podCertificate: { signerName: 'a.io/b' } }),
  ),
  'pods/ns/theirs': running('theirs', 'm'),
  'pods/ns/mirror': running('mirror', 'n', {}, { annotations: { 'kubernetes.io/config.mirror': 'x' } }),
  'pods/ns/mounts': running('mounts', 'n', {
    volumes: [
      { name: 'e', ephemeral: { volumeClaimTemplate: {} } },
      { name: 'p', persistentVolumeClaim: { claimName: 'old' } },
      { name: 'c', csi: { driver: 'driver' } },
    ],
  }),
  'pods/ns/lost': running('lost', 'n', { volumes: [{ name: 'p', persistentVolumeClaim: { claimName: 'missing' } }] }),
  'persistentvolumeclaims/ns/mounts-e': { metadata: {}, spec: { volumeName: 'v' } },
  'persistentvolumeclaims/ns/old': { metadata: {}, spec: { volumeName: 'w' } },
  'persistentvolumes//v': { metadata: {}, spec: { csi: { driver: 'by-claim' } } },
  'persistentvolumes//w': { metadata: {}, spec: { awsElasticBlockStore: {} } },
  'csidrivers.storage.k8s.io//driver': { metadata: {}, spec: { tokenRequests: [{ audience: 'inline' }] } },
  'csidrivers.storage.k8s.io//by-claim': { metadata: {}, spec: { tokenRequests: [{ audience: 'claimed' }] } },
  'csidrivers.storage.k8s.io//ebs.csi.aws.com': { metadata: {}, spec: { tokenRequests: [{ audience: 'ebs' }] } },
  'serviceaccounts/ns/sa': { metadata: { name: 'sa', uid: 'uid-sa' } },
}

interface Write extends Partial<AdmissionAttributes> {
  on: string
  user?: AdmissionAttributes['user']
}

const NODE = { name: 'system:node:n', groups: ['system:nodes'] }

/** '' when node `n` may; otherwise the refusal. `rules` are what it is allowed besides, by `VERB RESOURCE NAME`. */
async function ask({ on, ...more }: Write, rules: readonly string[] = [], anyAudience = false): Promise<string> {
  const plugin = nodeRestriction({
    anyAudience,
    authorizer: {
      authorize: (_, a) => ({ decision: rules.includes(`${a.verb} ${a.resource} ${a.name}`) ? 'allow' : 'no-opinion', reason: '' }),
    },
    // Half of it is not in the cache.
    lookup: (resource) => {
      const find = (ns: string, name: string): Entry | undefined => {
        const there = THERE[`${resource}/${ns}/${name}`]
        return there === undefined ? undefined : entry(there)
      }
      return {
        cached: (ns, name) => (resource === 'pods' ? undefined : find(ns, name)),
        fresh: (ns, name) => Promise.resolve(find(ns, name)),
      }
    },
  })
  const [resource = '', group = ''] = on.split(/\.(.*)/s)
  try {
    await plugin.mutate!(
      testAttributes({
        ...{ user: NODE, namespace: 'ns', name: more.object?.metadata.name ?? '' },
        resource: { group, version: 'v1', resource, namespaced: true },
        ...more,
      }),
    )
  } catch (e) {
    if (!isStatusError(e)) throw e
    return `${e.code} ${e.message}`
  }
  return ''
}

describe('who is meant', () => {
  const object: KubeObject = { metadata: { name: 'other' } }
  const refused = '403 nodes "other" is forbidden: node "n" is not allowed to modify node "other"'

  test('a node, in the group of nodes', async () => {
    expect(await ask({ on: 'nodes', object })).toBe(refused)
    expect(await ask({ on: 'nodes', object, user: { name: 'system:node:n', groups: [] } })).toBe('')
    expect(await ask({ on: 'nodes', object, user: { name: 'n', groups: ['system:nodes'] } })).toBe('')
    expect(await ask({ on: 'nodes', object, user: { name: 'system:node:', groups: ['system:nodes'] } })).toBe(
      '403 nodes "other" is forbidden: could not determine node from user "system:node:"',
    )
  })

  test('what is of no concern to nodes is left to the authorizer, and so are connections', async () => {
    expect(await ask({ on: 'configmaps', object })).toBe('')
    expect(await ask({ on: 'pods', operation: 'CONNECT', subresource: 'exec' })).toBe('')
  })
})

describe('its node', () => {
  const write = (object: Partial<KubeObject>, old?: Partial<KubeObject>): Promise<string> =>
    ask({
      on: 'nodes',
      operation: old === undefined ? 'CREATE' : 'UPDATE',
      object: { metadata: {}, ...object },
      oldObject: old === undefined ? undefined : { metadata: {}, ...old },
      name: 'n',
    })
  const labels = (set: Record<string, string>): Partial<KubeObject> => ({ metadata: { name: 'n', labels: set } })

  test.each([
    [
      'its own',
      { plain: '', 'example.com/a': '', 'kubernetes.io/os': 'linux', 'node.kubernetes.io/x': '', 'a.kubelet.kubernetes.io/b': '' },
      '',
    ],
    ['roles', { 'node-role.kubernetes.io/x': '', 'kubernetes.io/role': '' }, 'kubernetes.io/role, node-role.kubernetes.io/x'],
    [
      'restricted ones',
      { 'node-restriction.kubernetes.io/a': '', 'b.node-restriction.kubernetes.io/a': '' },
      'b.node-restriction.kubernetes.io/a, node-restriction.kubernetes.io/a',
    ],
    ['k8s.io', { 'x.k8s.io/a': '', 'notk8s.io/a': '' }, 'x.k8s.io/a'],
  ])('labels: %s', async (_, set, forbidden) => {
    const [made, changed] = [await write(labels(set)), await write(labels(set), {})]
    expect(made).toBe(
      forbidden === '' ? '' : `403 nodes "n" is forbidden: node "n" is not allowed to set the following labels: ${forbidden}`,
    )
    expect(changed).toBe(forbidden === '' ? '' : `403 nodes "n" is forbidden: is not allowed to modify labels: ${forbidden}`)
    // What is there may stay, and not go.
    expect(await write(labels(set), labels(set))).toBe('')
    expect(await write({}, labels(set))).toBe(changed)
  })

  test('neither taints nor owners nor a source of configuration', async () => {
    const taints = { spec: { taints: [{ key: 'a', effect: 'NoSchedule' }] } }
    expect(await write(taints)).toBe('')
    expect(await write(taints, {})).toBe('403 nodes "n" is forbidden: node "n" is not allowed to modify taints')
    expect(await write({ spec: { taints: [] } }, {})).toBe('')
    const owned = { metadata: { ownerReferences: [{ kind: 'Node', apiVersion: 'v1', name: 'm', uid: 'u' }] } } as Partial<KubeObject>
    expect(await write(owned, {})).toBe('403 nodes "n" is forbidden: node "n" is not allowed to modify ownerReferences')
    const source = { spec: { configSource: { configMap: { name: 'a' } } } }
    expect(await write(source)).toBe('403 nodes "n" is forbidden: node "n" is not allowed to create pods with a non-nil configSource')
    expect(await write(source, {})).toBe(
      '403 nodes "n" is forbidden: node "n" is not allowed to update configSource to a new non-nil configSource',
    )
    expect(await write({}, source)).toBe('')
  })
})

describe('pods', () => {
  const owner = { apiVersion: 'v1', kind: 'Node', name: 'n', uid: 'uid-n', controller: true }
  const mirror = (metadata: object, spec: object = {}): KubeObject => ({
    metadata: { name: 'p', annotations: { 'kubernetes.io/config.mirror': 'x' }, ownerReferences: [owner], ...metadata },
    spec: { nodeName: 'n', ...spec },
  })
  const refused = (why: string): string => `403 pods "p" is forbidden: ${why}`

  test.each<[string, KubeObject, string]>([
    ['a mirror of its own', mirror({}), ''],
    [
      'no mirror',
      mirror({ annotations: {} }),
      'pod does not have "kubernetes.io/config.mirror" annotation, node "n" can only create mirror pods',
    ],
    ['elsewhere', mirror({}, { nodeName: 'm' }), 'node "n" can only create pods with spec.nodeName set to itself'],
    ['nobody’s', mirror({ ownerReferences: [] }), 'node "n" can only create pods with an owner reference set to itself'],
    ['of two', mirror({ ownerReferences: [owner, owner] }), 'node "n" can only create pods with a single owner reference set to itself'],
    [
      'of another',
      mirror({ ownerReferences: [{ ...owner, name: 'm' }] }),
      'node "n" can only create pods with an owner reference set to itself',
    ],
    [
      'not controlled',
      mirror({ ownerReferences: [{ ...owner, controller: false }] }),
      'node "n" can only create pods with a controller owner reference set to itself',
    ],
    [
      'in the way of deletion',
      mirror({ ownerReferences: [{ ...owner, blockOwnerDeletion: true }] }),
      'node "n" must not set blockOwnerDeletion on an owner reference',
    ],
    ['of a node of before', mirror({ ownerReferences: [{ ...owner, uid: 'x' }] }), 'node n UID mismatch: expected x got uid-n'],
    ['with a secret', mirror({}, { imagePullSecrets: [{ name: 's' }] }), 'node "n" can not create pods that reference secrets'],
    [
      'with a claim',
      mirror({}, { volumes: [{ persistentVolumeClaim: { claimName: 'c' } }] }),
      'node "n" can not create pods that reference persistentvolumeclaims',
    ],
    ['with a bundle', mirror({}, projected({ clusterTrustBundle: {} })), 'node "n" can not create pods that reference clustertrustbundles'],
    ['with files only', mirror({}, { volumes: [{ hostPath: {} }, { projected: { sources: [{ downwardAPI: {} }] } }] }), ''],
    [
      'with what nobody knows',
      mirror({}, { volumes: [{ name: 'v' }] }),
      'error checking mirror pod for API references: unknown volume type for volume  "v"',
    ],
  ])('are made: %s', async (_, object, why) => {
    expect(await ask({ on: 'pods', object })).toBe(why === '' ? '' : refused(why))
  })

  test('are deleted and evicted where they run', async () => {
    const remove = (name: string): Promise<string> => ask({ on: 'pods', operation: 'DELETE', name })
    const evict = (name: string): Promise<string> => ask({ on: 'pods', subresource: 'eviction', name, object: { metadata: { name } } })
    expect([await remove('own'), await evict('own')]).toEqual(['', ''])
    expect(await remove('theirs')).toBe('403 pods "theirs" is forbidden: node "n" can only delete pods with spec.nodeName set to itself')
    expect(await evict('theirs')).toBe('403 pods "theirs" is forbidden: node n can only evict pods with spec.nodeName set to itself')
    expect([await remove('gone'), await evict('gone')]).toEqual(['404 pod "gone" not found', '404 pod "gone" not found'])
  })

  test('are told of, and of nothing else', async () => {
    const status = (now: object, old: object = {}, metadata: object = {}): Promise<string> =>
      ask({
        ...{ on: 'pods', operation: 'UPDATE', subresource: 'status', name: 'p' },
        object: { metadata: { ...metadata }, spec: { nodeName: 'n' }, status: now },
        oldObject: { metadata: {}, spec: { nodeName: 'n' }, status: old },
      })
    expect(await status({ phase: 'Running', resourceClaimStatuses: [] })).toBe('')
    expect(await status({}, {}, { labels: { a: 'b' } })).toBe(refused('node "n" cannot update labels through pod status'))
    expect(await status({ resourceClaimStatuses: [{ name: 'a' }] })).toBe(refused('node "n" cannot update resource claim statues'))
    expect(await status({}, { extendedResourceClaimStatus: { resourceClaimName: 'a' } })).toBe(
      refused('node "n" cannot update extended resource claim status'),
    )
    expect(await status({ nodeAllocatableResourceClaimStatuses: [{}] })).toBe(
      refused('node "n" cannot update node allocatable resource claim statuses'),
    )
    expect(await ask({ on: 'pods', operation: 'UPDATE', name: 'p', object: mirror({}), oldObject: mirror({}) })).toBe(
      refused('unexpected operation "UPDATE", node "n" can only create and delete mirror pods'),
    )
    expect(await ask({ on: 'pods', subresource: 'binding', name: 'p', object: mirror({}) })).toBe(
      refused(`unexpected pod subresource "binding", only 'status' and 'eviction' are allowed`),
    )
  })
})

describe('tokens', () => {
  const token = (pod: string, audiences?: string[] | null, ref: object = {}, rules: readonly string[] = [], any = false): Promise<string> =>
    ask(
      {
        ...{ on: 'serviceaccounts', subresource: 'token', name: 'sa' },
        object: {
          metadata: {},
          spec: { boundObjectRef: { apiVersion: 'v1', kind: 'Pod', name: pod, uid: `uid-${pod}`, ...ref }, audiences: audiences ?? null },
        },
      },
      rules,
      any,
    )
  const refused = (why: string): string => `403 serviceaccounts "sa" is forbidden: ${why}`

  test('are bound to a pod that the node runs', async () => {
    expect(await token('own', ['vault'])).toBe('')
    expect(await token('own', ['vault'], { kind: 'Secret' })).toBe(refused('node requested token not bound to a pod'))
    expect(await token('own', ['vault'], { uid: '' })).toBe(refused('node requested token with a pod binding without a uid'))
    expect(await token('own', ['vault'], { uid: 'x' })).toBe(
      refused(
        'the UID in the bound object reference (x) does not match the UID in record. The object might have been deleted and then recreated',
      ),
    )
    expect(await token('theirs')).toBe(refused('node requested token bound to a pod scheduled on a different node'))
    expect(await token('gone')).toBe('404 pod "gone" not found')
  })

  test('are for whom the pod, a driver of its volumes, or a rule says', async () => {
    expect(await token('own')).toBe(refused('system:node:n is not authorized to request tokens for audience ""'))
    expect(await token('own', ['a', 'b'])).toBe(refused('node may only request 0 or 1 audiences'))
    expect([await token('own', ['a', 'b'], {}, [], true), await token('own', ['x'], {}, [], true)]).toEqual(['', ''])
    expect(await token('own', ['x'], {}, ['request-serviceaccounts-token-audience x sa'])).toBe('')
    for (const audience of ['claimed', 'ebs', 'inline']) expect(await token('mounts', [audience])).toBe('')
    expect(await token('lost', ['x'])).toBe(refused('error validating audience "x": persistentvolumeclaim "missing" not found'))
  })

  const certificate = (spec: object, rules: readonly string[] = []): Promise<string> =>
    ask(
      {
        on: 'podcertificaterequests.certificates.k8s.io',
        object: {
          metadata: { name: 'r' },
          spec: {
            ...{ nodeName: 'n', nodeUID: 'uid-n', podName: 'own', podUID: 'uid-own', signerName: 'a.io/b' },
            ...{ serviceAccountName: 'sa', serviceAccountUID: 'uid-sa', ...spec },
          },
        },
      },
      rules,
    )

  test.each<[object, string]>([
    [{}, ''],
    [{ nodeName: 'm' }, '403 PodCertificateRequest.Spec.NodeName="m", which is not the requesting node "n"'],
    [{ nodeUID: 'x' }, '500 PodCertificateRequest for pod "ns/own" names node UID "x", inconsistent with the running node ("uid-n")'],
    [{ podName: 'gone' }, '500 while retrieving pod "ns/gone" named in the PodCertificateRequest: pod "gone" not found'],
    [{ podUID: 'x' }, '500 PodCertificateRequest for pod "ns/own" contains pod UID ("x") which differs from running pod "uid-own"'],
    [{ podName: 'theirs', podUID: 'uid-theirs' }, '403 pod "ns/theirs" is not running on node "n" named in the PodCertificateRequest'],
    [{ podName: 'mirror', podUID: 'uid-mirror' }, '403 pod "ns/mirror" is a mirror pod'],
    [
      { serviceAccountName: 'x' },
      '403 PodCertificateRequest for pod "ns/own" contains serviceAccountName ("x") that differs from running pod ("sa")',
    ],
    [
      { serviceAccountUID: 'x' },
      '500 PodCertificateRequest for pod "ns/own" names service account UID "x", which differs from the running service account ("uid-sa")',
    ],
    [{ signerName: 'c.io/d' }, '403 pod "ns/own" does not mount a podCertificate projected volume for signer "c.io/d"'],
  ])('certificates of pods: %j', async (spec, text) => {
    const heads: Record<string, string> = {
      '': '',
      '403': 'podcertificaterequests.certificates.k8s.io "r" is forbidden: ',
      '500': '',
    }
    const code = text.slice(0, 3)
    expect(await certificate(spec)).toBe(text === '' ? '' : `${code} ${heads[code]}${text.slice(4)}`)
  })

  test('a rule may name the signer', async () => {
    expect(await certificate({ signerName: 'c.io/d' }, ['request-serviceaccounts-podcertificate-signer c.io:d sa'])).toBe('')
  })
})

describe('what else is a node’s', () => {
  test('claims: how large they have become', async () => {
    const claim = (status: object, metadata: object = {}): KubeObject => ({
      metadata: { name: 'c', ...metadata },
      spec: {},
      status: { ...status },
    })
    const write = (object: KubeObject, subresource = 'status'): Promise<string> =>
      ask({
        on: 'persistentvolumeclaims',
        operation: 'UPDATE',
        subresource,
        name: 'c',
        object,
        oldObject: claim({}, { resourceVersion: '7' }),
      })
    expect(
      await write(claim({ capacity: { storage: '1Gi' }, conditions: [], allocatedResources: {}, allocatedResourceStatuses: {} })),
    ).toBe('')
    expect(await write(claim({}), '')).toBe('403 persistentvolumeclaims "c" is forbidden: may only update PVC status')
    expect(await write(claim({ phase: 'Bound' }))).toMatch(
      /^403 persistentvolumeclaims "c" is forbidden: node "n" is not allowed to update fields other than status.quantity and status.conditions: @@ .*\+ {2}"Phase": "Bound"/s,
    )
  })

  test.each<[string, string, string, string]>([
    ['leases.coordination.k8s.io', 'n', 'kube-node-lease', ''],
    ['leases.coordination.k8s.io', 'm', 'kube-node-lease', 'can only access node lease with the same name as the requesting node'],
    ['leases.coordination.k8s.io', 'n', 'ns', 'can only access leases in the "kube-node-lease" system namespace'],
    ['csinodes.storage.k8s.io', 'n', '', ''],
    ['csinodes.storage.k8s.io', 'm', '', 'can only access CSINode with the same name as the requesting node'],
  ])('%s %s in %j', async (on, name, namespace, why) => {
    const object: KubeObject = { metadata: { name } }
    const text = why === '' ? '' : `403 ${on} "${name}" is forbidden: ${why}`
    expect(await ask({ on, namespace, object })).toBe(text)
    expect(await ask({ on, namespace, name, operation: 'UPDATE', object, oldObject: object })).toBe(text)
  })

  test('slices: those of its devices', async () => {
    const on = 'resourceslices.resource.k8s.io'
    const slice = (nodeName?: string): KubeObject => ({ metadata: { name: 's' }, spec: { nodeName } })
    const why = 'ResourceSlice with the same NodeName as the requesting node'
    expect(await ask({ on, object: slice('n') })).toBe('')
    expect(await ask({ on, object: slice() })).toBe(`403 ${on} "s" is forbidden: can only create ${why}`)
    expect(await ask({ on, operation: 'DELETE', name: 's', oldObject: slice('m') })).toBe(
      `403 ${on} "s" is forbidden: can only delete ${why}`,
    )
    expect(await ask({ on, operation: 'UPDATE', name: 's', object: slice('m'), oldObject: slice('m') })).toBe('')
  })

  test('requests for certificates: only in its name', async () => {
    const on = 'certificatesigningrequests.certificates.k8s.io'
    const object = (signerName: string): KubeObject => ({ metadata: { name: 'r' }, spec: { signerName, request: 'eA==' } })
    expect(await ask({ on, object: object('kubernetes.io/kubelet-serving') })).toMatch(/unable to parse csr: /)
    expect(await ask({ on, object: object('example.com/x') })).toBe('')
  })
})

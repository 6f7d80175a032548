import type { Ask } from '../http.ts'
import type { Scenario, Session } from '../session.ts'

type Json = Record<string, unknown>

const MERGE = { 'content-type': 'application/merge-patch+json' }
const API = { lease: '/apis/coordination.k8s.io/v1', csi: '/apis/storage.k8s.io/v1', slice: '/apis/resource.k8s.io/v1' }

/** Acts as the node of that name, which the server takes from whoever may impersonate. */
const as = (node: string): Record<string, string> => ({ 'impersonate-user': `system:node:${node}`, 'impersonate-group': 'system:nodes' })

const mirror = (name: string, node: string, owner: Json | readonly Json[] | undefined, more: Json = {}, annotated = true): Json => ({
  metadata: {
    name,
    ...(annotated
      ? { annotations: { 'kubernetes.io/config.mirror': 'x', 'kubernetes.io/config.hash': 'x', 'kubernetes.io/config.source': 'file' } }
      : {}),
    ...(owner === undefined ? {} : { ownerReferences: [owner].flat() }),
  },
  spec: { nodeName: node, containers: [{ name: 'c', image: 'i' }], ...more },
})

async function make(s: Session, path: string, body: Json): Promise<Json> {
  return (await s.quiet({ method: 'POST', path, body })).json
}
const uidOf = (object: Json): string => String((object.metadata as Json | undefined)?.uid ?? '')

/** What each request of node `n` gets; `m` is another node. */
const nodes: Scenario = {
  name: 'node-restriction',
  async run(s) {
    const [n, m] = [s.name('n'), s.name('m')]
    const ns = await s.namespace('nodes')
    const ask = (label: string, request: Ask): Promise<unknown> => s.do(label, { ...request, headers: { ...request.headers, ...as(n) } })
    const post = (label: string, path: string, body: Json): Promise<unknown> =>
      ask(label, { method: 'POST', path: `${path}?dryRun=All`, body })
    const patch = (label: string, path: string, body: Json): Promise<unknown> =>
      ask(label, { method: 'PATCH', path: `${path}?dryRun=All`, body: JSON.stringify(body), headers: MERGE })

    await s.do('a node without a name', {
      method: 'POST',
      path: '/api/v1/nodes?dryRun=All',
      body: { metadata: { name: n } },
      headers: as(''),
    })
    await post('another node', '/api/v1/nodes', { metadata: { name: m } })
    for (const [i, labels] of [
      { 'kubernetes.io/hostname': n, 'node.kubernetes.io/x': 'y', 'a.kubelet.kubernetes.io/b': 'c', plain: 'x', 'example.com/x': 'y' },
      { 'node-restriction.kubernetes.io/x': 'y', 'a.node-restriction.kubernetes.io/b': 'c' },
      { 'x.k8s.io/a': 'b', 'kubernetes.io/role': 'master', 'node-role.kubernetes.io/control-plane': '' },
    ].entries()) {
      await post(`labels ${i}`, '/api/v1/nodes', { metadata: { name: n, labels } })
    }
    await post('a source of configuration', '/api/v1/nodes', {
      metadata: { name: n },
      spec: { configSource: { configMap: { namespace: 'a', name: 'b', uid: 'c', kubeletConfigKey: 'd' } } },
    })
    const [node, other] = [
      await make(s, '/api/v1/nodes', { metadata: { name: n } }),
      await make(s, '/api/v1/nodes', { metadata: { name: m } }),
    ]
    await patch('own label', `/api/v1/nodes/${n}`, { metadata: { labels: { a: 'b' } } })
    await patch('forbidden label', `/api/v1/nodes/${n}`, { metadata: { labels: { 'k8s.io/z': 'b', 'a.k8s.io/a': 'c' } } })
    await patch('taints', `/api/v1/nodes/${n}`, { spec: { taints: [{ key: 'a', effect: 'NoSchedule' }] } })
    await patch('owners', `/api/v1/nodes/${n}`, {
      metadata: { ownerReferences: [{ apiVersion: 'v1', kind: 'Node', name: m, uid: uidOf(other) }] },
    })
    await patch('status of another', `/api/v1/nodes/${m}/status`, { status: { phase: 'x' } })
    await patch('own status', `/api/v1/nodes/${n}/status`, { status: { capacity: { cpu: '1' } } })

    const pods = `/api/v1/namespaces/${ns}/pods`
    const owner = { apiVersion: 'v1', kind: 'Node', name: n, uid: uidOf(node), controller: true }
    await post('a pod', pods, mirror('a', n, owner, {}, false))
    await post('a mirror pod', pods, mirror('a', n, owner))
    await post('on another node', pods, mirror('a', m, owner))
    await post('without an owner', pods, mirror('a', n, undefined))
    await post('with two owners', pods, mirror('a', n, [owner, { ...owner, uid: 'other', controller: false }]))
    await post('owned by another', pods, mirror('a', n, { ...owner, name: m }))
    await post('owned, not controlled', pods, mirror('a', n, { ...owner, controller: false }))
    await post('blocking', pods, mirror('a', n, { ...owner, blockOwnerDeletion: true }))
    await post('with the uid of another', pods, mirror('a', n, { ...owner, uid: 'elsewhere' }))
    for (const [i, more] of [
      { serviceAccountName: 'default' },
      { imagePullSecrets: [{ name: 'x' }] },
      { containers: [{ name: 'c', image: 'i', envFrom: [{ configMapRef: { name: 'x' } }] }] },
      { containers: [{ name: 'c', image: 'i', env: [{ name: 'a', valueFrom: { secretKeyRef: { name: 'x', key: 'k' } } }] }] },
      { volumes: [{ name: 'v', configMap: { name: 'x' } }] },
      { volumes: [{ name: 'v', secret: { secretName: 'x' } }] },
      { volumes: [{ name: 'v', persistentVolumeClaim: { claimName: 'x' } }] },
      {
        volumes: [
          {
            name: 'v',
            ephemeral: { volumeClaimTemplate: { spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } } } },
          },
        ],
      },
      { volumes: [{ name: 'v', csi: { driver: 'x' } }] },
      { volumes: [{ name: 'v', glusterfs: { endpoints: 'e', path: '/' } }] },
      { volumes: [{ name: 'v', azureFile: { secretName: 's', shareName: 'x' } }] },
      { volumes: [{ name: 'v', projected: { sources: [{ serviceAccountToken: { path: 't' } }] } }] },
      { volumes: [{ name: 'v', projected: { sources: [{ configMap: { name: 'x' } }] } }] },
      {
        volumes: [
          { name: 'v', projected: { sources: [{ downwardAPI: { items: [] } }] } },
          { name: 'w', emptyDir: {} },
        ],
      },
      { volumes: [{ name: 'v', projected: { sources: [{ clusterTrustBundle: { name: 'x', path: 'p' } }] } }] },
      { volumes: [{ name: 'v', projected: { sources: [{}] } }] },
      { resourceClaims: [{ name: 'x', resourceClaimName: 'y' }] },
    ].entries()) {
      await post(`mirror with a reference ${i}`, pods, mirror('a', n, owner, more))
    }
    const onNode = (name: string, node: string): Json => ({
      metadata: { name },
      spec: { nodeName: node, containers: [{ name: 'c', image: 'i' }] },
    })
    const own = await make(s, pods, onNode('own', n))
    await make(s, pods, onNode('theirs', m))
    for (const name of ['own', 'theirs', 'missing']) {
      await ask(`delete ${name}`, { method: 'DELETE', path: `${pods}/${name}?dryRun=All` })
      await post(`evict ${name}`, `${pods}/${name}/eviction`, { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name } })
      await patch(`status of ${name}`, `${pods}/${name}/status`, { status: { phase: 'Running' } })
    }
    await patch('a label', `${pods}/own`, { metadata: { labels: { a: 'b' } } })
    await patch('a label by status', `${pods}/own/status`, { metadata: { labels: { a: 'b' } } })
    await patch('claims by status', `${pods}/own/status`, { status: { resourceClaimStatuses: [{ name: 'a', resourceClaimName: 'b' }] } })
    await patch('extended claims', `${pods}/own/status`, {
      status: {
        extendedResourceClaimStatus: {
          resourceClaimName: 'a',
          requestMappings: [{ containerName: 'c', resourceName: 'r', requestName: 'q' }],
        },
      },
    })
    await post('a binding', `${pods}/own/binding`, { metadata: { name: 'own' }, target: { kind: 'Node', name: m } })

    const claims = `/api/v1/namespaces/${ns}/persistentvolumeclaims`
    const claim = { metadata: { name: 'c' }, spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } } }
    await post('a claim', claims, claim)
    await make(s, claims, claim)
    await patch('grown', `${claims}/c/status`, { status: { capacity: { storage: '1Gi' }, conditions: [] } })
    await patch('more of a claim', `${claims}/c/status`, { metadata: { labels: { a: 'b' } }, status: { phase: 'Bound' } })

    await post('a lease elsewhere', `${API.lease}/namespaces/${ns}/leases`, { metadata: { name: n } })
    await s.quiet({ method: 'POST', path: '/api/v1/namespaces', body: { metadata: { name: 'kube-node-lease' } } })
    const leases = `${API.lease}/namespaces/kube-node-lease/leases`
    await post('a lease of another', leases, { metadata: { name: m } })
    await make(s, leases, { metadata: { name: n } })
    await make(s, leases, { metadata: { name: m } })
    for (const [of, name] of [
      ['own', n],
      ['theirs', m],
    ] as const) {
      await patch(`${of} lease`, `${leases}/${name}`, { spec: { holderIdentity: 'x' } })
      await post(`${of} CSINode`, `${API.csi}/csinodes`, { metadata: { name }, spec: { drivers: [] } })
    }
    await post('a slice of another', `${API.slice}/resourceslices`, {
      metadata: { name: s.name('slice') },
      spec: { driver: 'd.example.com', nodeName: m, pool: { name: 'p', resourceSliceCount: 1 } },
    })
    await tokens(s, n, ns, uidOf(own), post)
  },
}

type Post = (label: string, path: string, body: Json) => Promise<unknown>

async function tokens(s: Session, n: string, ns: string, own: string, post: Post): Promise<void> {
  const path = `/api/v1/namespaces/${ns}/serviceaccounts/default/token`
  const pods = `/api/v1/namespaces/${ns}/pods`
  const ask = (label: string, ref: Json | undefined, audiences?: readonly string[]): Promise<unknown> =>
    post(label, path, {
      spec: { ...(ref === undefined ? {} : { boundObjectRef: ref }), ...(audiences === undefined ? {} : { audiences }) },
    })
  // Made long before it is asked about: the reference's plugin reads pods from an informer, which may lag behind.
  const volumes = [
    { name: 'v', projected: { sources: [{ serviceAccountToken: { path: 't', audience: 'vault' } }] } },
    { name: 'w', csi: { driver: s.name('driver') } },
    { name: 'x', persistentVolumeClaim: { claimName: 'missing' } },
  ]
  const named = await make(s, pods, {
    metadata: { name: 'named' },
    spec: { nodeName: n, automountServiceAccountToken: false, containers: [{ name: 'c', image: 'i' }], volumes },
  })
  const ref = { apiVersion: 'v1', kind: 'Pod', name: 'own', uid: own }
  await ask('a token of nobody', undefined)
  await ask('a token of a secret', { apiVersion: 'v1', kind: 'Secret', name: 'x' })
  await ask('a token without a uid', { ...ref, uid: undefined })
  await ask('a token with another uid', { ...ref, uid: 'elsewhere' })
  await ask('a token of a pod that is missing', { ...ref, name: 'missing' })
  const theirs = uidOf((await s.quiet({ path: `${pods}/theirs` })).json)
  await ask('a token of another node', { ...ref, name: 'theirs', uid: theirs })
  await ask('a token for two', { ...ref }, ['a', 'b'])
  await ask('a token for whom the pod does not name', { ...ref }, ['vault'])
  const of = { ...ref, name: 'named', uid: uidOf(named) }
  await ask('a token for a driver that is missing', of, ['csi'])
  await make(s, `${API.csi}/csidrivers`, { metadata: { name: s.name('driver') }, spec: { tokenRequests: [{ audience: 'csi' }] } })
  // The reference's plugin reads drivers from an informer, too.
  const knowsDriver = async (): Promise<boolean> => {
    const body = { spec: { boundObjectRef: of, audiences: ['other'] } }
    const answer = await s.quiet({ method: 'POST', path: `${path}?dryRun=All`, body, headers: as(n) })
    return !answer.body.toString().includes('csidriver.storage.k8s.io')
  }
  for (let i = 0; i < 100 && !(await knowsDriver()); i++) await new Promise<void>((r) => void setTimeout(r, 50))
  await ask('a token for nobody named', of)

  const requests = `/apis/certificates.k8s.io/v1/namespaces/${ns}/podcertificaterequests`
  await post('a certificate for another node', requests, {
    metadata: { name: 'r' },
    spec: { nodeName: 'elsewhere', podName: 'own', podUID: own, signerName: 'a.example/b' },
  })
}

export const nodeRestriction: readonly Scenario[] = [nodes]

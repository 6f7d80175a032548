import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Ask } from '../http.ts'
import type { Scenario, Session } from '../session.ts'

type Json = Record<string, unknown>

const MERGE = { 'content-type': 'application/merge-patch+json' }
const LABEL = 'pod-security.kubernetes.io/'
const SYSTEM_ADMIN = { 'impersonate-user': 'system:admin', 'impersonate-group': 'system:masters' }

const container = (name: string, more: Json = {}): Json => ({ name, image: 'registry.k8s.io/pause', ...more })
const pod = (name: string, spec: Json = {}): Json => ({ metadata: { name }, spec: { containers: [container('c')], ...spec } })
const template = (spec: Json): Json => ({ metadata: { labels: { app: 'x' } }, spec: { containers: [container('c')], ...spec } })
const selector = { matchLabels: { app: 'x' } }

/** A namespace with labels of the standards, and its service account. */
async function namespace(s: Session, base: string, labels: Readonly<Record<string, string>>): Promise<string> {
  const name = await s.namespace(base)
  const own = Object.fromEntries(Object.entries(labels).map(([k, v]) => [LABEL + k, v]))
  await s.do(`labels of ${base}`, {
    method: 'PATCH',
    path: `/api/v1/namespaces/${name}`,
    body: { metadata: { labels: own } },
    headers: MERGE,
  })
  return name
}

const BAD_LABELS: readonly Readonly<Record<string, string>>[] = [
  { enforce: 'strict' },
  { 'enforce-version': '1.30' },
  { 'enforce-version': 'v1.01', warn: '' },
  { audit: 'Baseline', 'audit-version': 'v2.0', 'warn-version': 'v1.99999999999999999999' },
]

const HOST = { hostNetwork: true, hostPID: true }
const ROOT = { securityContext: { runAsUser: 0 } }

/** What makes pods, with the path of its template. */
const MAKERS: readonly (readonly [path: string, resource: string, object: (t: Json) => Json])[] = [
  ['/api/v1', 'replicationcontrollers', (t) => ({ spec: { selector: { app: 'x' }, template: t } })],
  ['/api/v1', 'podtemplates', (t) => ({ template: t })],
  ['/apis/apps/v1', 'replicasets', (t) => ({ spec: { selector, template: t } })],
  ['/apis/apps/v1', 'deployments', (t) => ({ spec: { selector, template: t } })],
  ['/apis/apps/v1', 'statefulsets', (t) => ({ spec: { serviceName: 's', selector, template: t } })],
  ['/apis/apps/v1', 'daemonsets', (t) => ({ spec: { selector, template: t } })],
  ['/apis/batch/v1', 'jobs', (t) => ({ spec: { template: { ...t, spec: { ...(t.spec as Json), restartPolicy: 'Never' } } } })],
  [
    '/apis/batch/v1',
    'cronjobs',
    (t) => ({
      spec: { schedule: '* * * * *', jobTemplate: { spec: { template: { ...t, spec: { ...(t.spec as Json), restartPolicy: 'Never' } } } } },
    }),
  ],
]

const labels: Scenario = {
  name: 'pod-security-labels',
  async run(s) {
    for (const [i, bad] of BAD_LABELS.entries()) {
      const own = Object.fromEntries(Object.entries(bad).map(([k, v]) => [LABEL + k, v]))
      const name = s.name(`bad-${i}`)
      await s.post(`create ${i}`, '/api/v1/namespaces', { metadata: { name, labels: own } })
      await s.quiet({ method: 'POST', path: '/api/v1/namespaces', body: { metadata: { name } } })
      await s.do(`update ${i}`, {
        method: 'PATCH',
        path: `/api/v1/namespaces/${name}`,
        body: { metadata: { labels: own } },
        headers: MERGE,
      })
    }
    const name = await s.namespace('stricter')
    const pods = `/api/v1/namespaces/${name}/pods`
    for (const object of [pod('a', HOST), pod('b', HOST), pod('c'), pod('d', ROOT), pod('e', { hostIPC: true })]) {
      await s.quiet({ method: 'POST', path: pods, body: object })
    }
    // Of pods that one controller has made, one is looked at first.
    for (const n of ['y', 'x']) {
      const ownerReferences = [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'r', uid: 'u', controller: true }]
      const { spec } = pod(n, { hostIPC: true })
      await s.quiet({ method: 'POST', path: pods, body: { metadata: { name: n, ownerReferences }, spec } })
    }
    const steps: Json[] = [
      { enforce: 'baseline' },
      { enforce: 'restricted' },
      { 'enforce-version': 'v1.20' },
      { enforce: 'baseline' },
      { enforce: 'privileged' },
      { warn: 'restricted', audit: 'restricted' },
    ]
    for (const [i, step] of steps.entries()) {
      const own = Object.fromEntries(Object.entries(step).map(([k, v]) => [LABEL + k, v]))
      const ask: Ask = { method: 'PATCH', path: `/api/v1/namespaces/${name}`, body: { metadata: { labels: own } }, headers: MERGE }
      await s.do(`dry step ${i}`, { ...ask, path: `${ask.path}?dryRun=All` })
      await s.do(`step ${i}`, ask)
    }
  },
}

const writes: Scenario = {
  name: 'pod-security-writes',
  async run(s) {
    const strict = await namespace(s, 'strict', { enforce: 'restricted' })
    const warned = await namespace(s, 'warned', { enforce: 'baseline', warn: 'restricted', 'warn-version': 'v1.24' })
    const pinned = await namespace(s, 'pinned', { enforce: 'baseline', 'enforce-version': 'v1.99', 'warn-version': 'v1.0' })
    for (const ns of [strict, warned, pinned]) {
      const base = ns.slice(0, ns.lastIndexOf('-'))
      const pods = `/api/v1/namespaces/${ns}/pods`
      await s.post(`${base} plain`, pods, pod('plain'))
      await s.post(`${base} host`, pods, pod('host', HOST))
      await s.post(`${base} root by another`, `${pods}?dryRun=All`, pod('root', ROOT), SYSTEM_ADMIN)
      const path = `${pods}/plain`
      const image = { spec: { containers: [{ name: 'c', image: 'registry.k8s.io/other' }] } }
      await s.patch(`${base} image`, path, 'strategic', image)
      await s.patch(`${base} label`, path, 'merge', { metadata: { labels: { a: 'b' } } })
      await s.patch(`${base} debugging`, `${path}/ephemeralcontainers`, 'strategic', {
        spec: { ephemeralContainers: [container('d', { securityContext: { privileged: true } })] },
      })
      await s.patch(`${base} status`, `${path}/status`, 'merge', { status: { phase: 'Running' } })
      await s.patch(`${base} resize`, `${path}/resize`, 'strategic', {
        spec: { containers: [{ name: 'c', resources: { requests: { cpu: '1m' } } }] },
      })
      for (const [at, resource, make] of MAKERS) {
        const object = { metadata: { name: 'maker' }, ...make(template({ ...HOST, ...ROOT })) }
        await s.post(`${base} ${resource}`, `${at}/namespaces/${ns}/${resource}?dryRun=All`, object)
      }
      const deployments = `/apis/apps/v1/namespaces/${ns}/deployments`
      await s.quiet({ method: 'POST', path: deployments, body: { metadata: { name: 'd' }, spec: { selector, template: template(ROOT) } } })
      await s.patch(`${base} scaled`, `${deployments}/d/scale`, 'merge', { spec: { replicas: 2 } })
      await s.patch(`${base} deployment`, `${deployments}/d`, 'merge', { spec: { replicas: 3 } })
      await s.post(`${base} no template`, `/api/v1/namespaces/${ns}/replicationcontrollers?dryRun=All`, {
        metadata: { name: 'empty' },
        spec: { replicas: 0 },
      })
    }
  },
}

export const podSecurity: readonly Scenario[] = [labels, writes]

/** Requests under way at once. */
const AT_ONCE = 16

/** The levels' folders, the versions' in them, and in these `pass` and `fail`. */
const folders = (dir: string): string[] => readdirSync(dir).sort()

/**
 * The example pods that come with the original's source (`test/testdata` of the Go module k8s.io/pod-security-admission in `module`), each in
 * a namespace of its level and version, and as the template of a Job where the level only warns. Says where a pod that must
 * pass is forbidden, or one that must fail is made.
 */
export const examplePods = (module: string): Scenario => ({
  name: 'pod-security-examples',
  async run(s) {
    const root = join(module, 'test/testdata')
    const both = folders(root).filter((name) => !name.includes('.'))
    const all = both.flatMap((level) => folders(join(root, level)).map((version) => ({ level, version })))
    // All namespaces first: a server may take a moment until its admission has seen the labels.
    const places: { level: string; version: string; ns: string; told: string }[] = []
    for (const { level, version } of all) {
      const v = version.replace('.', '-')
      const ns = await namespace(s, `${level}-${v}`, { enforce: level, 'enforce-version': version })
      places.push({ level, version, ns, told: await namespace(s, `${level}-${v}-told`, { warn: level, 'warn-version': version }) })
    }
    for (const { level, version, ns, told } of places) {
      const files = folders(join(root, level, version)).flatMap((end) =>
        folders(join(root, level, version, end)).map((file) => ({
          end,
          file,
          text: readFileSync(join(root, level, version, end, file), 'utf8'),
        })),
      )
      for (let i = 0; i < files.length; i += AT_ONCE) {
        const some = files.slice(i, i + AT_ONCE)
        const asks = some.flatMap(({ text }): Ask[] => [
          {
            method: 'POST',
            path: `/api/v1/namespaces/${ns}/pods?dryRun=All`,
            body: text,
            headers: { 'content-type': 'application/yaml' },
          },
          {
            method: 'POST',
            path: `/api/v1/namespaces/${told}/podtemplates?dryRun=All`,
            body: asTemplate(text),
            headers: { 'content-type': 'application/yaml' },
          },
        ])
        const answers = await Promise.all(asks.map((ask) => s.quiet(ask)))
        for (const [n, { end, file }] of some.entries()) {
          const label = `${level} ${version} ${end} ${file}`
          const [own, made] = [answers[2 * n]!, answers[2 * n + 1]!]
          s.record(label, asks[2 * n]!, own)
          s.record(`${label} as a template`, asks[2 * n + 1]!, made)
          // A pod that validation refuses for another reason is one that fails, whatever the standards say of it.
          if (end === 'pass' ? own.status === 403 : own.status < 300) {
            s.note(`${label} on ${s.target.name}`, { must: end, status: own.status })
          }
        }
      }
    }
  },
})

/** The YAML of a PodTemplate with this pod's: what is a pod's own stands deeper. */
function asTemplate(text: string): string {
  const body = text.slice(text.indexOf('metadata:'))
  return `apiVersion: v1\nkind: PodTemplate\nmetadata:\n  name: t\ntemplate:\n${body.replace(/^(?=.)/gm, '  ')}`
}

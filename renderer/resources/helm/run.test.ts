import { expect, test } from 'vitest'
import { ApiError } from '../../kube/api-error.ts'
import type { Change } from '../../kube/changes.ts'
import type { Resource } from '../../kube/resource.ts'
import { FakeClock } from '../../kube/testing/fake-clock.ts'
import type { KubeObject } from '../../kube/types.ts'
import { decodeRelease, type Release, releaseSecret, releasesOf } from './release.ts'
import { checkRemoval, hookEvents, manager, removals, rollback, rollbackRows, type Surroundings, uninstall } from './run.ts'

const kind = (plural: string, name: string): Resource => ({
  group: '',
  version: 'v1',
  plural,
  singular: name.toLowerCase(),
  kind: name,
  namespaced: true,
  verbs: [],
  subresources: [],
  shortNames: [],
  categories: [],
})
const marks = {
  labels: { 'app.kubernetes.io/managed-by': 'Helm' },
  annotations: { 'meta.helm.sh/release-name': 'quay', 'meta.helm.sh/release-namespace': 'shop' },
}
const map = (name: string): string => `---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}}\n`
const release = (version: number, maps: string[], status: string): Release => ({
  name: 'quay',
  namespace: 'shop',
  version,
  info: { first_deployed: '2026-01-01T00:00:00Z', status },
  manifest: maps.map(map).join(''),
  hooks: [{ name: 'before', events: ['pre-rollback'] }],
})

/** A cluster of Secrets and ConfigMaps in memory, with two revisions: the second has brought `new`, and `old` has gone. */
async function cluster() {
  const clock = new FakeClock()
  const objects = new Map<string, KubeObject>()
  const sent: Change[] = []
  const base = '/api/v1/namespaces/shop'
  const put = (path: string, object: KubeObject): void =>
    void objects.set(path, { ...object, metadata: { ...object.metadata, uid: path, namespace: 'shop', resourceVersion: '1' } })
  for (const one of [release(1, ['both', 'old'], 'superseded'), release(2, ['both', 'new', 'precious', 'foreign'], 'deployed')]) {
    const secret = await releaseSecret(one, 'shop', { team: 't' }, { createdAt: 1 })
    put(`${base}/secrets/${secret.metadata.name}`, secret)
  }
  for (const name of ['both', 'new']) put(`${base}/configmaps/${name}`, { metadata: { name, ...marks } })
  const keep = { ...marks.annotations, 'helm.sh/resource-policy': 'keep' }
  put(`${base}/configmaps/precious`, { metadata: { name: 'precious', ...marks, annotations: keep } })
  put(`${base}/configmaps/foreign`, { metadata: { name: 'foreign' } })
  let refused = ''
  const missing = (): ApiError => new ApiError({ code: 404, reason: 'NotFound', message: 'not found', request: '' })
  const where: Surroundings = {
    clock,
    namespace: 'shop',
    all: [kind('secrets', 'Secret'), kind('configmaps', 'ConfigMap')],
    api: {
      async get(path) {
        const found = objects.get(path)
        if (!found) throw missing()
        return found
      },
      async send(change) {
        sent.push(change)
        if (change.path === refused) throw new ApiError({ code: 403, reason: 'Forbidden', message: 'no', request: '' })
        if (change.method === 'DELETE') objects.delete(change.path)
        else {
          const body = change.body as KubeObject
          put(change.method === 'POST' ? `${change.path}/${body.metadata.name}` : change.path, body)
        }
        return { object: objects.get(change.path), warnings: [] }
      },
    },
  }
  const secrets = (): KubeObject[] => [...objects].flatMap(([path, object]) => (path.includes('/secrets/') ? [object] : []))
  const names = (): string[] => [...objects.keys()].flatMap((path) => (path.includes('/configmaps/') ? [path.split('/').at(-1) ?? ''] : []))
  const states = async (): Promise<string[]> =>
    Promise.all(
      secrets().map(async (secret) => {
        const { version, info } = await decodeRelease((secret as KubeObject & { data: { release: string } }).data.release)
        return `${version} ${info.status} ${secret.metadata.labels?.status}`
      }),
    )
  const revisions = () => releasesOf(secrets())[0] ?? []
  const told: string[] = []
  const tell = {
    row: (_: number, { title, state }: { title: string; state: string }) => void told.push(`${title} ${state}`),
    removal: (_: number, { title, state }: { title: string; state: string }) => void told.push(`${title} ${state}`),
  }
  const refuse = (name: string): void => void (refused = `${base}/configmaps/${name}`)
  return { where, sent, names, states, revisions, told, tell, refuse }
}

const planOf = (where: Surroundings) => ({
  rows: rollbackRows(release(1, ['both', 'old'], 'superseded'), where, new Set()),
  removals: removals(release(2, ['both', 'new', 'precious', 'foreign'], 'deployed'), release(1, ['both', 'old'], ''), where),
})

test('a rollback stores a new revision, applies its objects as helm, takes away what it has not, and is then the deployed one', async () => {
  const { where, sent, names, states, revisions, tell } = await cluster()
  const [newest, earlier] = revisions()
  expect([newest?.version, earlier?.version]).toEqual([2, 1])
  expect(await rollback(where, revisions(), earlier!, planOf(where), tell)).toBe(true)
  expect(await states()).toEqual(['1 superseded superseded', '2 superseded superseded', '3 deployed deployed'])
  expect(names().sort()).toEqual(['both', 'foreign', 'old', 'precious'])
  expect(sent[0]).toMatchObject({
    method: 'POST',
    body: { metadata: { name: 'sh.helm.release.v1.quay.v3', labels: { status: 'pending-rollback', team: 't' } } },
  })
  const applied = sent.filter(({ type }) => type === 'apply')
  expect(applied.map(({ path, manager: by }) => [path.split('/').at(-1), by])).toEqual([
    ['both', manager],
    ['old', manager],
  ])
  expect(applied[1]?.body).toMatchObject({ metadata: { ...marks, namespace: 'shop' } })
  expect(sent.find(({ method }) => method === 'DELETE')?.body).toMatchObject({ propagationPolicy: 'Background' })
})

test('a rollback that cannot be done leaves a failed revision', async () => {
  const { where, states, revisions, told, tell, refuse } = await cluster()
  refuse('old')
  expect(await rollback(where, revisions(), revisions()[1]!, planOf(where), tell)).toBe(false)
  expect(await states()).toEqual(['1 superseded superseded', '2 superseded superseded', '3 failed failed'])
  expect(told.at(-1)).toBe('ConfigMap shop/old failed')
})

test('an uninstallation takes its own objects and its record, and leaves what is kept and what is not its own', async () => {
  const { where, names, states, revisions, told, tell } = await cluster()
  const planned = removals(release(2, ['both', 'new', 'precious', 'foreign', 'gone'], ''), undefined, where)
  expect(await uninstall(where, revisions(), planned, tell)).toBe(true)
  expect(names().sort()).toEqual(['foreign', 'precious'])
  expect(await states()).toEqual([])
  expect(told.filter((line) => !line.endsWith('running'))).toEqual([
    'ConfigMap shop/gone gone',
    'ConfigMap shop/foreign foreign',
    'ConfigMap shop/precious kept',
    'ConfigMap shop/new done',
    'ConfigMap shop/both done',
  ])
})

test('a plan says beforehand what is kept, what is somebody else’s and what is not there', async () => {
  const { where } = await cluster()
  const planned = removals(release(2, ['both', 'precious', 'foreign', 'absent'], ''), undefined, where)
  expect(planned.map(({ state }) => state)).toEqual(['checking', 'checking', 'checking', 'checking'])
  const checked = await Promise.all(planned.map((row) => checkRemoval(where, row, 'quay')))
  expect(checked.map(({ title, state }) => `${title.split('/')[1]} ${state}`)).toEqual([
    'absent gone',
    'foreign foreign',
    'precious kept',
    'both waiting',
  ])
  const refused = {
    ...where,
    api: { ...where.api, get: async () => Promise.reject(new ApiError({ code: 403, reason: 'Forbidden', message: 'no', request: '' })) },
  }
  expect(await checkRemoval(refused, planned[0]!, 'quay')).toMatchObject({ state: 'unread', error: { code: 403 } })
})

test('where an object cannot be deleted the record stays', async () => {
  const { where, states, revisions, tell, refuse } = await cluster()
  refuse('new')
  expect(await uninstall(where, revisions(), removals(release(2, ['both', 'new'], ''), undefined, where), tell)).toBe(false)
  expect(await states()).toEqual(['1 superseded superseded', '2 uninstalling uninstalling'])
})

test('hooks are named by their events', () => {
  expect(hookEvents(release(1, [], ''), ['pre-rollback', 'post-rollback'])).toEqual(['before'])
  expect(hookEvents(release(1, [], ''), ['pre-delete'])).toEqual([])
})

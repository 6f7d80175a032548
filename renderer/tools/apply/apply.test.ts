import { describe, expect, test } from 'vitest'
import { ApiError } from '../../kube/api-error.ts'
import type { Change } from '../../kube/changes.ts'
import { FakeClock } from '../../kube/testing/fake-clock.ts'
import type { Resource } from '../../kube/resource.ts'
import type { KubeObject } from '../../kube/types.ts'
import type { ClusterApi } from '../actions/engine.ts'
import { readDocuments } from '../yaml/documents.ts'
import { conflictsOf, keepTheirs, resolveField } from './conflicts.ts'
import { checkApply, commitApply, isSendable, planRows, undoRows } from './engine.ts'
import { asList, manifestsOf } from './manifest.ts'

const kind = (group: string, plural: string, name: string, namespaced = true): Resource => ({
  group,
  version: 'v1',
  plural,
  singular: '',
  kind: name,
  namespaced,
  verbs: [],
  subresources: [],
  shortNames: [],
  categories: [],
})
const all = [kind('', 'configmaps', 'ConfigMap'), kind('', 'namespaces', 'Namespace', false), kind('apps', 'deployments', 'Deployment')]
const plan = (text: string, forced: string[] = []) => planRows(manifestsOf(readDocuments(text)), all, 'home', new Set(forced))

const map = (name: string, more = ''): string => `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\n${more}`

describe('what a text comes to', () => {
  test('each object has its address, in its namespace or the one at hand; a List is its items', () => {
    const list = 'apiVersion: v1\nkind: List\nitems:\n  - {apiVersion: v1, kind: ConfigMap, metadata: {name: c, namespace: sea}}\n'
    const rows = plan(`${map('a')}---\n${list}---\napiVersion: apps/v1beta1\nkind: Deployment\nmetadata: {name: d}\n`)
    expect(rows.map(({ title, state, change }) => [title, state, change?.path])).toEqual([
      ['ConfigMap home/a', 'checking', '/api/v1/namespaces/home/configmaps/a'],
      ['ConfigMap sea/c', 'checking', '/api/v1/namespaces/sea/configmaps/c'],
      ['Deployment home/d', 'checking', '/apis/apps/v1beta1/namespaces/home/deployments/d'],
    ])
    expect(rows[0]?.change).toMatchObject({ method: 'PATCH', type: 'apply', body: { metadata: { name: 'a', namespace: 'home' } } })
  })

  test('what is missing is named, and a name that is made up is posted', () => {
    const rows = plan(
      'kind: X\n---\napiVersion: v1\nmetadata: {name: a}\n---\napiVersion: v1\nkind: ConfigMap\n---\napiVersion: v1\nkind: Boat\nmetadata: {name: b}\n',
    )
    expect(rows.map(({ state, missing }) => [state, missing])).toEqual([
      ['incomplete', 'apiVersion'],
      ['incomplete', 'kind'],
      ['incomplete', 'name'],
      ['unknownKind', undefined],
    ])
    expect(plan('apiVersion: v1\nkind: ConfigMap\nmetadata: {generateName: a-}\n')[0]?.change).toMatchObject({
      method: 'POST',
      path: '/api/v1/namespaces/home/configmaps',
    })
  })

  test('what is no object says so, and a list is written as one that is applied item by item', () => {
    const list = `# from jq\n---\n- ${map('a').trimEnd().replaceAll('\n', '\n  ')}\n# the second\n- {apiVersion: v1, kind: ConfigMap, metadata: {name: b}}\n`
    const json = `[\n  {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}},\n{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "b"}}\n]\n`
    for (const text of [list, json, `${map('first')}---\n${json}`, `${list}...\n---\n${map('last')}`, `--- ${json}`]) {
      const [told] = manifestsOf(readDocuments(text)).filter(({ notObject }) => notObject)
      expect(told).toMatchObject({ notObject: 'list', apiVersion: '' })
      const rows = plan(asList(text, told!) ?? '')
      expect(rows.map(({ title }) => title)).toEqual(expect.arrayContaining(['ConfigMap home/a', 'ConfigMap home/b']))
      expect(rows.every(({ state }) => state === 'checking')).toBe(true)
      // Read by a worker, the nodes are not at hand.
      const { document: _, ...bare } = told!.document
      expect(asList(text, { ...told!, document: bare })).toBe(asList(text, told!))
    }
    const rows = plan('kubectl apply -f x\n---\n7\n---\nkind: List\napiVersion: v1\nitems: [[], a]\n')
    expect(rows.map(({ state, manifest, missing }) => [state, manifest?.notObject, missing])).toEqual([
      ['incomplete', 'value', undefined],
      ['incomplete', 'value', undefined],
      ['incomplete', 'list', undefined],
      ['incomplete', 'value', undefined],
    ])
  })

  test('what rests on an earlier object waits for it', () => {
    const crd = `apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: boats.sea}\nspec:\n  group: sea\n  scope: Namespaced\n  names: {kind: Boat, plural: boats}\n`
    const known = [...all, kind('apiextensions.k8s.io', 'customresourcedefinitions', 'CustomResourceDefinition', false)]
    const boat = 'apiVersion: sea/v1\nkind: Boat\nmetadata: {name: b, namespace: new}\n'
    const namespace = 'apiVersion: v1\nkind: Namespace\nmetadata: {name: new}\n'
    const rows = planRows(
      manifestsOf(readDocuments(`${crd}---\n${namespace}---\n${boat}---\n${map('a')}  namespace: new\n`)),
      known,
      'home',
      new Set(),
    )
    expect(rows.map(({ state, change }) => [state, change?.path])).toEqual([
      ['checking', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions/boats.sea'],
      ['checking', '/api/v1/namespaces/new'],
      ['later', '/apis/sea/v1/namespaces/new/boats/b'],
      ['later', '/api/v1/namespaces/new/configmaps/a'],
    ])
  })
})

const conflict = new ApiError({
  code: 409,
  reason: 'Conflict',
  message: 'Apply failed with 1 conflict',
  causes: [
    { reason: 'FieldManagerConflict', message: 'conflict with "the \\"crew\\"" using v1 at 2026-01-01T00:00:00Z', field: '.data.a.b' },
    { reason: 'Other' },
  ],
})

describe('conflicts', () => {
  test('name the field and who holds it', () => {
    expect(conflictsOf(conflict)).toEqual([{ field: '.data.a.b', manager: 'the "crew"' }])
  })

  const object = {
    metadata: { labels: { 'app.kubernetes.io/name': 'x', app: { deep: 1 } }, finalizers: ['a/b', 'c'] },
    spec: { containers: [{ name: 'one' }, { name: 'a]b', ports: [{ port: 80, protocol: 'TCP' }] }] },
  }
  test.each([
    ['.metadata.labels.app.kubernetes.io/name', ['metadata', 'labels', 'app.kubernetes.io/name']],
    ['.metadata.labels.app.deep', ['metadata', 'labels', 'app', 'deep']],
    ['.metadata.finalizers[="c"]', ['metadata', 'finalizers', 1]],
    ['.spec.containers[name="a]b"].ports[port=80,protocol="TCP"].port', ['spec', 'containers', 1, 'ports', 0, 'port']],
    ['.spec.containers[0].name', ['spec', 'containers', 0, 'name']],
    ['.spec.containers[name="none"].name', undefined],
    ['.spec.nothing', undefined],
    ['.spec.containers[name="one', undefined],
  ])('%s', (field, path) => expect(resolveField(object, field)).toEqual(path))

  test('theirs stand: a value is written as it is stored, a tree is taken out, and nothing else is touched', () => {
    const text = `# mine\n${map('a', 'data:\n  one: mine # why\n  two: {x: y}\n  three: "3"\n')}`
    const [manifest] = manifestsOf(readDocuments(text))
    const stored = { data: { one: 'yes', two: { x: 'z' } } }
    expect(keepTheirs(text, manifest!, '.data.one', stored)).toBe(text.replace('one: mine', 'one: "yes"'))
    expect(keepTheirs(text, manifest!, '.data.two', stored)).toBe(text.replace('  two: {x: y}\n', ''))
    expect(keepTheirs(text, manifest!, '.data.none', stored)).toBeUndefined()
  })
})

const never = new AbortController().signal

function cluster(stored: Record<string, KubeObject>, answer: (change: Change, dryRun: boolean) => KubeObject | ApiError) {
  const sent: string[] = []
  const api: ClusterApi = {
    get: (path) =>
      stored[path] ? Promise.resolve(stored[path]) : Promise.reject(new ApiError({ code: 404, reason: 'NotFound', message: path })),
    send(change, { dryRun = false }) {
      sent.push(`${change.method} ${change.path}${dryRun ? ' dry' : ''}${change.force ? ' force' : ''}`)
      const told = answer(change, dryRun)
      return told instanceof ApiError ? Promise.reject(told) : Promise.resolve({ object: told, warnings: [] })
    },
  }
  return { api, sent, stored }
}

describe('on the server', () => {
  const a = '/api/v1/namespaces/home/configmaps/a'
  const object = (data: Record<string, string>, resourceVersion = '5') =>
    ({ metadata: { name: 'a', uid: 'u', resourceVersion }, data }) as KubeObject

  test('new, changed, so already, in conflict, refused', async () => {
    const [row] = plan(map('a'))
    const state = async (stored: Record<string, KubeObject>, answer: KubeObject | ApiError): Promise<string> =>
      (await checkApply(cluster(stored, () => answer).api, row!, never)).state
    expect(await state({}, object({}))).toBe('new')
    expect(await state({ [a]: object({}) }, object({ b: 'c' }, '6'))).toBe('changes')
    expect(await state({ [a]: object({}) }, object({}, '6'))).toBe('same')
    expect(await state({ [a]: object({}) }, conflict)).toBe('conflict')
    expect(await state({}, new ApiError({ code: 422, reason: 'Invalid', message: 'no' }))).toBe('refused')
    const [forced] = plan(map('a'), [a])
    const { api, sent } = cluster({ [a]: object({}) }, () => object({ b: 'c' }))
    await checkApply(api, forced!, never)
    expect(sent).toEqual([`PATCH ${a} dry force`])
  })

  test('an object that waits for its kind is tried again until it is served', async () => {
    const [row] = plan(map('a'))
    let refusals = 2
    const { api, sent } = cluster({}, () =>
      refusals-- > 0 ? new ApiError({ code: 404, reason: 'NotFound', message: 'no kind' }) : object({}),
    )
    const clock = new FakeClock()
    const ended = commitApply(api, clock, { ...row!, state: 'later' })
    for (let n = 0; n < 4; n++) {
      for (let turn = 0; turn < 20; turn++) await Promise.resolve()
      clock.advance(500)
    }
    expect(await ended).toMatchObject({ state: 'done', undo: { method: 'DELETE', path: a } })
    expect(sent).toHaveLength(3)
  })

  test('the way back: what was made goes, what was changed is put back if it is still that version; the last first', async () => {
    const rows = plan(`${map('a')}---\n${map('b')}`)
    const { api } = cluster({ [a]: object({ old: 'x' }) }, (change) => object({ at: change.path }, '9'))
    const done = []
    for (const row of rows) done.push(await commitApply(api, new FakeClock(), await checkApply(api, row, never)))
    const back = undoRows(done)
    expect(back.map(({ change }) => [change?.method, change?.path])).toEqual([
      ['DELETE', '/api/v1/namespaces/home/configmaps/b'],
      ['PUT', a],
    ])
    expect(back[1]?.change?.body).toMatchObject({ data: { old: 'x' }, metadata: { resourceVersion: '9' } })
    expect(isSendable(await checkApply(api, back[0]!, never))).toBe(false)
    expect((await checkApply(api, back[1]!, never)).state).toBe('changes')
  })
})

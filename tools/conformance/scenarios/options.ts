import type { Scenario, Session } from '../session.ts'

const map = (
  name: string,
  more: object = {},
): { apiVersion: string; kind: string; metadata: { name: string }; data: Record<string, string> } => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name },
  data: { a: '1' },
  ...more,
})

interface Place {
  all: string
  one(name: string): string
}

async function place(s: Session, base: string): Promise<Place> {
  const ns = await s.namespace(base)
  const all = `/api/v1/namespaces/${ns}/configmaps`
  return { all, one: (name) => `${all}/${name}` }
}

const JSON_TYPE = { 'content-type': 'application/json' }

export const options: readonly Scenario[] = [
  {
    name: 'options of writes',
    async run(s) {
      const { all, one } = await place(s, 'write-options')
      await s.post('dry run', `${all}?dryRun=All`, map('dry'))
      await s.get('dry run left nothing', one('dry'))
      await s.post('dry run of something else', `${all}?dryRun=Some`, map('dry'))
      await s.post('dry run twice', `${all}?dryRun=All&dryRun=All`, map('dry'))
      await s.post('dry run, empty', `${all}?dryRun=`, map('dry-empty'))
      await s.post('there', all, map('there'))
      await s.post('dry run of what is there', `${all}?dryRun=All`, map('there'))
      await s.put('dry run update', `${one('there')}?dryRun=All`, map('there', { data: { a: '2' } }))
      await s.do('dry run patch', {
        method: 'PATCH',
        path: `${one('there')}?dryRun=All`,
        body: '{"data":{"a":"3"}}',
        headers: { 'content-type': 'application/merge-patch+json' },
      })
      await s.do('dry run delete', { method: 'DELETE', path: `${one('there')}?dryRun=All` })
      await s.delete('dry run delete in the body', one('there'), { kind: 'DeleteOptions', apiVersion: 'v1', dryRun: ['All'] })
      await s.delete('bad dry run in the body', one('there'), { dryRun: ['Some'] })
      await s.do('dry run of a collection', { method: 'DELETE', path: `${all}?dryRun=All&labelSelector=x` })
      await s.get('still as it was', one('there'))
      for (const manager of ['kubectl', 'a b', 'x'.repeat(128), 'x'.repeat(129), 'new\nline', ''])
        await s.post(
          `field manager ${manager.slice(0, 12)} ${manager.length}`,
          `${all}?fieldManager=${encodeURIComponent(manager)}`,
          map(`fm-${manager.length}`),
        )
      for (const mode of ['Strict', 'Warn', 'Ignore', '', 'strict', 'Nothing']) {
        const text = `{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"fv-${mode.toLowerCase()}x","unknown":1,"labels":{"a":"1","a":"2"}},"data":{"a":"1"},"data":{"b":"2"},"other":{},"immutable":null}`
        await s.post(`field validation ${mode}`, `${all}?fieldValidation=${mode}`, text, JSON_TYPE)
        await s.post(
          `field validation ${mode}, yaml`,
          `${all}?fieldValidation=${mode}`,
          `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: fy-${mode.toLowerCase()}x\n  unknown: 1\ndata:\n  a: "1"\nother: {}\n`,
          { 'content-type': 'application/yaml' },
        )
        await s.do(`field validation ${mode}, merge patch`, {
          method: 'PATCH',
          path: `${one('there')}?fieldValidation=${mode}`,
          body: '{"nothing":1,"metadata":{"labels":{"m":"1","m":"2"}}}',
          headers: { 'content-type': 'application/merge-patch+json' },
        })
        await s.do(`field validation ${mode}, json patch`, {
          method: 'PATCH',
          path: `${one('there')}?fieldValidation=${mode}`,
          body: '[{"op":"add","path":"/nothing","value":1},{"op":"add","path":"/data/z","value":"1","value":"2"}]',
          headers: { 'content-type': 'application/json-patch+json' },
        })
        await s.do(`field validation ${mode}, strategic`, {
          method: 'PATCH',
          path: `${one('there')}?fieldValidation=${mode}`,
          body: '{"nothing":1,"data":{"y":"1"}}',
          headers: { 'content-type': 'application/strategic-merge-patch+json' },
        })
      }
      await s.post('both options wrong', `${all}?dryRun=x&fieldValidation=y&fieldManager=%0a`, map('wrong'))
      await s.put('update with bad options', `${one('there')}?dryRun=x`, map('there'))
      await s.do('patch with bad options', {
        method: 'PATCH',
        path: `${one('there')}?dryRun=x&force=true`,
        body: '{}',
        headers: { 'content-type': 'application/merge-patch+json' },
      })
    },
  },
  {
    name: 'names',
    async run(s) {
      const { all, one } = await place(s, 'names')
      const generated = await s.quiet({ method: 'POST', path: all, body: { metadata: { generateName: 'gen-' }, data: {} } })
      const { name = '' } = generated.json.metadata as { name?: string }
      s.note('generated', { status: generated.status, shape: name.replace(/^gen-[bcdfghjklmnpqrstvwxz2456789]{5}$/, 'as upstream') })
      const long = await s.quiet({ method: 'POST', path: all, body: { metadata: { generateName: 'g'.repeat(70) } } })
      s.note('generated, long', { status: long.status, length: ((long.json.metadata as { name?: string }).name ?? '').length })
      await s.post('generated, bad', all, { metadata: { generateName: 'Bad_' } })
      await s.post('name and generateName', all, { metadata: { name: 'both', generateName: 'g-' } })
      for (const bad of ['UPPER', 'a..b', '-a', 'a-', 'x'.repeat(254), 'a/b', 'a%b', '.', '..', 'é', 'a_b'])
        await s.post(`name ${bad.slice(0, 10)}`, all, map(bad))
      await s.post('name with dots', all, map('a.b.c'))
      await s.get('percent-encoded name', one('a%2Eb%2Ec'))
      await s.get('percent-encoded resource', all.replace('configmaps', 'config%6Daps'))
      await s.get('percent-encoded slash', one('a%2Fb'))
      await s.get('bad percent', one('a%zz'))
      await s.get('trailing slash of a collection', `${all}/`)
      await s.get('trailing slash of an object', `${one('a.b.c')}/`)
      await s.get('double slash', all.replace('/configmaps', '//configmaps'))
      await s.post('another namespace', all, map('elsewhere', { metadata: { name: 'elsewhere', namespace: 'default' } }))
      await s.post('a namespace that is missing', '/api/v1/namespaces/missing-nowhere/configmaps', map('x'))
      await s.put('another name', one('a.b.c'), map('other'))
      await s.put('no name', one('a.b.c'), { ...map('x'), metadata: {} })
      await s.put('another namespace in a put', one('a.b.c'), map('x', { metadata: { name: 'a.b.c', namespace: 'default' } }))
      await s.post('post to an object', one('a.b.c'), map('a.b.c'))
      await s.put('put to a collection', all, map('a.b.c'))
      await s.post('post to all namespaces', '/api/v1/configmaps', map('x', { metadata: { name: 'x', namespace: 'default' } }))
      await s.post('a namespace on a cluster kind', '/api/v1/namespaces', { metadata: { name: s.name('ns-with'), namespace: 'x' } })
      await s.get('a namespaced path of a cluster kind', '/api/v1/namespaces/default/nodes')
    },
  },
  {
    name: 'metadata',
    async run(s) {
      const { all, one } = await place(s, 'metadata')
      const meta = (label: string, metadata: object): Promise<unknown> =>
        s.post(label, all, { ...map('x'), metadata: { name: label.replaceAll(' ', '-'), ...metadata } })
      await meta('bad label key', { labels: { 'a b': 'x' } })
      await meta('bad label value', { labels: { a: 'b c' } })
      await meta('bad annotation key', { annotations: { 'A b': 'x', OK: 'fine' } })
      await meta('large annotations', { annotations: { a: 'x'.repeat(262_145) } })
      await meta('bad finalizer', { finalizers: ['nothing', 'example.com/x', 'a b'] })
      await meta('finalizer without a domain', { finalizers: ['orphan', 'foregroundDeletion', 'kubernetes'] })
      await meta('orphan and foreground', { finalizers: ['orphan', 'foregroundDeletion'] })
      await meta('owner without fields', { ownerReferences: [{}] })
      await meta('two controllers', {
        ownerReferences: [
          { apiVersion: 'v1', kind: 'Pod', name: 'a', uid: '1', controller: true },
          { apiVersion: 'v1', kind: 'Pod', name: 'b', uid: '2', controller: true },
        ],
      })
      await meta('the same owner twice', {
        ownerReferences: [
          { apiVersion: 'v1', kind: 'Pod', name: 'a', uid: '1' },
          { apiVersion: 'v1', kind: 'Pod', name: 'a', uid: '1' },
        ],
      })
      await meta('an event as owner', { ownerReferences: [{ apiVersion: 'v1', kind: 'Event', name: 'a', uid: '1' }] })
      await meta('system fields', {
        uid: 'x',
        creationTimestamp: '2001-01-01T00:00:00Z',
        deletionTimestamp: '2001-01-01T00:00:00Z',
        deletionGracePeriodSeconds: 5,
        generation: 7,
        selfLink: '/x',
        resourceVersion: '',
      })
      await meta('a version', { resourceVersion: '5' })
      await meta('managed fields', { managedFields: [{ manager: 'x', operation: 'Update' }] })
      await meta('nulls', { labels: null, annotations: null, finalizers: null, ownerReferences: null })
      await meta('empty', { labels: {}, annotations: {}, finalizers: [], ownerReferences: [] })
      const made = (await s.quiet({ method: 'POST', path: all, body: map('change') })).json as { metadata: Record<string, unknown> }
      const change = (label: string, metadata: object): Promise<unknown> =>
        s.put(`update ${label}`, one('change'), { ...made, metadata: { ...made.metadata, resourceVersion: undefined, ...metadata } })
      await change('uid', { uid: '00000000-0000-0000-0000-000000000000' })
      await change('creationTimestamp', { creationTimestamp: '2001-01-01T00:00:00Z' })
      await change('deletionTimestamp', { deletionTimestamp: '2001-01-01T00:00:00Z' })
      await change('deletionGracePeriodSeconds', { deletionGracePeriodSeconds: 3 })
      await change('generation', { generation: 9 })
      await change('generateName', { generateName: 'x-' })
      await change('selfLink', { selfLink: '/x' })
      await change('version zero', { resourceVersion: '0' })
      await change('no creationTimestamp', { creationTimestamp: null })
      await change('version that is no number', { resourceVersion: 'abc' })
      await change('version of the future', { resourceVersion: '999999999' })
      await change('bad labels', { labels: { 'a b': 'c' } })
      await change('bad finalizer', { finalizers: ['x'] })
      await s.patch('patch of the uid', one('change'), 'merge', { metadata: { uid: '1' } })
      await s.patch('patch of the version', one('change'), 'merge', { metadata: { resourceVersion: '1' } })
      await s.patch('patch of the namespace', one('change'), 'merge', { metadata: { namespace: 'other' } })
      await s.patch('patch of the kind', one('change'), 'merge', { kind: 'Endpoints' })
      await s.patch('patch of the apiVersion', one('change'), 'merge', { apiVersion: 'v2' })
      await s.patch('patch of everything', one('change'), 'merge', { metadata: null })
      await s.patch('patch of the creationTimestamp', one('change'), 'merge', { metadata: { creationTimestamp: null } })
      await s.patch('patch of the deletionTimestamp', one('change'), 'merge', { metadata: { deletionTimestamp: '2001-01-01T00:00:00Z' } })
      await s.get('after all that', one('change'))
    },
  },
  {
    name: 'preconditions',
    async run(s) {
      const { all, one } = await place(s, 'preconditions')
      const made = (await s.post('create', all, map('p'))).json as { metadata: { uid: string; resourceVersion: string } }
      const { uid, resourceVersion } = made.metadata
      await s.delete('wrong uid', one('p'), { preconditions: { uid: '00000000-0000-0000-0000-000000000000' } })
      await s.delete('wrong version', one('p'), { preconditions: { resourceVersion: '1' } })
      await s.delete('both wrong', one('p'), { preconditions: { uid: 'x', resourceVersion: '1' } })
      await s.delete('unknown field in options', one('p'), { nothing: 1, dryRun: ['All'] })
      await s.delete('wrong kind of options', one('p'), { kind: 'Pod', apiVersion: 'v1' })
      await s.delete('options of another group', one('p'), { kind: 'DeleteOptions', apiVersion: 'apps/v1', dryRun: ['All'] })
      await s.delete('options of a wrong type', one('p'), { gracePeriodSeconds: 'x' })
      await s.do('options that are no JSON', { method: 'DELETE', path: one('p'), body: '{', headers: JSON_TYPE })
      await s.delete('bad policy', one('p'), { propagationPolicy: 'Some' })
      await s.delete('policy and orphanDependents', one('p'), { propagationPolicy: 'Orphan', orphanDependents: true })
      await s.do('bad policy in the query', { method: 'DELETE', path: `${one('p')}?propagationPolicy=Some` })
      await s.do('bad grace in the query', { method: 'DELETE', path: `${one('p')}?gracePeriodSeconds=x` })
      await s.do('negative grace', { method: 'DELETE', path: `${one('p')}?gracePeriodSeconds=-1&dryRun=All` })
      await s.do('store read errors ignored', {
        method: 'DELETE',
        path: `${one('p')}?ignoreStoreReadErrorWithClusterBreakingPotential=true&dryRun=All`,
      })
      const ignored = { kind: 'DeleteOptions', apiVersion: 'v1', ignoreStoreReadErrorWithClusterBreakingPotential: true }
      await s.delete('store read errors ignored, and a grace period', one('p'), {
        ...ignored,
        gracePeriodSeconds: 1,
        preconditions: { uid },
      })
      await s.delete('store read errors ignored, of a collection', all, ignored)
      await s.delete('store read errors ignored, not there', one('none'), ignored)
      await s.do('three faults in the query', {
        method: 'DELETE',
        path: `${one('p')}?propagationPolicy=Some&orphanDependents=true&dryRun=x`,
      })
      await s.patch('right version in a patch', one('p'), 'merge', { metadata: { resourceVersion, labels: { a: 'b' } } })
      await s.patch('stale version in a patch', one('p'), 'merge', { metadata: { resourceVersion, labels: { a: 'c' } } })
      await s.patch('right uid in a patch', one('p'), 'merge', { metadata: { uid, labels: { a: 'd' } } })
      await s.delete('right uid', one('p'), { preconditions: { uid } })
      await s.get('gone', one('p'))
    },
  },
]

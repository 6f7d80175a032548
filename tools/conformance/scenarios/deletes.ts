import type { Scenario } from '../session.ts'

const POLICIES = ['Foreground', 'Background', 'Orphan'] as const

export const deletes: readonly Scenario[] = [
  {
    name: 'propagation and finalizers',
    async run(s) {
      const ns = await s.namespace('propagation')
      const all = `/api/v1/namespaces/${ns}/configmaps`
      for (const finalizers of [[], ['example.com/f'], ['orphan'], ['foregroundDeletion']]) {
        for (const policy of [undefined, ...POLICIES]) {
          const name = `c-${finalizers.join('').toLowerCase().replace(/\W/g, '')}-${(policy ?? 'none').toLowerCase()}`
          await s.quiet({ method: 'POST', path: all, body: { metadata: { name, finalizers } } })
          await s.delete(`${name} delete`, `${all}/${name}`, policy === undefined ? undefined : { propagationPolicy: policy })
          await s.get(`${name} get`, `${all}/${name}`)
          await s.delete(`${name} delete again`, `${all}/${name}`, { propagationPolicy: 'Background' })
          await s.patch(`${name} add a finalizer`, `${all}/${name}`, 'json', [
            { op: 'add', path: '/metadata/finalizers', value: ['example.com/f', 'example.com/late'] },
          ])
          await s.patch(`${name} change`, `${all}/${name}`, 'merge', { data: { a: 'b' } })
          await s.patch(`${name} finalizers gone`, `${all}/${name}`, 'merge', { metadata: { finalizers: [] } })
          await s.get(`${name} at last`, `${all}/${name}`)
        }
      }
      for (const orphan of [true, false]) {
        const name = `o-${orphan}`
        await s.quiet({ method: 'POST', path: all, body: { metadata: { name } } })
        await s.delete(`orphanDependents ${orphan}`, `${all}/${name}`, { orphanDependents: orphan })
      }
      await s.quiet({ method: 'POST', path: all, body: { metadata: { name: 'q' } } })
      await s.do('policy in the query', { method: 'DELETE', path: `${all}/q?propagationPolicy=Foreground` })
      await s.quiet({ method: 'POST', path: all, body: { metadata: { name: 'late', finalizers: ['example.com/f'] } } })
      await s.delete('waits', `${all}/late`)
      await s.patch('a new finalizer is refused', `${all}/late`, 'merge', { metadata: { finalizers: ['example.com/f', 'example.com/g'] } })
      await s.post('create what is being deleted', all, { metadata: { name: 'late' } })
      await s.do('dry run of the last finalizer', {
        method: 'PATCH',
        path: `${all}/late?dryRun=All`,
        body: '{"metadata":{"finalizers":null}}',
        headers: { 'content-type': 'application/merge-patch+json' },
      })
      await s.get('still there', `${all}/late`)
    },
  },
  {
    name: 'generation',
    async run(s) {
      const ns = await s.namespace('generation')
      const all = `/apis/apps/v1/namespaces/${ns}/deployments`
      const labels = { app: 'x' }
      const object = {
        metadata: { name: 'd', generation: 5 },
        spec: {
          selector: { matchLabels: labels },
          template: { metadata: { labels }, spec: { containers: [{ name: 'c', image: 'a:1' }] } },
        },
      }
      await s.post('create', all, object)
      await s.patch('label', `${all}/d`, 'merge', { metadata: { labels: { a: 'b' } } })
      await s.patch('spec', `${all}/d`, 'merge', { spec: { replicas: 3 } })
      await s.patch('spec, the same', `${all}/d`, 'merge', { spec: { replicas: 3 } })
      await s.patch('generation', `${all}/d`, 'merge', { metadata: { generation: 77 } })
      await s.patch('status through the object', `${all}/d`, 'merge', { status: { replicas: 3 } })
      await s.patch('status', `${all}/d/status`, 'merge', { status: { replicas: 3, updatedReplicas: 3 }, spec: { replicas: 9 } })
      await s.patch('strategic container', `${all}/d`, 'strategic', {
        spec: {
          template: {
            spec: {
              containers: [
                { name: 'd', image: 'b:1' },
                { name: 'c', image: 'a:2' },
              ],
            },
          },
        },
      })
      await s.patch('strategic delete', `${all}/d`, 'strategic', {
        spec: { template: { spec: { containers: [{ name: 'c', $patch: 'delete' }] } } },
      })
      await s.patch('strategic replace', `${all}/d`, 'strategic', {
        spec: { template: { spec: { containers: [{ $patch: 'replace' }, { name: 'z', image: 'z:1' }] } } },
      })
      await s.patch('scale', `${all}/d/scale`, 'merge', { spec: { replicas: 4 } })
      await s.delete('delete, foreground', `${all}/d`, { propagationPolicy: 'Foreground' })
      await s.get('get', `${all}/d`)
    },
  },
  {
    name: 'graceful deletion',
    async run(s) {
      const ns = await s.namespace('graceful')
      const all = `/api/v1/namespaces/${ns}/pods`
      const pod = (name: string, spec: object = {}): object => ({
        metadata: { name },
        spec: { containers: [{ name: 'c', image: 'a:1' }], ...spec },
      })
      const bound = { nodeName: 'nowhere' }
      const cases: readonly [string, object, readonly (object | undefined)[]][] = [
        ['unbound', {}, [undefined]],
        ['default', bound, [undefined, undefined, { gracePeriodSeconds: 0 }]],
        ['shorter', bound, [{ gracePeriodSeconds: 20 }, { gracePeriodSeconds: 10 }, { gracePeriodSeconds: 60 }, { gracePeriodSeconds: 1 }]],
        ['zero', bound, [{ gracePeriodSeconds: 0 }]],
        ['own', { ...bound, terminationGracePeriodSeconds: 5 }, [undefined, { gracePeriodSeconds: 0 }]],
        ['own-zero', { ...bound, terminationGracePeriodSeconds: 0 }, [undefined]],
        ['negative', bound, [{ gracePeriodSeconds: -1 }, undefined]],
        ['orphan', bound, [{ propagationPolicy: 'Orphan' }, { gracePeriodSeconds: 0 }]],
      ]
      for (const [name, spec, bodies] of cases) {
        await s.quiet({ method: 'POST', path: all, body: pod(name, spec) })
        for (const [i, body] of bodies.entries()) {
          await s.delete(`${name} ${i}`, `${all}/${name}`, body)
          await s.get(`${name} ${i} then`, `${all}/${name}`)
        }
      }
    },
  },
  {
    name: 'namespaces',
    async run(s) {
      const ns = await s.namespace('terminating')
      const path = `/api/v1/namespaces/${ns}`
      await s.quiet({ method: 'POST', path: `${path}/configmaps`, body: { metadata: { name: 'a' } } })
      await s.delete('delete', path)
      await s.delete('delete again', path)
      await s.get('get', path)
      await s.post('create in it', `${path}/configmaps`, { metadata: { name: 'b' } })
      await s.post('create a pod in it', `${path}/pods`, { metadata: { name: 'b' }, spec: { containers: [{ name: 'c', image: 'a' }] } })
      await s.put('create by update in it', `/apis/coordination.k8s.io/v1/namespaces/${ns}/leases/l`, { metadata: { name: 'l' }, spec: {} })
      await s.patch('change in it', `${path}/configmaps/a`, 'merge', { data: { x: 'y' } })
      await s.delete('delete in it', `${path}/configmaps/a`)
      const current = (await s.quiet({ path })).json
      await s.put('finalize', `${path}/finalize`, { ...current, spec: { finalizers: [] } })
      await s.get('after finalize', path)
      for (const immortal of ['default', 'kube-system', 'kube-public'])
        await s.delete(`delete ${immortal}`, `/api/v1/namespaces/${immortal}`)
      await s.delete('delete none', '/api/v1/namespaces/nothing-here')
      await s.do('delete all of them', { method: 'DELETE', path: '/api/v1/namespaces' })
      await s.put('create by update in none', '/apis/coordination.k8s.io/v1/namespaces/nothing-here/leases/l', {
        metadata: { name: 'l' },
        spec: {},
      })
      await s.get('list in none', '/api/v1/namespaces/nothing-here/configmaps')
    },
  },
  {
    name: 'create by update',
    async run(s) {
      const ns = await s.namespace('put')
      const lease = `/apis/coordination.k8s.io/v1/namespaces/${ns}/leases`
      await s.put('lease', `${lease}/l`, { metadata: { name: 'l' }, spec: { holderIdentity: 'a' } })
      await s.put('lease with a version', `${lease}/m`, { metadata: { name: 'm', resourceVersion: '5' }, spec: {} })
      await s.put('lease with a uid', `${lease}/n`, { metadata: { name: 'n', uid: 'x' }, spec: {} })
      await s.put('lease, dry run', `${lease}/o?dryRun=All`, { metadata: { name: 'o' }, spec: {} })
      await s.patch('patch of nothing', `${lease}/q`, 'merge', { spec: {} })
      await s.put('config map', `/api/v1/namespaces/${ns}/configmaps/c`, { metadata: { name: 'c' } })
      await s.put('lease with a bad name', `${lease}/Bad`, { metadata: { name: 'Bad' }, spec: {} })
    },
  },
]

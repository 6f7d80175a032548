import { describe, expect, test } from 'vitest'
import type { KubeObject } from '../../kube/types.ts'
import { imagesOf, imagesPatch } from './images.ts'
import { manualJob, manualName } from './manual-job.ts'
import { revisionsOf, rollbackSteps } from './revisions.ts'
import type { Workload } from './types.ts'

const spec = { containers: [{ name: 'app', image: 'a:1' }], initContainers: [{ name: 'init', image: 'i:1' }] }
const workload = { kind: 'Deployment', metadata: { name: 'w', uid: 'w', resourceVersion: '5' }, spec: { template: { spec } } } as KubeObject

describe('images', () => {
  test.each<[string, KubeObject, unknown]>([
    ['a workload', workload, { spec: { template: { spec: { containers: [{ name: 'app', image: 'a:2' }] } } } }],
    ['a pod', { kind: 'Pod', metadata: { name: 'p' }, spec } as KubeObject, { spec: { containers: [{ name: 'app', image: 'a:2' }] } }],
    [
      'a CronJob',
      { kind: 'CronJob', metadata: { name: 'c' }, spec: { jobTemplate: { spec: { template: { spec } } } } } as KubeObject,
      { spec: { jobTemplate: { spec: { template: { spec: { containers: [{ name: 'app', image: 'a:2' }] } } } } } },
    ],
  ])('of %s', (_, object, patch) => {
    expect(imagesOf(object)).toEqual([
      { name: 'app', image: 'a:1' },
      { name: 'init', image: 'i:1' },
    ])
    expect(imagesPatch(object, { app: ' a:2 ' })).toEqual(patch)
    expect(imagesPatch(object, { app: 'a:1', other: 'x', init: '' })).toBeUndefined()
    expect(imagesPatch({ metadata: { name: 'odd' } }, { app: 'x' })).toBeUndefined()
  })
})

describe('a run by hand', () => {
  test('carries the template’s labels, kubectl’s annotation and its owner', () => {
    const cron = {
      metadata: { name: 'c', uid: 'u', namespace: 'n' },
      spec: { jobTemplate: { metadata: { labels: { l: '1' }, annotations: { a: '2' } }, spec: { template: { spec } } } },
    }
    expect(manualJob(cron, 'j')).toEqual({
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: {
        name: 'j',
        namespace: 'n',
        labels: { l: '1' },
        annotations: { 'cronjob.kubernetes.io/instantiate': 'manual', a: '2' },
        ownerReferences: [{ apiVersion: 'batch/v1', kind: 'CronJob', name: 'c', uid: 'u', controller: true }],
      },
      spec: { template: { spec } },
    })
  })
  test('has a name that a Job may have', () => {
    const name = manualName(`${'x'.repeat(40)}-${'y'.repeat(30)}`, new Date(1e12))
    expect(name.length).toBeLessThanOrEqual(63)
    expect(name).toMatch(/^x{40}-y+-manual-[a-z0-9]+$/)
    expect(manualName('short', new Date(1e12))).toBe('short-manual-gjdgxs')
  })
})

describe('revisions', () => {
  const owned = (name: string, uid = 'w') => ({ name, ownerReferences: [{ apiVersion: 'apps/v1', kind: 'Deployment', name: 'w', uid }] })
  const set = (name: string, revision: string, more: object = {}): KubeObject =>
    ({
      kind: 'ReplicaSet',
      metadata: { ...owned(name), annotations: { 'deployment.kubernetes.io/revision': revision, ...more } },
      spec: { template: { metadata: { labels: { app: 'w', 'pod-template-hash': 'x' } }, spec } },
    }) as KubeObject

  test('the newest first, as numbers, only the owner’s, without the controller’s label', () => {
    const found = revisionsOf(workload, [
      set('a', '9'),
      set('b', '10', { 'kubernetes.io/change-cause': 'why' }),
      { kind: 'ReplicaSet', metadata: owned('c', 'z') },
    ])
    expect(found.map(({ number, cause }) => [number, cause])).toEqual([
      [10, 'why'],
      [9, undefined],
    ])
    expect(found[0]?.template).toEqual({ metadata: { labels: { app: 'w' } }, spec })
  })

  test('a ControllerRevision’s patch is a template', () => {
    const kept = {
      kind: 'ControllerRevision',
      metadata: owned('r'),
      revision: 3,
      data: { spec: { template: { $patch: 'replace', spec } } },
    } as KubeObject
    expect(revisionsOf(workload, [kept])).toMatchObject([{ number: 3, template: { spec } }])
  })

  test('going back replaces the template of the object that was seen, and the way back is the template that was', () => {
    const object = { ...workload, metadata: { ...workload.metadata, annotations: { x: 'y' } } } as Workload
    const [there, back] = rollbackSteps(object, { number: 1, name: 'a', template: { spec: {} }, cause: 'why' }, '/p')
    expect(there.body).toEqual([
      { op: 'test', path: '/spec/template', value: { spec } },
      { op: 'replace', path: '/spec/template', value: { spec: {} } },
      { op: 'add', path: '/metadata/annotations/kubernetes.io~1change-cause', value: 'why' },
    ])
    expect(back.body).toEqual([
      { op: 'replace', path: '/spec/template', value: { spec } },
      { op: 'remove', path: '/metadata/annotations/kubernetes.io~1change-cause' },
    ])
  })
})

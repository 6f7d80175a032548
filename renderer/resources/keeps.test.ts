import { describe, expect, test } from 'vitest'
import { askedFields, withFields } from '../kube/asked-fields.ts'
import type { KindView } from '../kube/columns.ts'
import { matchesAll, parseFilter } from '../kube/filter.ts'
import type { KubeObject } from '../kube/types.ts'
import { kinds } from './kinds.ts'

test('a pod is found by what its list leaves out, and none is found that is otherwise', () => {
  const pod = {
    metadata: { name: 'a' },
    spec: { nodeName: 'n', hostNetwork: true, containers: [{ name: 'main', command: ['sh', '-c'] }], tolerations: [] },
  } as KubeObject
  const podView = kinds.pods as KindView
  const found = (filter: string): boolean => {
    const object = withFields(podView, askedFields(filter, podView), false).trim(pod)
    return matchesAll(parseFilter(filter), { name: 'a', namespace: '', text: '', status: '', labels: undefined, object })
  }
  expect(found('field=spec.hostNetwork=true')).toBe(true)
  expect(found('field=spec.hostNetwork!=true')).toBe(false)
  expect(found('-field=spec.hostNetwork=true')).toBe(false)
  expect(found('field=spec.containers.command=-c')).toBe(true)
  expect(found('field=spec.containers.command=bash')).toBe(false)
})

/** Every field that a view says it keeps, in an object of which each may be read. */
const samples: Record<string, KubeObject[]> = {
  pods: ['n', undefined].map(
    (nodeName) =>
      ({
        metadata: { name: 'p' },
        spec: {
          ...(nodeName ? { nodeName } : {}),
          serviceAccountName: 's',
          priorityClassName: 'c',
          containers: [{ name: 'm', image: 'i', resources: { requests: { cpu: '1' } } }],
          initContainers: [{ name: 'm', image: 'i', resources: { requests: { cpu: '1' } } }],
        },
        status: {
          ...{ phase: 'Running', reason: 'r', message: 'm', podIP: '1', qosClass: 'q' },
          conditions: [{ type: 't', status: 'True', reason: 'r', message: 'm' }],
        },
      }) as KubeObject,
  ),
  'customresourcedefinitions.apiextensions.k8s.io': [
    {
      metadata: { name: 'd' },
      spec: { group: 'g', scope: 's', names: { kind: 'k' }, versions: [{ name: 'n', served: true }] },
      status: { conditions: [{ type: 't' }] },
    } as KubeObject,
  ],
}

function read(value: unknown, [step, ...rest]: readonly string[]): unknown {
  if (step === undefined) return value
  if (Array.isArray(value)) return read(value[0], [step, ...rest])
  return read((value as Record<string, unknown> | undefined)?.[step], rest)
}

describe('what a view says it keeps', () => {
  const keeping = Object.entries(kinds).filter(([, view]) => view.keeps)

  test.each(keeping.map(([key]) => key))('%s keeps it', (key) => {
    const view = kinds[key] as KindView
    expect(samples[key]).toBeDefined()
    for (const object of samples[key] ?? [])
      for (const path of view.keeps ?? []) {
        // Which Secrets and ConfigMaps it uses is the list's own reading, no field.
        if (path === 'uses' || (path === 'spec.nodeName' && read(object, path.split('.')) === undefined)) continue
        const value = read(object, path.split('.'))
        expect(value, path).toBeDefined()
        expect(read(view.trim(object), path.split('.')), path).toEqual(value)
      }
  })
})

import { describe, expect, test } from 'vitest'
import { type ControlLoops, isHeld, isInert, missingFor, quietCell, readControlLoops, runs, unworked } from './control-loops.ts'

const metrics = `# HELP running_managed_controllers Control loops that run in this process.
# TYPE running_managed_controllers gauge
running_managed_controllers{name="deployment-controller",manager="kube-controller-manager"} 1
running_managed_controllers{manager="kube-controller-manager",name="garbage-collector-controller"} 1
running_managed_controllers{name="job-controller",manager="kube-controller-manager"} 0
binnacle_unenforced_resources{resource="resourcequotas"} 1
apiserver_storage_objects{resource="jobs.batch"} 2
apiserver_storage_objects{resource="deployments.apps"} 5
apiserver_storage_objects{resource="resourcequotas"} 3
apiserver_storage_objects{resource="networkpolicies.networking.k8s.io"} 1
apiserver_storage_objects{resource="ingressclasses.networking.k8s.io"} 0
apiserver_storage_objects{resource="cronjobs.batch"} 0
apiserver_storage_objects{resource="pods"} 7
process_cpu_seconds_total 1.5
`
const loops = readControlLoops(metrics)
const all: ControlLoops = { ...loops, running: 'all', unenforced: new Set() }

describe('what works on a kind', () => {
  test('is read from what the server tells, whatever the order of its labels', () => {
    expect([...loops.running]).toEqual(['deployment-controller', 'garbage-collector-controller'])
    expect([...loops.unenforced]).toEqual(['resourcequotas'])
    expect(loops.stored.get('jobs.batch')).toBe(2)
  })

  test('who leads is read for the one Lease that is asked for', () => {
    const led = (lines: string): boolean => readControlLoops(`${metrics}${lines}\n`).leads
    expect(loops.leads).toBe(false)
    expect(led('leader_election_master_status{name="kube-controller-manager"} 1')).toBe(true)
    expect(led('leader_election_master_status{name="kube-controller-manager"} 0')).toBe(false)
    expect(led('leader_election_master_status{name="kube-scheduler"} 1')).toBe(false)
  })

  test.each([
    ['jobs.batch', { why: 'loop', loop: 'job-controller' }],
    ['cronjobs.batch', { why: 'loop', loop: 'cronjob-controller' }],
    ['statefulsets.apps', { why: 'loop', loop: 'statefulset-controller' }],
    ['daemonsets.apps', { why: 'loop', loop: 'daemonset-controller' }],
    ['persistentvolumeclaims', { why: 'loop', loop: 'persistentvolume-binder-controller' }],
    ['horizontalpodautoscalers.autoscaling', { why: 'loop', loop: 'horizontal-pod-autoscaler-controller' }],
    ['pods', { why: 'loop', loop: 'kube-scheduler' }],
    ['resourcequotas', { why: 'unenforced' }],
    ['ingresses.networking.k8s.io', { why: 'ingressClass' }],
    ['deployments.apps', undefined],
    ['configmaps', undefined],
    ['toString', undefined],
  ])('%s', (key, missing) => expect(missingFor(key, loops, undefined)).toEqual(missing))

  test('a loop that comes to run is no longer missing, by its name alone', () => {
    const more = readControlLoops(metrics.replace('name="job-controller",manager="kube-controller-manager"} 0', 'name="job-controller"} 1'))
    expect(missingFor('jobs.batch', more, undefined)).toBeUndefined()
  })

  test('where a kube-controller-manager leads, none of its loops is missing; what the server does not do stays', () => {
    expect(missingFor('jobs.batch', all, undefined)).toBeUndefined()
    expect(missingFor('resourcequotas', { ...all, unenforced: loops.unenforced }, undefined)).toEqual({ why: 'unenforced' })
  })

  test('without evidence nothing is claimed', () => {
    expect(missingFor('jobs.batch', undefined, undefined)).toBeUndefined()
    expect([undefined, false, true].map((simulated) => missingFor('networkpolicies.networking.k8s.io', loops, simulated))).toEqual([
      undefined,
      undefined,
      { why: 'network' },
    ])
    expect(missingFor('ingresses.networking.k8s.io', { ...loops, stored: new Map() }, undefined)).toBeUndefined()
    expect([runs(undefined, 'job-controller'), runs(loops, 'job-controller'), runs(all, 'job-controller')]).toEqual([
      undefined,
      false,
      true,
    ])
  })

  test('home names the kinds of which there are objects, the most first; what kubelets report is not among them', () => {
    expect(unworked(loops, true)).toEqual([
      { key: 'resourcequotas', count: 3 },
      { key: 'jobs.batch', count: 2 },
      { key: 'networkpolicies.networking.k8s.io', count: 1 },
    ])
    expect(isInert('pods', missingFor('pods', loops, undefined))).toBe(false)
    expect(unworked(undefined, true)).toEqual([])
  })
})

test('nobody’s word is neither green nor busy; what is wrong stays so', () => {
  const tones = (['ok', 'busy', 'muted', 'warn', 'bad'] as const).map((tone) => quietCell({ text: 'x', tone }))
  expect(tones.map((cell) => (cell as { tone: string }).tone)).toEqual(['muted', 'muted', 'muted', 'warn', 'bad'])
  expect([quietCell('a'), quietCell(3), quietCell(null)]).toEqual(['a', 3, null])
})

describe('a Lease is held', () => {
  const at = Date.parse('2026-01-01T00:00:00Z')
  const lease = (holderIdentity: string, seconds: number) => ({
    spec: { holderIdentity, leaseDurationSeconds: 15, renewTime: new Date(at - seconds * 1000).toISOString() },
  })
  test.each([
    ['just renewed', lease('a_1', 1), true],
    ['a moment before it runs out', lease('a_1', 14.9), true],
    ['run out', lease('a_1', 15), false],
    ['given back', lease('', 1), false],
    ['by the clock of a leader that is ahead', lease('a_1', -3), true],
    ['empty', {}, false],
  ])('%s', (_, object, held) => expect(isHeld(object, at)).toBe(held))
})

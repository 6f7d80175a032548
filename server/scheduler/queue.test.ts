import { describe, expect, test } from 'vitest'
import { FakeClock } from '../machinery/clock.ts'
import { NodeInfo } from './node-info.ts'
import { podInfo, type PodInfo } from './pod-info.ts'
import { prioritySort } from './plugins/priority-sort/priority-sort.ts'
import { backoffMs, SchedulingQueue } from './queue.ts'
import { testProfile } from './testing/handle.ts'
import { makeNode, makePod } from './testing/objects.ts'

function make() {
  const clock = new FakeClock()
  let woken = 0
  const { interests } = testProfile()
  const queue = new SchedulingQueue({
    clock,
    sort: prioritySort,
    gate: (info) => ((info.pod.spec?.schedulingGates ?? []).length > 0 ? 'SchedulingGates' : undefined),
    interests: () => interests,
    onReady: () => woken++,
  })
  return { clock, queue, woken: () => woken }
}

const pod = (name: string, spec = {}): PodInfo => podInfo(makePod(name, { cpu: '1' }, spec))
const names = (queue: SchedulingQueue): string[] => {
  const out: string[] = []
  for (let p = queue.pop(); p !== undefined; p = queue.pop()) out.push(p.info.pod.metadata.name!)
  return out
}
const nodeInfo = (node = makeNode('n')): NodeInfo => {
  const info = new NodeInfo('n')
  info.setNode(node)
  return info
}

describe('SchedulingQueue', () => {
  test('priority first, then age', () => {
    const { clock, queue } = make()
    queue.add(pod('old'))
    clock.advance(1)
    queue.add(pod('young'))
    queue.add(pod('urgent', { priority: 5 }))
    expect(names(queue)).toEqual(['urgent', 'old', 'young'])
  })

  test('a taken pod is not handed out again, a removed one never', () => {
    const { queue } = make()
    const a = pod('a')
    queue.add(a)
    queue.add(a)
    queue.add(pod('b'))
    queue.remove(a.uid)
    expect(names(queue)).toEqual(['b'])
    expect(queue.size).toBe(1)
  })

  test('a refused pod comes back for an event that its refuser asked for, and for no other', () => {
    const { queue } = make()
    queue.add(pod('a'))
    queue.refused(queue.pop()!, new Set(['NodeResourcesFit']))
    queue.event({ type: 'NodeAdd', node: nodeInfo(makeNode('n', { allocatable: { cpu: '500m' } })) })
    expect(names(queue)).toEqual([])
    queue.event({ type: 'AssignedPodDelete', pod: podInfo(makePod('no-cpu', { memory: '1Gi' })) })
    expect(names(queue)).toEqual([])
    queue.event({ type: 'AssignedPodDelete', pod: pod('gone') })
    expect(names(queue)).toEqual(['a'])
  })

  test('an error costs the whole backoff, which doubles up to ten seconds', () => {
    const { clock, queue } = make()
    queue.add(pod('a'))
    for (const wait of [1000, 2000, 4000, 8000, 10_000, 10_000]) {
      queue.failed(queue.pop()!)
      clock.advance(wait - 1)
      expect(queue.pop()).toBeUndefined()
      clock.advance(1)
    }
    expect(names(queue)).toEqual(['a'])
    expect([1, 2, 3, 4, 5, 6].map((n) => backoffMs(n))).toEqual([1000, 2000, 4000, 8000, 10_000, 10_000])
  })

  test('a pod behind its backoff gives way to those that are not, and goes early when there is none', () => {
    const { queue } = make()
    queue.add(pod('a'))
    queue.refused(queue.pop()!, new Set(['NodeResourcesFit']))
    queue.add(pod('b'))
    queue.event({ type: 'NodeAdd', node: nodeInfo() })
    expect(names(queue)).toEqual(['b', 'a'])
  })

  test('a pod whose backoff is over takes its place by priority', () => {
    const { clock, queue } = make()
    queue.add(pod('urgent', { priority: 5 }))
    queue.refused(queue.pop()!, new Set(['NodeResourcesFit']))
    queue.event({ type: 'NodeAdd', node: nodeInfo() })
    for (const name of ['b', 'c']) queue.add(pod(name))
    expect(queue.pop()!.info.pod.metadata.name).toBe('b')
    clock.advance(1000)
    expect(names(queue)).toEqual(['urgent', 'c'])
  })

  test('a clock that is set back keeps nobody waiting', () => {
    const { clock, queue } = make()
    for (const name of ['before', 'refused']) queue.add(pod(name))
    queue.failed(queue.pop()!)
    queue.refused(queue.pop()!, new Set(['NodeAffinity']))
    clock.setBack(3 * 86_400_000)
    queue.add(pod('after'))
    queue.failed(queue.pop()!)
    clock.advance(999)
    expect(names(queue)).toEqual([])
    clock.advance(1)
    expect(names(queue).sort()).toEqual(['after', 'before'])
    clock.advance(5 * 60_000)
    expect(names(queue)).toEqual([])
    clock.advance(30_000)
    expect(names(queue)).toEqual(['refused'])
  })

  test('after five minutes a refused pod is tried again without an event', () => {
    const { clock, queue } = make()
    queue.add(pod('a'))
    queue.refused(queue.pop()!, new Set(['NodeAffinity']))
    clock.advance(5 * 60_000)
    expect(queue.pop()).toBeUndefined()
    clock.advance(30_000)
    expect(names(queue)).toEqual(['a'])
  })

  test('gates keep a pod out until they are gone', () => {
    const { queue, woken } = make()
    const gated = pod('a', { schedulingGates: [{ name: 'g' }] })
    queue.add(gated)
    expect(queue.placeOf(gated.uid)).toBe('gated')
    expect(woken()).toBe(0)
    const open = podInfo({ ...gated.pod, spec: { ...gated.pod.spec, schedulingGates: [] } })
    queue.update(open, gated)
    expect(names(queue)).toEqual(['a'])
  })
})

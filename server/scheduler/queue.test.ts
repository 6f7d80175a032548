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
  const gates = new Map<string, string>()
  const queue = new SchedulingQueue({
    clock,
    sort: prioritySort,
    gate: (info) => gates.get(info.uid) ?? ((info.pod.spec?.schedulingGates ?? []).length > 0 ? 'SchedulingGates' : undefined),
    interests: () => interests,
    onReady: () => woken++,
  })
  return { clock, queue, gates, woken: () => woken }
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
    queue.event({ type: 'AssignedPodAdd', pod: pod('more') })
    expect(names(queue)).toEqual([])
    queue.event({ type: 'AssignedPodDelete', pod: pod('gone') })
    expect(names(queue)).toEqual(['a'])
  })

  test('what happens while a pod is tried helps it when it is refused, as far as its refuser asked for it', () => {
    const { queue } = make()
    for (const [name, refuser] of Object.entries({ a: 'NodeResourcesFit', b: 'NodeAffinity' })) {
      queue.add(pod(name))
      const taken = queue.pop()!
      queue.event({ type: 'AssignedPodDelete', pod: pod('gone') })
      queue.refused(taken, new Set([refuser]))
    }
    expect(names(queue)).toEqual(['a'])
    // Once: the next refusal is a new one.
    queue.add(pod('c'))
    const taken = queue.pop()!
    queue.event({ type: 'AssignedPodDelete', pod: pod('gone') })
    queue.refused(taken, new Set(['NodeResourcesFit']))
    queue.refused(queue.pop()!, new Set(['NodeResourcesFit']))
    expect(names(queue)).toEqual([])
  })

  test('a pod that left a promised node helps only those that had counted it there', () => {
    const { queue } = make()
    for (const [name, priority] of Object.entries({ more: 6, same: 5, less: 4 })) {
      queue.add(pod(name, { priority }))
      queue.refused(queue.pop()!, new Set(['NodeResourcesFit']))
    }
    queue.event({ type: 'AssignedPodDelete', pod: pod('gone'), among: (other) => other.priority <= 5 })
    expect(names(queue).sort()).toEqual(['less', 'same'])
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

  test('tries that broke off do not lengthen the backoff of a refusal', () => {
    const { clock, queue } = make()
    queue.add(pod('a'))
    for (const wait of [1000, 2000, 4000]) {
      queue.failed(queue.pop()!)
      clock.advance(wait)
    }
    queue.refused(queue.pop()!, new Set(['NodeResourcesFit']))
    queue.event({ type: 'NodeAdd', node: nodeInfo() })
    // Whoever is behind a backoff comes after all others, however unimportant.
    queue.add(pod('b', { priority: -1 }))
    clock.advance(1000)
    expect(names(queue)).toEqual(['a', 'b'])
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

  test('a gate is asked again of a pod that comes back, and lets it through when it is told to', () => {
    const { queue, gates } = make()
    const a = pod('a')
    queue.add(a)
    queue.refused(queue.pop()!, new Set(['NodeResourcesFit']))
    gates.set(a.uid, 'DefaultPreemption')
    queue.event({ type: 'AssignedPodDelete', pod: pod('gone') })
    expect(queue.placeOf(a.uid)).toBe('gated')
    queue.reconsider(a.uid)
    expect(names(queue)).toEqual([])
    gates.delete(a.uid)
    queue.reconsider(a.uid)
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

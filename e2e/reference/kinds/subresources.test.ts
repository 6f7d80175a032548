import { describe, expect, test } from 'vitest'
import { assignPod, checkBinding } from '../../../server/apis/core/v1/binding.ts'
import type { Binding, Pod, PodCondition } from '../../../server/apis/core/v1/types.ts'
import { applyScale, toScale } from '../../../server/apis/apps/v1/scale.ts'
import { isStatusError, type Status } from '../../../server/machinery/status.ts'
import type { KubeObject } from '../../../server/machinery/types.ts'
import { pods } from '../../../server/registry/core/pods/index.ts'
import { bindingCases, bindingOf } from './binding-cases.ts'
import { withPaths, type Json } from './cases.ts'
import bindingFacts from './bindings.answers.json' with { type: 'json' }
import graceFacts from './graces.answers.json' with { type: 'json' }
import scaleFacts from './scales.answers.json' with { type: 'json' }

function statusOf(f: () => unknown): Status | undefined {
  try {
    f()
    return undefined
  } catch (e) {
    if (isStatusError(e)) return e.status
    throw e
  }
}

interface BindingFact {
  case: string
  before: Pod
  answer: Status
  after?: Pod
}

/** Counters and times that the store and the clock decide. */
function withoutTimes(pod: Pod): Json {
  const copy = structuredClone(pod) as unknown as Json
  const meta = copy.metadata as Json
  delete meta.resourceVersion
  for (const c of (copy.status as { conditions?: PodCondition[] } | undefined)?.conditions ?? []) {
    expect(c.lastTransitionTime).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/)
    delete c.lastTransitionTime
  }
  return copy
}

describe('bindings', () => {
  const facts = new Map((bindingFacts as unknown as BindingFact[]).map((f) => [f.case, f]))
  for (const c of bindingCases) {
    test(c.name, () => {
      const { before, answer, after } = facts.get(c.name)!
      const name = before.metadata.name!
      const binding = bindingOf(name, c.binding) as unknown as Binding
      const untouched = structuredClone(before)
      let bound: Pod | undefined
      const refused = statusOf(() => {
        checkBinding(binding, name)
        bound = assignPod(before, binding, Date.UTC(2026, 0, 1))
      })
      expect(before).toEqual(untouched)
      if (after === undefined) expect(refused).toEqual(answer)
      else expect(withoutTimes(bound!)).toEqual(withoutTimes(after))
    })
  }
})

describe('scales', () => {
  interface ScaleFact {
    kind: 'Deployment' | 'ReplicaSet'
    object: KubeObject
    scale: KubeObject
    answers: { set: Json; code: number; body: Json }[]
  }
  for (const fact of scaleFacts as unknown as ScaleFact[]) {
    const resource = { group: 'apps', resource: `${fact.kind.toLowerCase()}s` }
    test(`${fact.kind} as a scale`, () => expect(toScale(fact.object)).toEqual(fact.scale))
    // Storage sees to it that an update is of the object that it says it is of: e2e/reference/requests.cases.ts.
    for (const { set, code, body } of fact.answers.filter((answer) => !('metadata.uid' in answer.set))) {
      test(`${fact.kind} ${JSON.stringify(set)}`, () => {
        const wanted = withPaths(fact.scale as unknown as Json, set) as unknown as KubeObject
        const refused = statusOf(() => {
          const scaled = toScale(applyScale(fact.object, wanted, resource))
          expect({ spec: scaled.spec }).toEqual(body)
        })
        expect(refused).toEqual(code < 300 ? undefined : body)
      })
    }
  }
})

describe('how long a deleted pod has', () => {
  for (const fact of graceFacts as unknown as { case: string; object: KubeObject; requested?: number; seconds: number }[]) {
    test(fact.case, () => expect(pods.strategy!.gracePeriod!(fact.object, fact.requested)).toBe(fact.seconds))
  }
})

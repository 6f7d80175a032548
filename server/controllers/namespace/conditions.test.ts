import { expect, test } from 'vitest'
import { nextConditions, type DeletionOutcome } from './conditions.ts'

const NOTHING: DeletionOutcome = { discoveryFailures: new Map(), errors: [], remaining: new Map(), finalizers: new Map() }

test('all five conditions, in order, with what remains named', () => {
  const outcome = {
    ...NOTHING,
    remaining: new Map([
      ['pods.', 2],
      ['deployments.apps', 1],
    ]),
    finalizers: new Map([['x.io/y', 1]]),
  }
  const conditions = nextConditions([], outcome, 'T1')!
  expect(conditions.map((c) => [c.type, c.status, c.reason])).toEqual([
    ['NamespaceDeletionDiscoveryFailure', 'False', 'ResourcesDiscovered'],
    ['NamespaceDeletionGroupVersionParsingFailure', 'False', 'ParsedGroupVersions'],
    ['NamespaceDeletionContentFailure', 'False', 'ContentDeleted'],
    ['NamespaceContentRemaining', 'True', 'SomeResourcesRemain'],
    ['NamespaceFinalizersRemaining', 'True', 'SomeFinalizersRemain'],
  ])
  expect(conditions[3]!.message).toBe(
    'Some resources are remaining: deployments.apps has 1 resource instances, pods. has 2 resource instances',
  )
  expect(conditions[4]!.message).toBe('Some content in the namespace has finalizers remaining: x.io/y in 1 resource instances')
  expect(nextConditions(conditions, outcome, 'T2')).toBeUndefined()
})

test('the transition time moves with the status only', () => {
  const before = nextConditions([], { ...NOTHING, remaining: new Map([['pods.', 2]]) }, 'T1')!
  const fewer = nextConditions(before, { ...NOTHING, remaining: new Map([['pods.', 1]]) }, 'T2')!
  expect(fewer[3]).toMatchObject({
    status: 'True',
    lastTransitionTime: 'T1',
    message: 'Some resources are remaining: pods. has 1 resource instances',
  })
  const none = nextConditions(fewer, NOTHING, 'T3')!
  expect(none[3]).toMatchObject({ status: 'False', lastTransitionTime: 'T3', reason: 'ContentRemoved' })
})

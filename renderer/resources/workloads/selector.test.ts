import { expect, test } from 'vitest'
import { strategyText } from './facts.tsx'
import { revisionOf } from './revision.ts'
import { selectorOf } from './selector.ts'

const of = (selector: object | undefined): unknown => selectorOf({ metadata: { name: 'x' }, spec: { selector } } as never)

test('a selector is one of the API machinery, or a ReplicationController’s labels', () => {
  expect(of({ matchLabels: { app: 'web' } })).toEqual({ matchLabels: { app: 'web' } })
  const expressions = { matchExpressions: [{ key: 'app', operator: 'Exists' }] }
  expect(of(expressions)).toEqual(expressions)
  expect(of({ app: 'web' })).toEqual({ matchLabels: { app: 'web' } })
  // A label may be called anything.
  expect(of({ matchLabels: 'web' })).toEqual({ matchLabels: { matchLabels: 'web' } })
})

test('none is none: it must not select every pod there is', () => {
  expect(of(undefined)).toBeUndefined()
  expect(of({})).toBeUndefined()
})

test('a strategy in the API’s own words', () => {
  expect(strategyText({ type: 'Recreate' })).toBe('Recreate')
  expect(strategyText({ type: 'RollingUpdate', rollingUpdate: { maxSurge: '25%', maxUnavailable: 1 } })).toBe(
    'RollingUpdate maxSurge=25% maxUnavailable=1',
  )
  expect(strategyText({})).toBeUndefined()
})

test('the revision is what the deployment controller writes', () => {
  expect(revisionOf({ metadata: { annotations: { 'deployment.kubernetes.io/revision': '12' } } })).toBe('12')
  expect(revisionOf({ metadata: {} })).toBeUndefined()
})

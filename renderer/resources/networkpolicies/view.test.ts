import { expect, test } from 'vitest'
import { networkPolicyView, policyStatus } from './view.ts'

const pod = (name: string, namespace: string, labels: Record<string, string>) => ({ metadata: { name, namespace, labels } })
const policy = (podSelector: object) => ({ metadata: { name: 'p', namespace: 'shop' }, spec: { podSelector } })

test('a policy counts the pods of its namespace that its selector takes; an empty one takes all', () => {
  const join = networkPolicyView.beside!.join([
    pod('a', 'shop', { app: 'cart' }),
    pod('b', 'shop', { app: 'till' }),
    pod('c', 'bank', { app: 'cart' }),
  ])
  const of = (selector: object) => join(policy(selector))
  expect(of({ matchLabels: { app: 'cart' } })).toMatchObject({ pods: 1 })
  expect(of({})).toMatchObject({ pods: 2 })
  expect(policyStatus(of({}))).toEqual({ text: 'Selects', tone: 'ok' })
  expect(policyStatus(of({ matchLabels: { app: 'crt' } }))).toEqual({ text: 'SelectsNothing', tone: 'warn' })
  expect(policyStatus(policy({}))).toBeUndefined()
  const known = of({})
  expect(join(known)).toBe(known)
})

import { expect, test } from 'vitest'
import type { Resource } from '../../kube/resource.ts'
import { type Asked, askedText, questionOf, questionText, readAsked } from './question.ts'

const kind = (plural: string, group: string, name: string, namespaced = true, shortNames: string[] = []): Resource => ({
  group,
  version: 'v1',
  plural,
  singular: name.toLowerCase(),
  kind: name,
  namespaced,
  verbs: [],
  subresources: [],
  shortNames,
  categories: [],
})
const kinds = [kind('pods', '', 'Pod'), kind('deployments', 'apps', 'Deployment', true, ['deploy']), kind('nodes', '', 'Node', false)]
const ask = (change: object = {}) => ({ ask: 'request' as const, verb: 'get', resource: 'pods', name: '', namespace: 'shop', ...change })

test.each([
  [ask(), { verb: 'get', group: '', resource: 'pods', name: '', namespace: 'shop' }],
  [ask({ resource: ' Deploy ', name: ' web ' }), { verb: 'get', group: 'apps', resource: 'deployments', name: 'web', namespace: 'shop' }],
  [
    ask({ resource: 'deployments.apps/scale', verb: 'PATCH' }),
    { verb: 'patch', group: 'apps', resource: 'deployments/scale', name: '', namespace: 'shop' },
  ],
  [ask({ resource: 'pod/log' }), { verb: 'get', group: '', resource: 'pods/log', name: '', namespace: 'shop' }],
  [ask({ resource: 'Node' }), { verb: 'get', group: '', resource: 'nodes', name: '', namespace: '' }],
  [ask({ resource: 'boats.sea.example' }), { verb: 'get', group: 'sea.example', resource: 'boats', name: '', namespace: 'shop' }],
  [ask({ resource: '/healthz' }), { verb: 'get', path: '/healthz' }],
  [ask({ resource: '' }), undefined],
  [ask({ verb: ' ' }), undefined],
])('%j', (asked, question) => expect(questionOf(asked, kinds)).toEqual(question))

test.each<Asked>([
  ask({ name: 'a&b=c', namespace: '' }),
  { ask: 'subject', kind: 'User', name: 'jane doe', namespace: '', groups: 'dev, web' },
  { ask: 'subject', kind: 'ServiceAccount', name: 'web', namespace: 'shop', groups: '' },
])('%j has an address', (asked) => expect(readAsked(askedText(asked))).toEqual(asked))

test('what asks nothing is no question', () => {
  for (const text of ['', 'web', 'ask=other', 'ask=subject&kind=Robot']) expect(readAsked(text)).toBeUndefined()
})

test('in words', () => {
  expect(questionText({ verb: 'patch', group: 'apps', resource: 'deployments/scale', name: 'web', namespace: 'x' })).toBe(
    'patch deployments.apps/scale web',
  )
  expect(questionText({ verb: 'get', path: '/healthz' })).toBe('get /healthz')
})

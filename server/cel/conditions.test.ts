import { describe, expect, test } from 'vitest'
import { conditionError, Conditions, type ConditionInput } from './conditions.ts'
import type { AuthorizationCheck } from './library/authorizer.ts'

const REQUEST = {
  kind: { group: '', version: 'v1', kind: 'ConfigMap' },
  resource: { group: '', version: 'v1', resource: 'configmaps' },
  ...{ name: 'a', namespace: 'n', operation: 'CREATE', dryRun: false },
  userInfo: { username: 'me', groups: ['g'] },
  options: { kind: 'CreateOptions' },
}
const RESOURCE = { group: '', resource: 'configmaps', subresource: '', namespace: 'n', name: 'a' }

interface Asked {
  readonly asked: AuthorizationCheck[]
  readonly input: ConditionInput
}

function asking(object: unknown = { metadata: { name: 'a' }, data: { a: '1' }, count: 3, share: 0.5 }): Asked {
  const asked: AuthorizationCheck[] = []
  const input: ConditionInput = {
    ...{ object, oldObject: null, request: REQUEST, resource: RESOURCE },
    ask(check) {
      asked.push(check)
      return { allowed: check.verb === 'get', reason: `may not ${check.verb}`, error: '' }
    },
  }
  return { asked, input }
}

const evaluate = (...expressions: readonly string[]) =>
  new Conditions(expressions.map((expression, i) => ({ name: `c${i}`, expression }))).evaluate(asking().input)

/** The answers and texts are those of kube-apiserver 1.37.2. */
describe('conditions', () => {
  test.each([
    "object.data.a == '1'",
    'object.count == 3 && object.share < 1.0',
    'oldObject == null && namespaceObject == null',
    "request.kind.group == '' && request.resource.resource == 'configmaps'",
    "!has(request.subResource) && has(request.name) && request.options.kind == 'CreateOptions'",
    "request.userInfo.username == 'me' && 'g' in request.userInfo.groups",
    "object.data == {'a': '1'} && size(object) == 4",
    "object.data.all(k, object.data[k] == '1')",
  ])('%s', (expression) => {
    expect(evaluate(expression)).toEqual({ matches: true })
  })

  test('one that is false decides, whatever is wrong with others', () => {
    expect(evaluate('true', 'false')).toEqual({ matches: false })
    expect(evaluate('object.x.y == 1', 'false')).toEqual({ matches: false })
    const why = (field: string, expression: string): string => `expression '${expression}' resulted in error: no such key: ${field}`
    expect(evaluate('object.x.y == 1', 'true', 'object.z == 2')).toEqual({
      errors: [why('x', 'object.x.y == 1'), why('z', 'object.z == 2')],
      evaluated: true,
    })
  })

  test('together they may not be too expensive', () => {
    const check = "authorizer.requestResource.check('get').allowed()"
    expect(evaluate(...new Array<string>(7).fill(check))).toEqual({ matches: true })
    expect(evaluate(...new Array<string>(8).fill(check))).toEqual({
      errors: ['validation failed due to running out of cost budget, no further validation rules will be run'],
      evaluated: false,
    })
  })

  test('what is stored and wrong is told of when it is asked', () => {
    expect(evaluate('nope')).toMatchObject({
      errors: [expect.stringMatching(/^compilation error: compilation failed: ERROR: <input>:1:1: undeclared/)],
    })
  })
})

describe('the authorizer', () => {
  test('is asked about what the expression names', () => {
    const { asked, input } = asking()
    const expression = [
      "authorizer.group('apps').resource('deployments').subresource('scale').namespace('x').name('d').check('get').allowed()",
      "!authorizer.serviceAccount('ns', 'sa').path('/healthz').check('put').allowed()",
      "authorizer.requestResource.check('update').reason() == 'may not update'",
      "!authorizer.group('').resource('pods').labelSelector('a=b').fieldSelector('c=d').check('list').errored()",
    ].join(' && ')
    expect(new Conditions([{ name: 'a', expression }]).evaluate(input)).toEqual({
      errors: [expect.stringContaining('cost limit exceeded')],
      evaluated: true,
    })
    for (const part of expression.split(' && ')) {
      expect(new Conditions([{ name: 'a', expression: part }]).evaluate(input)).toEqual({ matches: true })
    }
    expect(asked.slice(-4)).toMatchObject([
      { group: 'apps', resource: 'deployments', subresource: 'scale', namespace: 'x', name: 'd', verb: 'get' },
      { path: '/healthz', verb: 'put', serviceAccount: { namespace: 'ns', name: 'sa' } },
      { ...RESOURCE, verb: 'update' },
      { resource: 'pods', labelSelector: 'a=b', fieldSelector: 'c=d', verb: 'list' },
    ])
  })

  test('needs names that are some', () => {
    expect(evaluate("authorizer.path(' ').check('get').allowed()")).toMatchObject({
      errors: [expect.stringContaining('path must not be empty')],
    })
    expect(evaluate("authorizer.group('').resource('').check('get').allowed()")).toMatchObject({
      errors: [expect.stringContaining('resource must not be empty')],
    })
  })
})

test.each([
  ['object.a == 1', undefined],
  ["'x'", 'must evaluate to bool but got string'],
  ['object.data', 'must evaluate to bool but got dyn'],
  ["request.uid == 'x'", "compilation failed: ERROR: <input>:1:8: undefined field 'uid'"],
  ['params.x', "compilation failed: ERROR: <input>:1:1: undeclared reference to 'params'"],
])('%s', (expression, why) => {
  const wrong = conditionError(expression, false)
  if (why === undefined) expect(wrong).toBeUndefined()
  else expect(wrong).toContain(why)
})

import { describe, expect, test } from 'vitest'
import { PolicyExpressions } from './policies.ts'

describe('expressions of a policy', () => {
  test('see the variables before them, as far as their types are kept', () => {
    const policy = new PolicyExpressions({ params: false, composed: true })
    expect(policy.declare('list', '[1]')).toBeUndefined()
    expect(policy.declare('who', 'request.userInfo')).toBeUndefined()
    expect(policy.declare('wrong', 'foo')).toContain("undeclared reference to 'foo'")
    expect(policy.error('variables.list[0] == 1', 'validation', false)).toBeUndefined()
    expect(policy.error('variables.list[0]', 'validation', false)).toBe('must evaluate to bool but got int')
    // A type with fields is any.
    expect(policy.error('variables.who.nothing', 'validation', false)).toBe('must evaluate to bool but got dyn')
    expect(policy.error('variables.wrong', 'message', false)).toBe('must evaluate to string but got dyn')
    expect(policy.error('variables.later', 'validation', false)).toContain("undefined field 'later'")
  })

  test('know no variables where there are none, and no patches where none are made', () => {
    const policy = new PolicyExpressions({ params: true, composed: false })
    expect(policy.error('variables.a', 'validation', true)).toContain("undeclared reference to 'variables'")
    expect(policy.error('Object{}', 'validation', true)).toContain("undeclared reference to 'Object'")
    expect(policy.error('params.a.b == "c"', 'validation', true)).toBeUndefined()
    expect(policy.error('authorizer.path("/x").check("get").allowed() ? "a" : "b"', 'message', true)).toContain('authorizer')
  })

  test('of patches make objects with any field', () => {
    const policy = new PolicyExpressions({ params: false, composed: true })
    expect(policy.error('Object{spec: Object.spec{replicas: object.x}}', 'apply configuration', false)).toBeUndefined()
    expect(policy.error('[JSONPatch{op: "add", path: "/" + jsonpatch.escapeKey("a/b")}]', 'json patch', false)).toBeUndefined()
    expect(policy.error('[JSONPatch{op: 1}]', 'json patch', false)).toContain("expected type of field 'op' is 'string'")
  })
})

import { mkdtempDisposableSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { abacAuthorizer } from './abac.ts'
import type { Attributes } from './contract.ts'

/** Who may what by such a file is asked beside the reference, in e2e/server/abac.test.ts. */
const dir = mkdtempDisposableSync(join(tmpdir(), 'abac-'))
afterAll(() => dir.remove())
const file = join(dir.path, 'policies.jsonl')
function of(...lines: readonly string[]): ReturnType<typeof abacAuthorizer> {
  writeFileSync(file, lines.join('\n'))
  return abacAuthorizer(file)
}

const VERSION = 'abac.authorization.kubernetes.io'
describe('a line that is none', () => {
  test.each([
    [
      `{"apiVersion":"${VERSION}/v1beta1","kind":"Policy","spec":{"user":1}}`,
      'json: cannot unmarshal number into Go struct field PolicySpec.spec.user of type string',
    ],
    ['{"user":1}', 'json: cannot unmarshal number into Go struct field Policy.user of type string'],
    ['{"readonly":"yes"}', 'json: cannot unmarshal string into Go struct field Policy.readonly of type bool'],
    [
      `{"apiVersion":"${VERSION}/v1","kind":"Policy"}`,
      `no kind "Policy" is registered for version "${VERSION}/v1" in scheme "pkg/runtime/scheme.go:111"`,
    ],
    ['kind: x', `no kind "x" is registered for version "${VERSION}/v0" in scheme "pkg/runtime/scheme.go:111"`],
    ['{"user":"a"', "couldn't get version/kind; json parse error: unexpected end of JSON input"],
    ['[]', "couldn't get version/kind; json parse error: json: cannot unmarshal array into Go value of type struct"],
    ['x', "couldn't get version/kind; json parse error: json: cannot unmarshal string into Go value of type struct"],
  ])('%s', (line, why) => {
    expect(() => of('# first', '', line)).toThrow(`error reading policy file ${file}, line 3: ${line}: ${why}`)
  })

  test('a file that is not there', () => {
    expect(() => abacAuthorizer('/nowhere/policies')).toThrow('open /nowhere/policies: no such file or directory')
  })
})

test('a read-only policy is no right to write', () => {
  const { authorize } = of(
    `{"apiVersion":"${VERSION}/v1beta1","kind":"Policy","spec":{"user":"a","namespace":"n","resource":"pods","readonly":true}}`,
  )
  const asked = (verb: string): Attributes => ({
    ...{ isResourceRequest: true, verb, path: '', apiGroup: '', apiVersion: 'v1', namespace: 'n', resource: 'pods', subresource: '' },
    ...{ name: '', fieldSelector: '', labelSelector: '' },
  })
  const decisions = ['list', 'create'].map((verb) => authorize({ name: 'a', groups: [] }, asked(verb)))
  expect(decisions).toEqual([
    { decision: 'allow', reason: '' },
    { decision: 'no-opinion', reason: 'No policy matched.' },
  ])
})

import { afterEach, beforeEach, expect, test } from 'vitest'
import { VALIDATING_ADMISSION_POLICIES } from '../../client/resource.ts'
import answers from './testing/answers.json' with { type: 'json' }
import type { KubeObject } from '../../machinery/types.ts'
import { startTestCluster, type TestCluster } from '../testing/cluster.ts'
import { validatingAdmissionPolicyStatusController } from './validatingadmissionpolicy-status.ts'
import type { ExpressionWarning } from './type-checker.ts'

type Policy = KubeObject & { status?: { observedGeneration?: number; typeChecking?: { expressionWarnings?: ExpressionWarning[] } } }

let c: TestCluster
beforeEach(async () => {
  c = await startTestCluster(validatingAdmissionPolicyStatusController)
})
afterEach(async () => {
  expect(c.errors).toEqual([])
  await c.close()
})

const rule = (group: string, version: string, ...resources: string[]) => ({
  ...{ apiGroups: [group], apiVersions: [version], resources, operations: ['CREATE'] },
})

async function checked(name: string, spec: Record<string, unknown>): Promise<ExpressionWarning[]> {
  const policy = { apiVersion: 'admissionregistration.k8s.io/v1', kind: 'ValidatingAdmissionPolicy', metadata: { name }, spec }
  await c.create<KubeObject>(VALIDATING_ADMISSION_POLICIES, policy as KubeObject)
  const { status } = await c.until(`${name} is checked`, async () => {
    const now = await c.get<Policy>(VALIDATING_ADMISSION_POLICIES, name)
    return now.status?.observedGeneration === undefined ? undefined : now
  })
  expect(status!.observedGeneration).toBe(1)
  return status!.typeChecking!.expressionWarnings ?? []
}

/** Recorded of kube-controller-manager 1.37.2; its types end in the moment's nanoseconds, here in 0. */
test.each(answers)('what expressions of $name would stumble over', async ({ name, spec, warnings }) => {
  expect(await checked(name, spec)).toEqual(warnings)
})

test('what names no kind, or one that nobody serves, is not checked', async () => {
  for (const [name, rules] of Object.entries({
    'any-resource': [rule('apps', 'v1', '*')],
    'any-group': [rule('*', 'v1', 'pods')],
    subresource: [rule('', 'v1', 'pods/status')],
    unknown: [rule('example.com', 'v1', 'things')],
  })) {
    expect(
      await checked(name, { matchConstraints: { resourceRules: rules }, validations: [{ expression: 'object.nothing == 1' }] }),
    ).toEqual([])
  }
})

test('a policy that changes is checked again, and is left alone otherwise', async () => {
  const matchConstraints = { resourceRules: [rule('', 'v1', 'configmaps')] }
  expect(await checked('changes', { matchConstraints, validations: [{ expression: 'object.date == 1' }] })).toHaveLength(1)
  const writes = c.writes()
  await c.pass(5)
  expect(c.writes()).toBe(writes)
  const body = { spec: { validations: [{ expression: 'has(object.data)' }] } }
  await c.client.resource(VALIDATING_ADMISSION_POLICIES).patch('changes', { type: 'merge', body })
  const { status } = await c.until('it is checked again', async () => {
    const now = await c.get<Policy>(VALIDATING_ADMISSION_POLICIES, 'changes')
    return now.status?.observedGeneration === 2 ? now : undefined
  })
  expect(status).toEqual({ observedGeneration: 2 })
})

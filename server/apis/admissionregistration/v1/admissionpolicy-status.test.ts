import { expect, test } from 'vitest'
import { validatePolicyStatus } from './admissionpolicy-status.ts'

/** As kube-apiserver 1.37.2 told it. */
test('what type checking has found has a place and a text, and conditions are judged as everywhere', () => {
  const status = {
    typeChecking: {
      expressionWarnings: [
        { fieldRef: ' ', warning: '' },
        { fieldRef: 'spec.validations[0].expression', warning: 'w' },
      ],
    },
    conditions: [{ status: 'c', reason: 'a' }],
  }
  expect(validatePolicyStatus({ status }, undefined).map(({ field, body }) => `${field}: ${body}`)).toEqual([
    'status.typeChecking.expressionWarnings[0].warning: Required value',
    'status.typeChecking.expressionWarnings[0].fieldRef: Required value',
    'status.conditions[0].type: Required value: is required',
    'status.conditions[0].status: Unsupported value: "c": supported values: "False", "True", "Unknown"',
    'status.conditions[0].lastTransitionTime: Required value',
  ])
})

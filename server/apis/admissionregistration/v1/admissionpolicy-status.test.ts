import { expect, test } from 'vitest'
import { validatePolicyStatus } from './admissionpolicy-status.ts'

/** As kube-apiserver 1.37.2 told it. */
test('what type checking has found has a place and a text, and conditions are judged as everywhere', () => {
  const status = {
    typeChecking: {
      expressionWarnings: [
        { fieldRef: ' ', warning: '' },
        { fieldRef: 'spec.validations[0].expression', warning: 'w' },
        ...["'", '\u202e', '!', 'a\nb', 'a..b....c', '[1', '[x]', '+.', 'app'].map((fieldRef) => ({ fieldRef, warning: 'w' })),
      ],
    },
    conditions: [{ status: 'c', reason: 'a' }],
  }
  expect(validatePolicyStatus({ status }, undefined).map(({ field, body }) => `${field}: ${body}`)).toEqual([
    'status.typeChecking.expressionWarnings[0].warning: Required value',
    'status.typeChecking.expressionWarnings[0].fieldRef: Required value',
    `status.typeChecking.expressionWarnings[2].fieldRef: Invalid value: "'": invalid JSONPath: unterminated quoted string`,
    'status.typeChecking.expressionWarnings[3].fieldRef: Invalid value: "\\u202e": invalid JSONPath: unrecognized character in action: U+202E',
    `status.typeChecking.expressionWarnings[4].fieldRef: Invalid value: "!": invalid JSONPath: unrecognized character in action: U+0021 '!'`,
    'status.typeChecking.expressionWarnings[5].fieldRef: Invalid value: "a\\nb": invalid JSONPath: unclosed action',
    'status.typeChecking.expressionWarnings[6].fieldRef: Invalid value: "a..b....c": invalid JSONPath: invalid multiple recursive descent',
    'status.typeChecking.expressionWarnings[7].fieldRef: Invalid value: "[1": invalid JSONPath: unterminated array',
    'status.typeChecking.expressionWarnings[8].fieldRef: Invalid value: "[x]": invalid JSONPath: invalid array index x',
    'status.typeChecking.expressionWarnings[9].fieldRef: Invalid value: "+.": invalid JSONPath: cannot parse number +.',
    'status.conditions[0].type: Required value: is required',
    'status.conditions[0].status: Unsupported value: "c": supported values: "False", "True", "Unknown"',
    'status.conditions[0].lastTransitionTime: Required value',
  ])
})

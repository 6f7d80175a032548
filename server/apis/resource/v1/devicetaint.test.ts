import { expect, test } from 'vitest'
import type { KubeObject } from '../../../machinery/types.ts'
import { defaultTaintRule, restampTaintRule } from './devicetaint.ts'

const NOW = '2030-01-01T00:00:00Z'
const BEFORE = '2020-01-01T00:00:00Z'
const OTHER = '2021-01-01T00:00:00Z'
const rule = (effect: string, timeAdded?: string): KubeObject =>
  ({ metadata: {}, spec: { taint: { key: 'a', effect, ...(timeAdded === undefined ? {} : { timeAdded }) } } }) as unknown as KubeObject

/** apis/resource/v1, SetDefaults_DeviceTaint, and registry/resource/devicetaintrule, PrepareForUpdate */
test.each([
  ['another effect with the old time', rule('NoExecute', BEFORE), NOW],
  ['another effect with a time of its own', rule('NoExecute', OTHER), OTHER],
  ['the same effect', rule('NoSchedule', BEFORE), BEFORE],
  ['no time', rule('NoSchedule'), NOW],
])('%s', (_name, obj, wanted) => {
  defaultTaintRule(obj, Date.parse(NOW))
  restampTaintRule(obj, rule('NoSchedule', BEFORE), Date.parse(NOW))
  expect(obj.spec).toMatchObject({ taint: { timeAdded: wanted } })
})

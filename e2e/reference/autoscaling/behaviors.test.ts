import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { defaultHorizontalPodAutoscaler } from '../../../server/apis/autoscaling/v2/horizontalpodautoscaler.ts'
import type { HorizontalPodAutoscaler, ScalingRules } from '../../../server/client/objects-autoscaling.ts'
import { History, settle } from '../../../server/controllers/horizontal-pod-autoscaler/history.ts'
import { AUTOSCALER_DEFAULTS } from '../../../server/controllers/horizontal-pod-autoscaler/options.ts'

/**
 * What the autoscaler of kube-controller-manager 1.37.2 makes of a wish under rules, bounds and a past that were made up at random
 * (`record_test.go` here says how). `ago` is in seconds, and everything in the past is half a second younger than that, so that no
 * answer hangs on a border.
 */
interface Past {
  ago: number
  n: number
}
interface Answer {
  behavior?: { scaleUp?: ScalingRules; scaleDown?: ScalingRules }
  current: number
  desired: number
  min: number
  max: number
  recommended?: Past[]
  ups?: Past[]
  downs?: Past[]
  replicas: number
  able: string
  limited: string
}

const answers = JSON.parse(readFileSync(new URL('behaviors.answers.json', import.meta.url), 'utf8')) as Answer[]
const NOW = Date.UTC(2026, 0, 1)
const at = ({ ago }: Past): number => NOW + 500 - ago * 1000

function ours(a: Answer): Pick<Answer, 'replicas' | 'able' | 'limited'> {
  const hpa = { metadata: {}, spec: { behavior: structuredClone(a.behavior), minReplicas: a.min, maxReplicas: a.max, metrics: [{}] } }
  defaultHorizontalPodAutoscaler(hpa as never)
  const { behavior } = (hpa as unknown as HorizontalPodAutoscaler).spec!
  const history = new History(AUTOSCALER_DEFAULTS.downscaleStabilizationMs)
  const bounds = { current: a.current, min: a.min, max: a.max }
  for (const r of a.recommended ?? []) settle(history, r.n, bounds, behavior, at(r))
  const changes = [
    ...(a.ups ?? []).map((e): [number, number] => [at(e), e.n]),
    ...(a.downs ?? []).map((e): [number, number] => [at(e), -e.n]),
  ]
  for (const [when, change] of changes) history.scaled(1000, 1000 + change, when, behavior)
  const { calm, result } = settle(history, a.desired, bounds, behavior, NOW)
  const said = (is: boolean, { reason, message }: { reason: string; message: string }): string =>
    `${is ? 'True' : 'False'} ${reason}: ${message}`
  return { replicas: result.replicas, able: said(true, calm), limited: said(result.replicas !== calm.replicas, result) }
}

test.each(answers.map((a, i): [number, Answer] => [i, a]))('case %i: as many pods, for the same reasons', (_, a) => {
  expect(ours(a)).toEqual({ replicas: a.replicas, able: a.able, limited: a.limited })
})

test('every reason is among them', () => {
  const reasons = new Set(answers.flatMap(({ able, limited }) => [able, limited].map((text) => /^\w+ (\w+):/.exec(text)![1]!)))
  expect([...reasons].sort()).toEqual([
    ...['DesiredWithinRange', 'ReadyForNewScale', 'ScaleDownLimit', 'ScaleDownStabilized', 'ScaleUpLimit', 'ScaleUpStabilized'],
    ...['TooFewReplicas', 'TooManyReplicas'],
  ])
})

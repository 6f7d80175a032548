import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Setting } from '../fixtures/setting.ts'
import { preparations, requests, steps, users } from '../reference/granting.cases.ts'
import { Answers, answeringWith } from '../reference/play.ts'
import { prepare, suiteOf } from '../reference/suite.ts'

/** Informers of the reference are behind its answers. */
const settled = (): Promise<void> => (process.env.BINNACLE_RECORD === undefined ? Promise.resolve() : sleep(700))

/** Nobody grants what he does not have, and everybody is told what he has. */
describe('granting rights', () => {
  const answers = new Answers('granting')
  const setting = new Setting()
  // Of several bindings that allow the reference tells any one.
  for (const [binding, role] of [
    ['grants-changing-sum', 'grants-sum'],
    ['grants-changing', 'grants-reader'],
  ])
    answers.masks.set(`RBAC: allowed by ClusterRoleBinding \\"${binding}\\" of ClusterRole \\"${role}\\"`, 'RBAC: allowed by one of both')
  afterAll(() => setting[Symbol.dispose]())
  const suite = suiteOf(answers, () => answeringWith(answers, { flags: [setting.tokens(...users)], token: setting.token }))
  beforeAll(async () => {
    await prepare(suite, preparations)
    await settled()
  })

  test('every case has a name of its own', () => {
    expect(new Set(requests.map((c) => c.name)).size).toBe(requests.length)
  })

  test.each(requests)('$name', suite.play)

  test.each(steps.map(({ step, questions }) => ({ name: step.name, step, questions })))('$name', async ({ step, questions }) => {
    await suite.play(step)
    await settled()
    for (const question of questions) await suite.play(question)
  })
})

import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, test } from 'vitest'
import { Setting } from '../fixtures/setting.ts'
import { until } from '../fixtures/until.ts'
import { cases, loginOf, secretOf } from '../reference/bootstrap-tokens.cases.ts'
import { Answers, answeringWith } from '../reference/play.ts'
import { suiteOf } from '../reference/suite.ts'

/** Who logs in with the token of a secret, and as whom, is as the reference has it. */
describe('a bootstrap token', () => {
  const answers = new Answers('bootstrap-tokens')
  const setting = new Setting()
  afterAll(() => setting[Symbol.dispose]())
  const flags = [setting.tokens(), '--enable-bootstrap-token-auth']
  const suite = suiteOf(answers, () => answeringWith(answers, { flags, token: setting.token }))
  beforeAll(async () => {
    await until('there is a namespace', async () => (await suite.api.send('GET', '/api/v1/namespaces/kube-system')).status === 200)
    for (const made of cases) if (made.secret !== '') await answers.play(suite.api, secretOf(made))
    // Informers of the reference are behind its answers.
    if (process.env.BINNACLE_RECORD !== undefined) await sleep(1000)
  })

  test.each(cases)('$name', (made) => suite.play(loginOf(made)))
})

import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Api } from '../fixtures/api.ts'
import { Setting } from '../fixtures/setting.ts'
import { namespaces, policies, questions, subjects } from '../reference/abac.cases.ts'
import { Answers, answeringWith } from '../reference/play.ts'

const GROUP = '/apis/authorization.k8s.io/v1'

/** `--authorization-mode=ABAC`: what a file of policies comes to. */
describe('policies of a file', () => {
  const answers = new Answers('abac')
  const setting = new Setting()
  let server: Awaited<ReturnType<typeof answeringWith>> | undefined
  let api: Api
  beforeAll(async () => {
    const file = setting.file('policies.jsonl', policies)
    server = await answeringWith(answers, {
      flags: [setting.tokens(), '--authorization-mode=Node,ABAC', `--authorization-policy-file=${file}`],
      token: setting.token,
    })
    api = server.api
  })
  afterAll(async () => {
    await server?.close()
    setting[Symbol.dispose]()
  })

  test.each(subjects.map(([user, ...groups]) => ({ user, groups })))('$user of $groups', async ({ user, groups }) => {
    const said: unknown[] = []
    for (const question of questions) {
      const answer = await api.send('POST', `${GROUP}/subjectaccessreviews`, { body: { spec: { user, groups, ...question } } })
      said.push(answer.json<{ status?: unknown }>().status)
    }
    const headers = { 'impersonate-user': user, ...(groups[0] === undefined ? {} : { 'impersonate-group': groups[0] }) }
    for (const namespace of namespaces) {
      const answer = await api.send('POST', `${GROUP}/selfsubjectrulesreviews`, { body: { spec: { namespace } }, headers })
      said.push([answer.status, answer.json<{ status?: unknown; message?: string }>().status])
    }
    const { answer, wanted } = answers.compare([user, ...groups].join(' '), { status: 0, body: said })
    expect(answer).toStrictEqual(wanted)
  })
})

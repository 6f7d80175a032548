import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { factsOf, requestOf } from '../fixtures/certification-request.ts'
import { Setting } from '../fixtures/setting.ts'
import { until } from '../fixtures/until.ts'
import type { Api } from '../fixtures/api.ts'
import { SIGNERS, signerCases } from '../reference/signers.cases.ts'
import { Answers, answeringWith } from '../reference/play.ts'

const REQUESTS = '/apis/certificates.k8s.io/v1/certificatesigningrequests'
const BINDINGS = '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings'
const ROLE = 'system:certificates.k8s.io:certificatesigningrequests'

interface Status {
  readonly conditions?: readonly { type: string; status: string; reason?: string; message?: string }[]
  readonly certificate?: string
}

/** What kube-controller-manager's signers and its approver make of a request, down to the bytes of the certificate. */
describe('a request', () => {
  const answers = new Answers('signers')
  const setting = new Setting()
  let server: Awaited<ReturnType<typeof answeringWith>> | undefined
  let api: Api
  beforeAll(async () => {
    const controllers = ['csrsigning', 'csrapproving']
    server = await answeringWith(answers, { flags: [setting.tokens()], token: setting.token, controllers })
    api = server.api
    for (const [name, kind, role] of [
      ['system:nodes', 'Group', 'selfnodeclient'],
      ['bootstrapper', 'User', 'nodeclient'],
    ] as const) {
      const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: `${ROLE}:${role}` }
      await api.create(BINDINGS, { metadata: { name: role }, roleRef, subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind, name }] })
    }
    const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'system:node-bootstrapper' }
    const subjects = [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'bootstrapper' }]
    await api.create(BINDINGS, { metadata: { name: 'bootstraps' }, roleRef, subjects })
  })
  afterAll(async () => {
    await server?.close()
    setting[Symbol.dispose]()
  })

  test.each(signerCases)('$name', async (asked) => {
    const { name, signer = 'client', usages = ['client auth'], seconds, as } = asked
    const metadata = { name: name.replaceAll(/[^a-z]+/g, '-') }
    const spec = {
      request: await requestOf(asked),
      signerName: SIGNERS[signer],
      usages,
      ...(seconds ? { expirationSeconds: seconds } : {}),
    }
    const group = as?.startsWith('system:node:') ? { 'impersonate-group': 'system:nodes' } : undefined
    const headers = as === undefined ? {} : { 'impersonate-user': as, ...group }
    const posted = await api.send('POST', REQUESTS, { body: { metadata, spec }, headers })
    expect([posted.status, posted.text]).toEqual([201, expect.any(String)])
    if (as === undefined) {
      const conditions = [{ type: 'Approved', status: 'True', reason: 'r', message: 'm' }]
      const approved = await api.send('PATCH', `${REQUESTS}/${metadata.name}/approval`, {
        ...{ body: { status: { conditions } }, type: 'application/merge-patch+json' },
      })
      expect(approved.status).toBe(200)
    }
    const { certificate, conditions } = await until('it is signed or refused', async () => {
      const { status = {} } = (await api.get(`${REQUESTS}/${metadata.name}`)) as { status?: Status }
      return (status.certificate !== undefined || status.conditions?.some(({ type }) => type === 'Failed')) && status
    })
    const body = {
      conditions: conditions?.map(({ type, status, reason, message }) => ({ type, status, reason, message })),
      ...(certificate === undefined ? {} : factsOf(certificate)),
    }
    const { answer, wanted } = answers.compare(name, { status: 0, body })
    expect(answer).toStrictEqual(wanted)
  })
})

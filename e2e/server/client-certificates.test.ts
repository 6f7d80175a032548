import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Api } from '../fixtures/api.ts'
import { ClientCertificates } from '../fixtures/client-certificate.ts'
import { Setting } from '../fixtures/setting.ts'
import { certificateCases, proxyCases, stricter } from '../reference/client-certificates.cases.ts'
import { Answers, answeringWith } from '../reference/play.ts'

/** Who a certificate is, or why it is nobody: what kube-apiserver says, by its own reading of X.509. */
describe.each([
  ['a certificate', 'client-certificates', certificateCases],
  ['a certificate beside proxies', 'client-certificates-and-proxies', proxyCases],
] as const)('%s', (_, suite, cases) => {
  const answers = new Answers(suite)
  const setting = new Setting()
  let certificates: ClientCertificates
  let server: Awaited<ReturnType<typeof answeringWith>> | undefined
  beforeAll(async () => {
    certificates = await ClientCertificates.create()
    const flags = [
      ...[setting.tokens(), `--client-ca-file=${setting.file('clients.crt', certificates.trusted)}`],
      ...(cases === proxyCases ? [`--requestheader-client-ca-file=${setting.file('proxies.crt', certificates.proxies)}`] : []),
      ...['--requestheader-username-headers=X-Remote-User', '--requestheader-group-headers=X-Remote-Group'],
    ]
    server = await answeringWith(answers, { flags, token: setting.token })
  })
  afterAll(async () => {
    await server?.close()
    setting[Symbol.dispose]()
  })

  test.each(cases)('$name', async ({ token = '', headers = {}, ...made }) => {
    const { url, ca } = server!.api
    using api = new Api(url, { ca, ...(await certificates.issue(made)) })
    const body = { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' }
    const { status, text } = await api.send('POST', '/apis/authentication.k8s.io/v1/selfsubjectreviews', { body, token, headers })
    const said = JSON.parse(text.replaceAll(/X509SHA256=[0-9a-f]{64}/g, 'X509SHA256=HASH')) as { status: unknown }
    const { answer, wanted } = answers.compare(`a certificate ${made.name}`, { status, body: status === 201 ? said.status : said })
    if (stricter[made.name] === undefined || answer.status !== 401) expect(answer).toStrictEqual(wanted)
    else expect(wanted!.status).toBe(201)
  })
})

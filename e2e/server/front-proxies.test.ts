import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Api } from '../fixtures/api.ts'
import { ClientCertificates } from '../fixtures/client-certificate.ts'
import { Setting } from '../fixtures/setting.ts'
import { cases, flags } from '../reference/front-proxies.cases.ts'
import { Answers, answeringWith } from '../reference/play.ts'

/** Whom a front proxy speaks for is who kube-apiserver takes him for. */
describe.each(Object.entries(flags))('a front proxy, headers of %s names', (names, own) => {
  const answers = new Answers(`front-proxies-${names}`)
  const setting = new Setting()
  let certificates: ClientCertificates
  let server: Awaited<ReturnType<typeof answeringWith>> | undefined
  beforeAll(async () => {
    certificates = await ClientCertificates.create()
    const clients = `--client-ca-file=${setting.file('clients.crt', certificates.trusted)}`
    const proxies = `--requestheader-client-ca-file=${setting.file('proxies.crt', certificates.proxies)}`
    server = await answeringWith(answers, { flags: [setting.tokens(), clients, proxies, ...own], token: setting.token })
  })
  afterAll(async () => {
    await server?.close()
    setting[Symbol.dispose]()
  })

  test.each(cases.map(([name, headers, as = 'front']) => ({ name, headers, as })))('$name', async ({ name, headers, as }) => {
    const { url, ca } = server!.api
    const issued = await certificates.issue({ name, by: 'proxies', subject: as === '' ? [] : [[['CN', as]]] })
    using api = new Api(url, { ca, ...issued })
    const body = { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' }
    const { status, text } = await api.send('POST', '/apis/authentication.k8s.io/v1/selfsubjectreviews', { body, headers, token: '' })
    // Here it is somebody else's word, and the same in every run.
    const said = JSON.parse(text.replaceAll('"uid":', '"id":')) as unknown
    const { answer, wanted } = answers.compare(name, { status, body: said })
    expect(answer).toStrictEqual(wanted)
  })
})

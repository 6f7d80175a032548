import { writeFile } from 'node:fs/promises'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import type * as x509 from '@peculiar/x509'
import { afterEach, describe, expect, test } from 'vitest'
import { selfSigned } from '../client/testing/tls-server.ts'
import { harness } from './testing/harness.ts'

const cleanup: (() => unknown)[] = []
afterEach(async () => {
  for (const end of cleanup.splice(0).reverse()) await end()
})

/** What the gateway answers for a cluster with that certificate, which the kubeconfig trusts. */
async function answerOf(name: string, names: x509.JsonGeneralNames, cluster: object): Promise<[number, { message?: string }]> {
  const pair = await selfSigned(name, names)
  const server = createServer(pair, (_, res) => void res.end('{}'))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  cleanup.push(() => server.close())
  const h = await harness()
  cleanup.push(() => h.close())
  const address = `https://127.0.0.1:${(server.address() as AddressInfo).port}`
  const described = { server: address, 'certificate-authority-data': Buffer.from(pair.cert).toString('base64'), ...cluster }
  const context = { name: 'x', context: { cluster: 'x' } }
  await writeFile(h.kubeconfig, JSON.stringify({ clusters: [{ name: 'x', cluster: described }], contexts: [context] }))
  const answer = await h.get('/clusters/x/version')
  const body = (await answer.json()) as { message?: string }
  return [answer.status, body.message === undefined ? {} : { message: body.message.replace(address, 'ADDRESS') }]
}

const sni = { 'tls-server-name': 'harbour.example' }
const dns = (value: string): x509.JsonGeneralNames[number] => ({ type: 'dns', value })
const refused = (why: string): [number, object] => [502, { message: `ADDRESS did not answer: ${why} (ERR_TLS_CERT_ALTNAME_INVALID)` }]
const advice = 'where it is the right one, tls-server-name in the kubeconfig says which name to expect'

describe('a trusted certificate', () => {
  test.each<[string, string, x509.JsonGeneralNames, object, [number, object]]>([
    ['for the address', 'CN=test', [{ type: 'ip', value: '127.0.0.1' }], {}, [200, {}]],
    ['for the name that is expected', 'CN=test', [dns('harbour.example')], sni, [200, {}]],
    [
      'with the right common name alone',
      'CN=harbour.example',
      [],
      sni,
      refused(
        'its certificate has the common name "harbour.example" alone, which no client of Kubernetes takes: it needs one with DNS:harbour.example as subjectAltName',
      ),
    ],
    [
      'for an address beside the right common name',
      'CN=harbour.example',
      [{ type: 'ip', value: '127.0.0.1' }],
      sni,
      refused(`its certificate is for 127.0.0.1, not for harbour.example; ${advice}`),
    ],
    [
      'for no name at all',
      'O=test',
      [],
      {},
      refused('its certificate names no server, which no client of Kubernetes takes: it needs one with IP:127.0.0.1 as subjectAltName'),
    ],
    [
      'for other names',
      'CN=test',
      ['a', 'b', 'c', 'd', 'e', 'f'].map((name) => dns(`${name}.example`)),
      {},
      refused(`its certificate is for a.example, b.example, c.example, d.example and 2 more, not for 127.0.0.1; ${advice}`),
    ],
  ])('%s', async (_, name, names, cluster, answer) => expect(await answerOf(name, names, cluster)).toEqual(answer))

  test('is not looked at where the kubeconfig says so', async () => {
    const cluster = { 'certificate-authority-data': undefined, 'insecure-skip-tls-verify': true }
    expect(await answerOf('CN=test', [], cluster)).toEqual([200, {}])
  })
})

import { X509Certificate, createPrivateKey } from 'node:crypto'
import { mkdtempDisposableSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { commandLine } from '../options/testing/command-line.ts'
import { asKubeApiserver, kubeApiserver } from './kube-apiserver.ts'

const NOW = Date.UTC(2026, 5, 1)
const { options } = commandLine(kubeApiserver)

// k8s.io/apiserver/pkg/server/options, MaybeDefaultWithSelfSignedCerts
test('a pair to serve is made in --cert-dir when there is none, with what signed it, and stays', async () => {
  using dir = mkdtempDisposableSync(join(tmpdir(), 'binnacle-drop-in-'))
  const certDir = join(dir.path, 'certs')
  const given = options(`--cert-dir=${certDir}`, '--bind-address=127.0.0.1', '--service-cluster-ip-range=10.3.0.0/24')
  const { tls } = await asKubeApiserver(given, NOW)
  expect(tls).toMatchObject({ tlsCertFile: join(certDir, 'apiserver.crt'), tlsPrivateKeyFile: join(certDir, 'apiserver.key') })
  expect(statSync(tls.tlsPrivateKeyFile).mode & 0o777).toBe(0o600)
  const text = readFileSync(tls.tlsCertFile, 'utf8')
  const [leaf, authority] = text.split(/(?<=-----END CERTIFICATE-----\n)/).map((pem) => new X509Certificate(pem)) as [
    X509Certificate,
    X509Certificate,
  ]
  expect(leaf.subject).toBe(`CN=127.0.0.1@${NOW / 1000}`)
  expect(authority.subject).toBe(`CN=127.0.0.1-ca@${NOW / 1000}`)
  expect(leaf.verify(authority.publicKey)).toBe(true)
  expect(leaf.checkPrivateKey(createPrivateKey(readFileSync(tls.tlsPrivateKeyFile)))).toBe(true)
  expect(['127.0.0.1', '10.3.0.1'].map((ip) => leaf.checkIP(ip))).toEqual(['127.0.0.1', '10.3.0.1'])
  expect(['localhost', 'kubernetes.default.svc'].map((name) => leaf.checkHost(name))).toEqual(['localhost', 'kubernetes.default.svc'])
  expect((await asKubeApiserver(given, NOW + 1000)).tls).toEqual(tls)
  expect(readFileSync(tls.tlsCertFile, 'utf8')).toBe(text)
  rmSync(tls.tlsPrivateKeyFile)
  await expect(asKubeApiserver(given, NOW)).rejects.toThrow(
    `error reading ${tls.tlsPrivateKeyFile}, certificate and key must be supplied as a pair`,
  )
})

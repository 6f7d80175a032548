import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createSecureContext } from 'node:tls'
import { afterAll, describe, expect, test } from 'vitest'
import { commandLine } from './testing/command-line.ts'
import { sniCertificates, tlsBounds } from './tls.ts'

const dir = mkdtempSync(join(tmpdir(), 'tls-options-'))
const file = (name: string): string => join(dir, name)
for (const name of ['a.crt', 'a.key', 'b.crt', 'b.key']) writeFileSync(file(name), name)
afterAll(() => rmSync(dir, { recursive: true }))

const { parse, options, errors } = commandLine()

describe('what the flags say of the handshake', () => {
  test('nothing without them', () => {
    expect(tlsBounds(options().tls)).toEqual({})
  })

  test('in the terms of OpenSSL; suites of TLS 1.3 stay', () => {
    const { tls } = options(
      ...['--tls-min-version=VersionTLS13', '--tls-curve-preferences=4588,29'],
      '--tls-cipher-suites=TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305',
    )
    expect(tlsBounds(tls)).toEqual({
      minVersion: 'TLSv1.3',
      groups: ['X25519MLKEM768', 'X25519'],
      ciphers: [
        ...['TLS_AES_128_GCM_SHA256', 'TLS_AES_256_GCM_SHA384', 'TLS_CHACHA20_POLY1305_SHA256'],
        ...['ECDHE-RSA-AES256-GCM-SHA384', 'ECDHE-RSA-CHACHA20-POLY1305'],
      ],
    })
  })

  test('OpenSSL has every suite and group that is told of', () => {
    const result = parse('--help')
    const help = 'text' in result ? result.text.replace(/\s+/g, ' ') : ''
    const suites = help.match(/\bTLS_[A-Z0-9_]+/g)!
    const groups = [...help.matchAll(/(\d+) \([A-Za-z0-9-]+\)/g)].map(([, id]) => id!)
    expect([suites.length, groups.length]).toEqual([22, 7])
    const { ciphers, groups: names } = tlsBounds(
      options(`--tls-cipher-suites=${suites.join(',')}`, `--tls-curve-preferences=${groups.join(',')}`).tls,
    )
    expect(() => createSecureContext({ ecdhCurve: names!.join(':') })).not.toThrow()
    // A name that OpenSSL does not know it passes over in silence, so each is asked for alone.
    for (const cipher of ciphers!.filter((name) => !name.startsWith('TLS_')))
      expect(execFileSync('openssl', ['ciphers', `${cipher}:@SECLEVEL=0`], { encoding: 'utf8' })).toContain(cipher)
  })

  test('what Go has and OpenSSL has not is a warning', () => {
    const result = parse('--tls-cipher-suites=TLS_RSA_WITH_RC4_128_SHA,TLS_AES_128_GCM_SHA256')
    expect('warnings' in result && result.warnings).toEqual([
      '--tls-cipher-suites has no effect on TLS_RSA_WITH_RC4_128_SHA: this server does not have them',
    ])
  })

  test.each([
    ['--tls-cipher-suites=NOPE', "--tls-cipher-suites: Cipher suite NOPE not supported or doesn't exist"],
    ['--tls-min-version=TLS1.2', '--tls-min-version: unknown tls version "TLS1.2"'],
    ['--tls-curve-preferences=1', '--tls-curve-preferences: 1 is not one of 23, 24, 25, 29, 4587, 4588, 4589'],
    ['--tls-cert-file=/dev/null', '--tls-cert-file and --tls-private-key-file must be given together'],
    ['--tls-sni-cert-key=a', 'invalid argument "a" for "--tls-sni-cert-key" flag: expected comma separated certificate and key file paths'],
    ['--tls-sni-cert-key=a,b:', 'invalid argument "a,b:" for "--tls-sni-cert-key" flag: empty names list is not allowed'],
  ])('%s is refused', (flag, message) => {
    expect(errors(flag)).toEqual([message])
  })
})

describe('certificates by name', () => {
  test('each time that the flag is given, with and without names', () => {
    const { tls } = options(
      `--tls-sni-cert-key=${file('a.crt')},${file('a.key')}`,
      ...['--tls-sni-cert-key', `${file('b.crt')}, ${file('b.key')}: one.example , *.two.example`],
    )
    expect(sniCertificates(tls)).toEqual([
      { cert: 'a.crt', key: 'a.key', names: [] },
      { cert: 'b.crt', key: 'b.key', names: ['one.example', '*.two.example'] },
    ])
  })

  test('a file that is not there is named', () => {
    expect(errors(`--tls-sni-cert-key=${file('a.crt')},${file('no.key')}`)).toEqual([
      `--tls-sni-cert-key: cannot read ${file('no.key')} (ENOENT)`,
    ])
  })
})

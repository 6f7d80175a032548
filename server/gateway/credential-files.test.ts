import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { bearerToken, credentialFault, pluginFault } from './credential-files.ts'
import type { Fields } from './kubeconfig-file.ts'
import { ended } from './testing/ended-certificate.ts'

let dir: string
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'credential-files-'))
  await mkdir(join(dir, 'folder'))
  for (const [name, content] of Object.entries({
    'me.crt': ended.cert,
    'me.key': ended.key,
    nonsense: 'nonsense',
    token: 't',
    blank: '\n',
  }))
    await writeFile(join(dir, name), content)
})
afterAll(() => rm(dir, { recursive: true }))

/** Paths of the test's folder begin with `./`. */
const placed = (fields: Fields): Fields =>
  Object.fromEntries(
    Object.entries(fields).map(([key, value]) => [key, typeof value === 'string' ? value.replace(/^\.\//, `${dir}/`) : value]),
  )
const fault = async (cluster: Fields, user: Fields): Promise<string | undefined> => {
  const context = { name: 'x', clusterName: 'c', userName: 'u', namespace: '', file: '' }
  return (await credentialFault({ ...context, cluster: placed(cluster), user: placed(user) }))?.replaceAll(`${dir}/`, './')
}
const base64 = (text: string): string => Buffer.from(text).toString('base64')
// Another key than the certificate's, of the same kind.
const otherKey = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgdgKjD4PeI9SszlRn
0vB+gkCoxul8yqB/LflL/Jg6ulahRANCAASIYI5SxPM1RGEpoUebmvLHoSEolwyd
57eBCJIEoKCwV4mrT+xjPNGStj/q+Sv5qzMdyAzoV/4gDkMx3iHF6lQw
-----END PRIVATE KEY-----
`

describe('what a context names', () => {
  test.each<[string, Fields, Fields, string | undefined]>([
    ['nothing', {}, {}, undefined],
    [
      'all of it',
      { 'certificate-authority': './me.crt' },
      { 'client-certificate': './me.crt', 'client-key': './me.key', tokenFile: './token' },
      undefined,
    ],
    [
      'an authority that is not there',
      { 'certificate-authority': './pki/ca.crt' },
      {},
      'certificate-authority of cluster "c" is ./pki/ca.crt, and there is no such file: a relative path begins at the folder of the kubeconfig that names it',
    ],
    [
      'a folder',
      { 'certificate-authority': './folder' },
      {},
      'certificate-authority of cluster "c" is ./folder, which is a folder: name a file in it',
    ],
    [
      'an authority that is none',
      { 'certificate-authority': './nonsense' },
      {},
      'certificate-authority of cluster "c" is ./nonsense, which holds no certificate in PEM',
    ],
    [
      'data that is none',
      { 'certificate-authority-data': base64('-----BEGIN CERTIFICATE-----\nzzz\n-----END CERTIFICATE-----\n') },
      {},
      'cluster "c" has certificate-authority-data, which holds no certificate in PEM',
    ],
    [
      'data beside a file that is not there',
      { 'certificate-authority': './none', 'certificate-authority-data': base64(ended.cert) },
      {},
      undefined,
    ],
    ['a certificate alone', {}, { 'client-certificate': './me.crt' }, 'user "u" has a client-certificate and no client-key'],
    [
      'a certificate in the place of the key',
      {},
      { 'client-certificate': './me.crt', 'client-key': './me.crt' },
      'client-key of user "u" is ./me.crt, which holds no private key that can be read: PEM without a passphrase is expected',
    ],
    [
      'the key of another certificate',
      {},
      { 'client-certificate': './me.crt', 'client-key-data': base64(otherKey) },
      'user "u" has client-key-data, which is not the key of its client-certificate',
    ],
    [
      'a token file that is not there',
      {},
      { tokenFile: './none' },
      'tokenFile of user "u" is ./none, and there is no such file: a relative path begins at the folder of the kubeconfig that names it',
    ],
    ['a token beside it', {}, { tokenFile: './none', token: 't' }, undefined],
    ['a token file without a token', {}, { tokenFile: './blank' }, 'tokenFile of user "u" is ./blank, which is empty'],
    [
      'a token and a password',
      {},
      { tokenFile: './token', username: 'anna', password: 'p' },
      'user "u" has a token and a user name or password: take one of them out',
    ],
    [
      'a plugin for a terminal',
      {},
      { exec: { command: 'harbour-login', interactiveMode: 'Always' } },
      'user "u" has the plugin "harbour-login" with interactiveMode: Always, which needs a terminal: IfAvailable is for a plugin that can do without',
    ],
    ['a plugin that may have one', {}, { exec: { command: 'harbour-login', interactiveMode: 'IfAvailable' } }, undefined],
  ])('%s', async (_, cluster, user, sentence) => {
    expect(await fault(cluster, user)).toBe(sentence)
  })

  // Root may read everything.
  test.skipIf(process.getuid?.() === 0)('a file that may not be read', async () => {
    await chmod(join(dir, 'token'), 0)
    expect(await fault({}, { tokenFile: './token' })).toBe(
      'tokenFile of user "u" is ./token, which you may not read: look at its permissions',
    )
  })
})

describe('the token that is sent', () => {
  test.each<[string, Fields, string]>([
    ['none', {}, ''],
    ['its own', { token: 'own' }, 'own'],
    ['of a file', { tokenFile: './token' }, 't'],
    ['of a file before its own', { token: 'own', tokenFile: './token' }, 't'],
    ['its own while the file is not there', { token: 'own', tokenFile: './none' }, 'own'],
    ['its own while the file is empty', { token: 'own', tokenFile: './blank' }, 'own'],
  ])('%s', async (_, user, token) => expect(await bearerToken(placed(user))).toBe(token))
})

describe('a plugin that did not run', () => {
  const exec = { command: 'harbour-login', installHint: 'Get it from harbour.example.\n' }
  const spawn = (code: string): object => Object.assign(new Error(code), { code, syscall: 'spawn harbour-login' })
  test.each<[string, unknown, Fields, string | undefined]>([
    [
      'is not there',
      spawn('ENOENT'),
      { exec },
      'the plugin "harbour-login" is not installed, or not in PATH\nGet it from harbour.example.',
    ],
    ['may not be run', spawn('EACCES'), { exec }, 'the plugin "harbour-login" may not be run: make the file executable'],
    ['failed otherwise', spawn('EMFILE'), { exec }, undefined],
    ['is none', spawn('ENOENT'), {}, undefined],
    ['said no', new Error('session expired'), { exec }, undefined],
    [
      'is a way to sign in that is no more',
      new Error('Token is expired!'),
      { 'auth-provider': { name: 'gcp' } },
      'the auth-provider "gcp" gave no token (Token is expired!): kubectl has it no more, the credential plugin gke-gcloud-auth-plugin took its place',
    ],
    ['is another provider', new Error('no token'), { 'auth-provider': { name: 'oidc' } }, undefined],
  ])('%s', (_, thrown, user, sentence) => expect(pluginFault(thrown, user)).toBe(sentence))
})

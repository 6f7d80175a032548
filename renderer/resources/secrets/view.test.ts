import { expect, test } from 'vitest'
import { body } from '../../kube/testing/certificate.ts'
import { type ListedSecret, type Secret, secretStatus, secretView } from './view.ts'

const pem = `-----BEGIN CERTIFICATE-----\n${body}\n-----END CERTIFICATE-----\n`
const end = Date.parse('2027-02-26T21:48:01Z')
const tls = (certificate: string): Secret => ({
  metadata: { name: 'quay-tls', namespace: 'shop', uid: 'u' },
  type: 'kubernetes.io/tls',
  data: { 'tls.crt': btoa(certificate), 'tls.key': btoa('private') },
})
const row: ListedSecret = { metadata: { name: 'quay-tls', namespace: 'shop', uid: 'u' }, cells: ['quay-tls', 'kubernetes.io/tls', 2, '5m'] }

test('a row of the Table has the dates of the Secret beside it, and nothing else of that is kept', () => {
  const kept = secretView.beside!.trim(tls(pem))
  expect(JSON.stringify(kept)).not.toContain(btoa('private'))
  const joined = secretView.beside!.join([kept])(row)
  expect(joined.dates).toEqual({ notBefore: Date.parse('2026-11-28T21:48:01Z'), notAfter: end })
  expect(secretView.beside!.join([secretView.beside!.trim(tls(pem))])(joined)).toBe(joined)
  expect(secretView.columns.map(({ cell }) => cell(joined)).slice(3)).toEqual(['kubernetes.io/tls', 2, '2027-02-26', null])
  expect(secretStatus(joined, end - 1000)).toEqual({ text: 'EndsSoon', tone: 'warn', at: end, until: end })
  expect(secretStatus(joined, end + 1000)).toEqual({ text: 'Expired', tone: 'bad', at: end })
})

test('the whole Secret says the same as its row; one that holds no certificate says that', () => {
  expect(secretStatus(tls(pem), end + 1000)).toMatchObject({ text: 'Expired' })
  expect(secretStatus(tls('no certificate'), end)).toEqual({ text: 'Unreadable', tone: 'bad' })
  expect(secretStatus({ ...tls(pem), data: { 'tls.crt': '*' } }, end)).toMatchObject({ text: 'Unreadable' })
})

test('any other is what it is', () => {
  expect(secretStatus({ ...row, cells: ['a', 'Opaque', 0, '5m'] })).toEqual({ text: 'Empty', tone: 'muted' })
  expect(secretStatus({ ...row, cells: ['a', 'Opaque', 1, '5m'] })).toBeUndefined()
})

import 'reflect-metadata'
import { createPrivateKey } from 'node:crypto'
import * as x509 from '@peculiar/x509'
import { expect, test } from 'vitest'
import { newKey } from './certificate-request.ts'

test.each([
  ['anna', ['dev', 'web']],
  ['安娜 · Ånna', []],
  [`long-${'x'.repeat(200)}`, ['a'.repeat(130)]],
])('a request for %s is signed by its key, and says who it is for', async (user, groups) => {
  const { key, request } = await newKey(user, groups)
  const read = new x509.Pkcs10CertificateRequest(request)
  expect(await read.verify()).toBe(true)
  expect(read.subjectName.getField('CN')).toEqual([user])
  expect(read.subjectName.getField('O')).toEqual(groups)
  expect(createPrivateKey(key).asymmetricKeyDetails).toEqual({ namedCurve: 'prime256v1' })
})

import { expect, test } from 'vitest'
import { oid, sequence, tag, tlv } from './der.ts'
import { readName, signedName } from './name.ts'

const UTF8 = tag.utf8String
const value = (id: string, text: string, type: number = UTF8): Buffer => sequence(oid(id), tlv(type, Buffer.from(text, 'latin1')))
const name = (...sets: readonly (readonly Buffer[])[]): Buffer => sequence(...sets.map((set) => tlv(tag.set, ...set)))
const [CN, SERIAL, O, UID, NUMERIC] = ['2.5.4.3', '2.5.4.5', '2.5.4.10', '1.3.6.1.4.1.57683.2', 0x12]

test('a name is read: the last common name, all groups, all uids', () => {
  const read = readName(
    name([value(O, 'a')], [value(CN, 'x'), value(UID, 'u')], [value(O, 'b')], [value(CN, '7', NUMERIC)], [value(UID, '')]),
  )
  expect(read).toEqual({ commonName: '7', organizations: ['a', 'b'], uids: ['u', ''] })
})

test('what is signed has what crypto/x509 knows, in its order and form', () => {
  const signed = signedName(
    name([value(UID, 'u')], [value(SERIAL, '7')], [value(CN, 'x')], [value(O, 'b*')], [value(CN, 'y')], [value(O, 'a')]),
  )
  const printable = 0x13
  expect(signed.toString('hex')).toBe(
    name([value(O, 'a', printable), value(O, 'b*')], [value(CN, 'y', printable)], [value(SERIAL, '7', printable)]).toString('hex'),
  )
})

test('nothing stays nothing, and an empty common name is none', () => {
  expect(signedName(name()).toString('hex')).toBe('3000')
  expect(signedName(name([value(CN, 'x')], [value(CN, '')])).toString('hex')).toBe('3000')
  expect(signedName(name([value(O, 'g', 0x04)])).toString('hex')).toBe('3000')
})

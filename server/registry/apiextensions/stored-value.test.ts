import { expect, test } from 'vitest'
import { encodeAny } from '../../codec/cbor/index.ts'
import { parseNumbers } from '../../machinery/numbers.ts'
import { decodeStored, storedJson } from './stored-value.ts'

const object =
  '{"apiVersion":"g/v1","kind":"Thing","metadata":{"name":"x","uid":"u"},"spec":{"big":9007199254740993,"f":1.5,"n":null,"o":3}}'

test('what was stored in CBOR is shown as what was stored in JSON', () => {
  const bytes = encodeAny(parseNumbers(object))
  expect(storedJson(bytes).toString()).toBe(object)
  expect(storedJson(Buffer.from(object)).toString()).toBe(object)
  const { json, stale, rvStart, rvEnd } = decodeStored(bytes, 7)
  expect(json).toEqual(decodeStored(Buffer.from(object), 7).json)
  expect(json.subarray(rvStart, rvEnd).toString()).toBe('7')
  // It would not be written so now.
  expect(stale).toBe(true)
  expect(decodeStored(Buffer.from(object), 7).stale).toBeUndefined()
})

test('a float that has no fraction is written as Go writes it', () => {
  expect(storedJson(encodeAny(parseNumbers('{"a":3.0}'))).toString()).toBe('{"a":3}')
})

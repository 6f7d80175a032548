import { describe, expect, test } from 'vitest'
import { dataBytes, dataEntries, withoutValues, withoutValuesOfBoth } from './secret-values.ts'

const secret = {
  kind: 'Secret',
  metadata: { name: 's', annotations: { a: 'b', 'kubectl.kubernetes.io/last-applied-configuration': '{"stringData":{"p":"hunter2"}}' } },
  data: { password: btoa('hunter2'), key: btoa('\xff\xfe\x00') },
}

describe('the values of Secrets and ConfigMaps', () => {
  test('a Secret is decoded; what is not text has only its size', () => {
    expect(dataEntries(secret, true)).toEqual([
      { key: 'key', bytes: 3, text: undefined },
      { key: 'password', bytes: 7, text: 'hunter2' },
    ])
  })
  test('a ConfigMap holds text as it is and binaryData in base64', () => {
    expect(dataEntries({ data: { b: 'é' }, binaryData: { a: btoa('xy') } }, false)).toEqual([
      { key: 'a', bytes: 2, text: 'xy' },
      { key: 'b', bytes: 2, text: 'é' },
    ])
  })
  test('bytes are those that were stored: a byte order mark is one of the text, what is no text is whole', () => {
    const marked = { data: { a: btoa('\xef\xbb\xbfx'), b: btoa('\xff\x00') } }
    expect(dataEntries(marked, true)[0]).toEqual({ key: 'a', bytes: 4, text: '\ufeffx' })
    expect([...(dataBytes(marked, true, 'b') ?? [])]).toEqual([255, 0])
    const map = { data: { a: 'é', c: '1' }, binaryData: { b: btoa('\xff') } }
    expect(['a', 'b'].map((key) => [...(dataBytes(map, false, key) ?? [])])).toEqual([[0xc3, 0xa9], [255]])
    expect([dataBytes(map, false, 'none'), dataBytes(undefined, true, 'a')]).toEqual([undefined, undefined])
  })
  test('an object without data has no entries', () => {
    expect([dataEntries({}, true), dataEntries(undefined, false), dataEntries({ data: null }, true)]).toEqual([[], [], []])
  })
  test('no value of a Secret is left in the copy that is shown, nor in the applied copy', () => {
    const text = JSON.stringify(withoutValues(secret))
    expect(text).not.toContain('hunter2')
    expect(text).not.toContain(btoa('hunter2'))
    expect(withoutValues(secret)).toMatchObject({ metadata: { annotations: { a: 'b' } }, data: { password: '••• (7 B)' } })
  })
  test('of two versions the values that differ can be told, and none can be read', () => {
    const next = { ...secret, data: { ...secret.data, password: btoa('hunter3') } }
    const [old, marked] = withoutValuesOfBoth(secret, next)
    expect(old).toMatchObject({ data: { password: '••• (7 B)', key: '••• (3 B)' } })
    expect(marked).toMatchObject({ data: { password: '••• (7 B) ≠', key: '••• (3 B)' } })
    expect(JSON.stringify([old, marked])).not.toMatch(/hunter/)
  })
})

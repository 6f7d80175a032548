import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isStatusError } from '../machinery/status.ts'
import { bodyMediaType, negotiate, parseAccept } from './negotiation.ts'

const JSON_TYPE = 'application/json'
const PROTOBUF = 'application/vnd.kubernetes.protobuf'
const table = (version: string): string => `${JSON_TYPE};as=Table;v=${version};g=meta.k8s.io`

test('only short headers are remembered, and their number is bounded', () => {
  const equal = (accept: string): boolean => negotiate(accept) === negotiate(accept)
  expect(equal(`${JSON_TYPE};q=0.9`)).toBe(true)
  const long = `${JSON_TYPE};x=${'y'.repeat(300)}`
  expect(negotiate(long)).toMatchObject({ media: JSON_TYPE })
  expect(equal(long)).toBe(false)
})

test('what comes after very many clauses does not count', () => {
  expect(negotiate(`${'text/html,'.repeat(100)}application/yaml`).media).toBe('application/yaml')
  expect(() => negotiate(`${'text/html,'.repeat(200)}application/yaml`)).toThrow('Not Acceptable')
})

describe('the answer to an Accept header', () => {
  test.each([
    [undefined, JSON_TYPE],
    ['', JSON_TYPE],
    ['*/*', JSON_TYPE],
    ['application/yaml', 'application/yaml'],
    [PROTOBUF, PROTOBUF],
    [`${PROTOBUF},${JSON_TYPE}`, PROTOBUF],
    [`${JSON_TYPE};q=0.1,application/yaml`, 'application/yaml'],
    ['text/html,application/xhtml+xml,*/*;q=0.8', JSON_TYPE],
    ['text/html, application/json', JSON_TYPE],
    [`${JSON_TYPE};q=0`, JSON_TYPE],
    [`*/*,application/yaml;q=0.1`, 'application/yaml'],
    [`application/yaml;q=0,${JSON_TYPE}`, JSON_TYPE],
  ])('%s is %s', (accept, media) => {
    expect(negotiate(accept)).toMatchObject({ media, as: undefined })
  })

  test.each([
    [table('v1'), { as: 'Table', version: 'v1' }],
    [table('v1beta1'), { as: 'Table', version: 'v1beta1' }],
    [`${table('v9')},${JSON_TYPE}`, { as: undefined }],
    // kubectl get asks so.
    [`${table('v1')},${table('v1beta1')},${JSON_TYPE}`, { as: 'Table', version: 'v1' }],
    [`${PROTOBUF};as=Table;v=v1;g=meta.k8s.io,${JSON_TYPE}`, { media: JSON_TYPE, as: undefined }],
    [`${PROTOBUF};as=PartialObjectMetadata;v=v1;g=meta.k8s.io`, { media: PROTOBUF, as: 'PartialObjectMetadata' }],
    [`${JSON_TYPE};pretty=1`, { pretty: true }],
  ])('%s', (accept, form) => {
    expect(negotiate(accept)).toMatchObject(form)
  })

  test.each([
    ['text/plain', '406: Not Acceptable'],
    ['APPLICATION/JSON', '406: Not Acceptable'],
    ['application/*', '406: Not Acceptable'],
    [table('v9'), 'only the following media types are accepted: application/json, application/yaml, application/vnd.kubernetes.protobuf'],
  ])('%s cannot be had', (accept, text) => {
    expect(() => negotiate(accept)).toThrow(text)
  })

  test('errors and documents know no tables', () => {
    expect(() => negotiate(table('v1'), { transforms: false })).toThrow('only the following media types')
    expect(negotiate(`${table('v1')},${JSON_TYPE}`, { transforms: false })).toMatchObject({ as: undefined })
    expect(negotiate('application/*', { transforms: false, routes: false })).toMatchObject({ media: JSON_TYPE })
  })

  test('where there are watches, the error names them', () => {
    expect(() => negotiate('text/plain', { streams: true })).toThrow('application/json;stream=watch')
    expect(() => negotiate('text/plain')).not.toThrow('stream=watch')
  })

  describe('behind its gate', () => {
    const cbor = { cbor: true }
    test('CBOR is had when the gate is open', () => {
      expect(negotiate('application/cbor', cbor)).toMatchObject({ media: 'application/cbor' })
      expect(negotiate('application/json;q=0.9,application/cbor;q=1', cbor)).toMatchObject({ media: 'application/cbor' })
      expect(negotiate('application/cbor;as=PartialObjectMetadata;v=v1;g=meta.k8s.io', cbor)).toMatchObject({ media: 'application/cbor' })
      expect(negotiate('*/*', cbor)).toMatchObject({ media: JSON_TYPE })
      expect(bodyMediaType('application/cbor', true)).toBe('application/cbor')
    })

    test('and not when it is closed, whoever asked before', () => {
      expect(() => negotiate('application/cbor')).toThrow('406: Not Acceptable')
      expect(negotiate('application/json;q=0.9,application/cbor;q=1')).toMatchObject({ media: JSON_TYPE })
    })

    test('it is no Table, and a sequence is nothing to ask for', () => {
      expect(() => negotiate('application/cbor;as=Table;v=v1;g=meta.k8s.io', cbor)).toThrow('only the following media types are accepted')
      expect(() => negotiate('application/cbor-seq', cbor)).toThrow('406: Not Acceptable')
      expect(() => negotiate('application/cbor-seq', { ...cbor, streams: true })).toThrow('only the following media types are accepted')
      expect(() => negotiate('text/plain', { ...cbor, streams: true })).toThrow(/, application\/cbor-seq$/)
    })
  })

  test('any header is answered or refused with 406, the same each time', () => {
    const part = fc.constantFrom(
      'application/json',
      'application/yaml',
      PROTOBUF,
      '*/*',
      'a/b',
      ';as=Table',
      ';v=v1',
      ';g=meta.k8s.io',
      ';q=0',
      ';q=0.5',
      ';q=x',
      ',',
      ';',
      '=',
    )
    const outcome = (accept: string): unknown => {
      let found
      try {
        found = negotiate(accept)
      } catch (e) {
        expect(isStatusError(e) && e.code).toBe(406)
        return (e as Error).message
      }
      expect([JSON_TYPE, 'application/yaml', PROTOBUF]).toContain(found.media)
      return found
    }
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(part).map((p) => p.join('')),
        ),
        (accept) => {
          expect(outcome(accept)).toEqual(outcome(accept))
        },
      ),
    )
  })

  test('clauses come best first, equal ones in their order', () => {
    expect(parseAccept('a/b;q=0.5,c/d,*/*,e/f').map((c) => `${c.type}/${c.subType}`)).toEqual(['c/d', 'e/f', '*/*', 'a/b'])
  })
})

describe('the type of a body', () => {
  test.each([
    [undefined, JSON_TYPE],
    ['', JSON_TYPE],
    ['application/json; charset=utf-8', JSON_TYPE],
    ['Application/YAML', 'application/yaml'],
  ])('%s is %s', (header, media) => {
    expect(bodyMediaType(header)).toBe(media)
  })

  test.each(['text/plain', ';;', 'application/cbor'])('%s is a 415', (header) => {
    expect(() => bodyMediaType(header)).toThrow(
      'the body of the request was in an unknown format - accepted media types include: application/json',
    )
  })
})

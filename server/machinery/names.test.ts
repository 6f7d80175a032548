import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import * as names from './names.ts'

describe('names', () => {
  test('labels and subdomains', () => {
    expect(names.dns1123LabelErrors('a-1')).toEqual([])
    expect(names.dns1123LabelErrors('a.b')).toEqual(['must not contain dots'])
    expect(names.dns1123LabelErrors('A')).toEqual([
      "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')",
    ])
    expect(names.dns1123LabelErrors('a'.repeat(64))).toEqual(['must be no more than 63 characters'])
    expect(names.dns1123SubdomainErrors('a.b-c')).toEqual([])
    expect(names.dns1123SubdomainErrors('a_b')).toHaveLength(1)
    expect(names.dns1035LabelErrors('1a')).toHaveLength(1)
  })

  test('qualified names name the part that is wrong', () => {
    expect(names.qualifiedNameErrors('example.com/Name_1')).toEqual([])
    expect(names.qualifiedNameErrors('/a')).toEqual(['prefix part must be non-empty'])
    expect(names.qualifiedNameErrors('a/')[0]).toBe('name part must be non-empty')
    expect(names.qualifiedNameErrors('a/')).toHaveLength(2)
    expect(names.qualifiedNameErrors('a/b/c')[0]).toMatch(/^a valid label key must consist of .* with an optional DNS subdomain prefix/)
    expect(names.qualifiedNameErrors(`x/${'a'.repeat(64)}`)).toEqual(['name part must be no more than 63 bytes'])
  })

  test('generateName may end in a dash', () => {
    expect(names.nameIsSubdomain('web-', true)).toEqual([])
    expect(names.nameIsSubdomain('web-', false)).toHaveLength(1)
  })

  test('ports, ids, keys', () => {
    expect(names.portNumberErrors(0)).toEqual(['must be between 1 and 65535, inclusive'])
    expect(names.portNameErrors('80')).toEqual(['must contain at least one letter (a-z)'])
    expect(names.idErrors(-1)).toEqual(['must be between 0 and 2147483647, inclusive'])
    expect(names.configMapKeyErrors('..')).toEqual(["must not be '..'"])
    expect(names.relaxedEnvVarNameErrors('a=b')).toHaveLength(1)
    expect(names.pathSegmentErrors('a/%')).toEqual(["may not contain '/'", "may not contain '%'"])
  })

  test('a valid label is a valid subdomain, qualified name and label value', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z0-9]([-a-z0-9]{0,20}[a-z0-9])?$/), (s) => {
        expect(names.dns1123LabelErrors(s)).toEqual([])
        expect(names.dns1123SubdomainErrors(s)).toEqual([])
        expect(names.qualifiedNameErrors(s)).toEqual([])
        expect(names.labelValueErrors(s)).toEqual([])
      }),
    )
  })
})

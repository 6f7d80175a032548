import { describe, expect, test } from 'vitest'
import { askedFor, compareLevels, levelVersionText, parseVersion, policyOf, type LevelVersion, type Policy } from './policy.ts'

const lenient: LevelVersion = { level: 'privileged', version: 'latest' }
const defaults: Policy = { enforce: lenient, audit: lenient, warn: lenient }
const label = (labels: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(labels).map(([k, v]) => [`pod-security.kubernetes.io/${k}`, v]))
const texts = (labels: Record<string, string>): string[] => {
  const { policy } = policyOf(label(labels), defaults)
  return [policy.enforce, policy.audit, policy.warn].map(levelVersionText)
}

describe('labels of a namespace', () => {
  test.each<[string, Record<string, string>, string[]]>([
    ['none', {}, ['privileged:latest', 'privileged:latest', 'privileged:latest']],
    [
      'what is enforced is warned of',
      { enforce: 'baseline', 'enforce-version': 'v1.30' },
      ['baseline:v1.30', 'privileged:latest', 'baseline:v1.30'],
    ],
    [
      'with the version of warnings',
      { enforce: 'baseline', 'warn-version': 'v1.7' },
      ['baseline:latest', 'privileged:latest', 'baseline:v1.7'],
    ],
    [
      'unless warnings say otherwise',
      { enforce: 'restricted', warn: 'baseline' },
      ['restricted:latest', 'privileged:latest', 'baseline:latest'],
    ],
    [
      'a bad level is the strictest where it counts',
      { enforce: 'x', audit: 'x', warn: 'x' },
      ['restricted:latest', 'privileged:latest', 'privileged:latest'],
    ],
    [
      'a bad version is the latest',
      { 'enforce-version': '1', audit: 'baseline', 'audit-version': '' },
      ['privileged:latest', 'baseline:latest', 'privileged:latest'],
    ],
  ])('%s', (_, labels, policy) => {
    expect(texts(labels)).toEqual(policy)
  })

  test('what cannot be read is told', () => {
    expect(policyOf(label({ enforce: 'Strict', 'warn-version': 'v2.0' }), defaults).errors).toEqual([
      {
        type: 'FieldValueInvalid',
        field: 'metadata.labels[pod-security.kubernetes.io/enforce]',
        body: 'Invalid value: "Strict": must be one of privileged, baseline, restricted',
      },
      {
        type: 'FieldValueInvalid',
        field: 'metadata.labels[pod-security.kubernetes.io/warn-version]',
        body: 'Invalid value: "v2.0": must be "latest" or "v1.x"',
      },
    ])
  })

  test('defaults hold where labels say nothing', () => {
    const strict: Policy = { ...defaults, enforce: { level: 'baseline', version: 20 }, warn: { level: 'restricted', version: 'latest' } }
    expect(policyOf({}, strict).policy).toEqual(strict)
    expect(policyOf(label({ enforce: 'baseline' }), strict).policy).toEqual(strict)
  })

  test('a policy in short names what labels ask for', () => {
    const labels = label({ enforce: 'baseline', 'warn-version': 'v1.3', audit: 'privileged' })
    expect(askedFor(policyOf(labels, defaults).policy, labels)).toBe('enforce=baseline:latest, warn=baseline:v1.3')
  })
})

test.each<[string, number | 'latest' | undefined]>([
  ['latest', 'latest'],
  ['v1.0', 0],
  ['v1.37', 37],
  ['v1.037', undefined],
  ['v1.', undefined],
  ['v1.9223372036854775808', undefined],
  [`v1.${'9'.repeat(63)}`, undefined],
  ['1.3', undefined],
])('version %s', (text, version) => {
  expect(parseVersion(text)).toBe(version)
})

test('levels by their strictness', () => {
  expect(compareLevels('privileged', 'baseline')).toBeLessThan(0)
  expect(compareLevels('restricted', 'baseline')).toBeGreaterThan(0)
  expect(compareLevels('baseline', 'baseline')).toBe(0)
})

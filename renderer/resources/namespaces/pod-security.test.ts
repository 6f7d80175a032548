import { expect, test } from 'vitest'
import { readVerdict, trialChange, trialVersion, wishedLabels, wishOf } from './pod-security.ts'

const enforce = 'pod-security.kubernetes.io/enforce'
const version = 'pod-security.kubernetes.io/enforce-version'

// The server looks at no pod when the policy stays, or is relaxed at the same version.
test.each<[string, Record<string, string> | undefined, string, string | undefined, string]>([
  ['no label: whatever the default is, this is another version', undefined, 'baseline', '37', 'v1.37'],
  ['the level that is in force', { [enforce]: 'baseline' }, 'baseline', '37', 'v1.37'],
  ['a stricter one', { [enforce]: 'baseline' }, 'restricted', '37', 'latest'],
  ['a stricter one, pinned', { [enforce]: 'baseline', [version]: 'v1.25' }, 'restricted', '37', 'v1.25'],
  ['a laxer one', { [enforce]: 'restricted', [version]: 'latest' }, 'baseline', '37', 'v1.37'],
  ['the level in force, pinned to the newest', { [enforce]: 'restricted', [version]: 'v1.37' }, 'restricted', '37', 'latest'],
  ['the level in force, pinned', { [enforce]: 'restricted', [version]: 'v1.25' }, 'restricted', '37', 'latest'],
  ['a server that does not say its version', undefined, 'restricted', undefined, 'latest'],
])('%s', (_, labels, level, minor, tried) => expect(trialVersion(labels, level, minor)).toBe(tried))

test('a trial changes the labels of one level and no others', () => {
  expect(trialChange('/api/v1/namespaces/a', 'restricted', 'latest').body).toEqual({
    metadata: { labels: { [enforce]: 'restricted', [version]: 'latest' } },
  })
})

test('the warnings name pods and their checks', () => {
  expect(
    readVerdict([
      'new PodSecurity enforce level only checked against the first 3000 of 4211 existing pods',
      'existing pods in namespace "quay" violate the new PodSecurity enforce level "restricted:latest"',
      'crane: privileged, allowPrivilegeEscalation != false, seccompProfile',
      'winch-0 (and 1 other pod): host namespaces',
      'hull (and 40 other pods): hostPath volumes',
      'namespace "quay" is exempt from Pod Security, and the policy (enforce=restricted:latest) will be ignored',
    ]),
  ).toEqual({
    partly: { checked: 3000, total: 4211 },
    failing: [
      { pod: 'crane', others: 0, checks: ['privileged', 'allowPrivilegeEscalation != false', 'seccompProfile'] },
      { pod: 'winch-0', others: 1, checks: ['host namespaces'] },
      { pod: 'hull', others: 40, checks: ['hostPath volumes'] },
    ],
    notes: ['namespace "quay" is exempt from Pod Security, and the policy (enforce=restricted:latest) will be ignored'],
  })
  expect(readVerdict([])).toEqual({ failing: [], partly: undefined, notes: [] })
})

test('a wish comes to the labels that differ, and a level that goes takes its version with it', () => {
  const labels = { [enforce]: 'baseline', [version]: 'v1.30', app: 'quay' }
  const wish = wishOf(labels)
  expect(wishedLabels(labels, wish)).toBeUndefined()
  expect(wishedLabels(labels, { ...wish, enforce: { level: '', version: 'v1.30' } })).toEqual({ [enforce]: null, [version]: null })
  expect(wishedLabels(labels, { ...wish, warn: { level: 'restricted', version: '' } })).toEqual({
    'pod-security.kubernetes.io/warn': 'restricted',
  })
  expect(wishedLabels(undefined, { ...wishOf(undefined), audit: { level: '', version: 'v1.30' } })).toBeUndefined()
})

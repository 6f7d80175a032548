import { expect, test } from 'vitest'
import { lineStatus, quotaLines, quotaStatus, type ResourceQuota, scopeTexts } from './quota.ts'

const quota = (hard: Record<string, string>, used?: Record<string, string>): ResourceQuota => ({
  metadata: { name: 'q' },
  spec: { hard },
  ...(used ? { status: { hard, used } } : {}),
})

test('the fullest resource comes first, with what is left in its own unit', () => {
  const lines = quotaLines(
    quota(
      {
        pods: '10',
        'requests.cpu': '2',
        'limits.memory': '4Gi',
        'gold.storageclass.storage.k8s.io/requests.storage': '1Ti',
        'count/jobs.batch': '0',
      },
      {
        pods: '3',
        'requests.cpu': '1900m',
        'limits.memory': '1Gi',
        'gold.storageclass.storage.k8s.io/requests.storage': '1Gi',
        'count/jobs.batch': '0',
      },
    ),
  )
  expect(lines.map(({ resource, left }) => [resource, left])).toEqual([
    ['requests.cpu', '100m'],
    ['pods', '7'],
    ['limits.memory', '3.0 GiB'],
    ['gold.storageclass.storage.k8s.io/requests.storage', '1023 GiB'],
    ['count/jobs.batch', '0'],
  ])
  expect(lines.map((line) => lineStatus(line)?.text)).toEqual(['NearLimit', 'WithinLimit', 'WithinLimit', 'WithinLimit', undefined])
})

test.each<[string, Record<string, string> | undefined, string, string]>([
  ['10', undefined, 'NotCounted', 'muted'],
  ['10', { pods: '9' }, 'WithinLimit', 'ok'],
  ['100', { pods: '91' }, 'NearLimit', 'warn'],
  ['10', { pods: '10' }, 'Exhausted', 'warn'],
  ['10', { pods: '11' }, 'Exceeded', 'bad'],
  ['0', { pods: '1' }, 'Exceeded', 'bad'],
  // Nothing is granted and nothing used: a ban, not an edge.
  ['0', { pods: '0' }, 'WithinLimit', 'ok'],
])('%s pods, used %j: %s', (hard, used, text, tone) => expect(quotaStatus(quota({ pods: hard }, used))).toEqual({ text, tone }))

test('a resource that was just added is there, and not counted', () => {
  const changed = { ...quota({ pods: '5', services: '2' }), status: { hard: { pods: '4' }, used: { pods: '4' } } }
  expect(quotaLines(changed).map(({ resource, hard, used }) => [resource, hard, used])).toEqual([
    ['pods', '5', '4'],
    ['services', '2', undefined],
  ])
})

test('scopes in the words of the API', () => {
  const scoped: ResourceQuota = {
    metadata: { name: 'q' },
    spec: {
      scopes: ['NotTerminating'],
      scopeSelector: {
        matchExpressions: [
          { scopeName: 'PriorityClass', operator: 'In', values: ['high', 'low'] },
          { scopeName: 'BestEffort', operator: 'Exists' },
        ],
      },
    },
  }
  expect(scopeTexts(scoped)).toEqual(['NotTerminating', 'PriorityClass In (high, low)', 'BestEffort Exists'])
})

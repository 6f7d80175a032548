import { expect, test } from 'vitest'
import { ruleCells } from './rules.ts'

test.each([
  [{ apiGroups: [''], resources: ['pods', 'pods/log'], verbs: ['get', 'list'] }, ['pods, pods/log', '', 'get, list']],
  [{ apiGroups: ['apps'], resources: ['deployments/scale'], resourceNames: ['web'], verbs: ['*'] }, ['deployments.apps/scale', 'web', '*']],
  [{ apiGroups: ['', 'batch'], resources: ['jobs'], verbs: [] }, ['jobs, jobs.batch', '', '']],
  [{ apiGroups: ['*'], resources: ['*'], verbs: ['*'] }, ['*.*', '', '*']],
  [{ nonResourceURLs: ['/healthz', '/metrics'], verbs: ['get'] }, ['/healthz, /metrics', '', 'get']],
])('%j', (rule, cells) => expect(ruleCells(rule)).toEqual(cells))

import { expect, test } from 'vitest'
import type { RuleObject } from './contract.ts'
import { Rule, type Matched } from './rules.ts'

const POD: Matched = { operation: 'CREATE', group: '', version: 'v1', resource: 'pods', subresource: '', namespace: 'n' }
const all: RuleObject = { operations: ['*'], apiGroups: ['*'], apiVersions: ['*'], resources: ['*'] }

test.each<[string, Partial<RuleObject>, Partial<Matched>, boolean]>([
  ['everything', {}, {}, true],
  ['an operation', { operations: ['UPDATE', 'CREATE'] }, {}, true],
  ['another operation', { operations: ['UPDATE'] }, {}, false],
  ['the core group', { apiGroups: [''] }, {}, true],
  ['another group', { apiGroups: ['apps'] }, {}, false],
  ['another version', { apiVersions: ['v2'] }, {}, false],
  ['all resources, of a subresource', {}, { subresource: 'status' }, false],
  ['everything below', { resources: ['*/*'] }, { subresource: 'status' }, true],
  ['everything below, of the object itself', { resources: ['*/*'] }, {}, true],
  ['below one resource', { resources: ['pods/*'] }, { subresource: 'log' }, true],
  ['below another resource', { resources: ['nodes/*'] }, { subresource: 'log' }, false],
  ['a subresource of all', { resources: ['*/scale'] }, { subresource: 'scale' }, true],
  ['a subresource', { resources: ['pods/exec'] }, { subresource: 'attach' }, false],
  ['a name that is longer', { resources: ['pod'] }, {}, false],
  ['what is in a namespace', { scope: 'Namespaced' }, {}, true],
  ['what is of the cluster', { scope: 'Cluster' }, {}, false],
  ['of the cluster, a node', { scope: 'Cluster' }, { resource: 'nodes', namespace: '' }, true],
  ['of the cluster, a namespace', { scope: 'Cluster' }, { resource: 'namespaces', namespace: 'n' }, true],
  ['in a namespace, a namespace', { scope: 'Namespaced' }, { resource: 'namespaces', namespace: 'n' }, false],
])('%s', (_, rule, matched, outcome) => {
  expect(new Rule({ ...all, ...rule }).matches({ ...POD, ...matched })).toBe(outcome)
})

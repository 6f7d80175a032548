import { describe, expect, test } from 'vitest'
import { kindWord } from './kind-word.ts'

describe('a kind as a word', () => {
  test.each([
    ['Pod', 'pods', 1, 'Pod'],
    ['Pod', 'pods', 0, 'Pods'],
    ['Pod', 'pods', 40, 'Pods'],
    ['Ingress', 'ingresses', 2, 'Ingresses'],
    ['NetworkPolicy', 'networkpolicies', 3, 'NetworkPolicies'],
    ['Endpoints', 'endpoints', 2, 'Endpoints'],
    ['EndpointSlice', 'endpointslices', 2, 'EndpointSlices'],
    ['PriorityLevelConfiguration', 'prioritylevelconfigurations', 1, 'PriorityLevelConfiguration'],
    ['Person', 'people', 2, 'People'],
    ['Ox', 'kine', 2, 'kine'],
  ])('%s, %s: %d %s', (kind, plural, count, word) => expect(kindWord({ kind, plural }, count, 'en')).toBe(word))

  test('Chinese has no plural', () => {
    expect([0, 1, 2].map((n) => kindWord({ kind: 'Pod', plural: 'pods' }, n, 'zh-CN'))).toEqual(['Pod', 'Pod', 'Pod'])
  })
})

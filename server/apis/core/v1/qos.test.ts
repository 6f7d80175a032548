import { describe, expect, test } from 'vitest'
import { podQos } from './qos.ts'
import type { ResourceRequirements } from './types.ts'

const pod = (...resources: ResourceRequirements[]): { containers: { resources: ResourceRequirements }[] } => ({
  containers: resources.map((r) => ({ resources: r })),
})
const full = { requests: { cpu: '1', memory: '1Gi' }, limits: { cpu: '1000m', memory: '1024Mi' } }

describe('quality of service', () => {
  test('follows from every container', () => {
    expect(podQos(pod({}))).toBe('BestEffort')
    expect(podQos(pod(full))).toBe('Guaranteed')
    expect(podQos(pod(full, {}))).toBe('Burstable')
    expect(podQos(pod({ requests: { cpu: '0' } }))).toBe('BestEffort')
    expect(podQos(pod({ limits: { cpu: '1' } }))).toBe('Burstable')
    expect(podQos({ ...pod(full), initContainers: [{ resources: { requests: { cpu: '1' } } }] })).toBe('Burstable')
  })

  test('pod-level resources decide alone', () => {
    expect(podQos({ ...pod({}), resources: full })).toBe('Guaranteed')
    expect(podQos({ ...pod(full), resources: { requests: { cpu: '1' } } })).toBe('Burstable')
  })
})

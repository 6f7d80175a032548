import { expect, test } from 'vitest'
import type { DeviceClass, ResourceClaim, ResourceSlice } from '../../../client/objects-resource.ts'
import { SchedulerCache } from '../../cache.ts'
import { CycleState, type Plugin } from '../../framework.ts'
import { podInfo } from '../../pod-info.ts'
import { testHandle } from '../../testing/handle.ts'
import { makeNode, makePod } from '../../testing/objects.ts'
import { nodeResourcesBalancedAllocation } from '../node-resources-balanced-allocation/node-resources-balanced-allocation.ts'
import { nodeResourcesFit } from '../node-resources-fit/node-resources-fit.ts'

const GPU = 'example.com/gpu'
const DRIVER = 'gpu.example.com'
const slice = (node: string, driver: string, n: number): ResourceSlice => ({
  metadata: { name: `${node}-${driver}`, uid: `${node}-${driver}` },
  spec: {
    ...{ driver, nodeName: node, pool: { name: node, generation: 1, resourceSliceCount: 1 } },
    devices: Array.from({ length: n }, (_, i) => ({ name: `d${i}` })),
  },
})
/** Where the nodes are chosen by each device. */
const spread: ResourceSlice = {
  metadata: { name: 'spread', uid: 'spread' },
  spec: {
    ...{ driver: DRIVER, perDeviceNodeSelection: true, pool: { name: 'spread', generation: 1, resourceSliceCount: 1 } },
    devices: [
      { name: 'd0', nodeName: 'near' },
      { name: 'd1', nodeName: 'other' },
    ],
  },
}
const gpuClass: DeviceClass = {
  metadata: { name: 'gpu' },
  spec: { extendedResourceName: GPU, selectors: [{ cel: { expression: `device.driver == "${DRIVER}"` } }] },
}
const holding = (pool: string, devices: string[]): ResourceClaim => ({
  metadata: { name: pool, namespace: 'default', uid: pool },
  status: { allocation: { devices: { results: devices.map((device) => ({ request: 'r', driver: DRIVER, pool, device })) } } },
})

const cache = new SchedulerCache()
for (const name of ['half', 'free', 'near', 'bare']) cache.setNode(makeNode(name))
cache.setNode(makeNode('own', { allocatable: { [GPU]: '2' } }))
const handle = testHandle(cache, {
  deviceClasses: [gpuClass],
  resourceSlices: [
    slice('half', DRIVER, 4),
    slice('free', DRIVER, 4),
    slice('free', 'nic.example.com', 9),
    slice('own', DRIVER, 8),
    spread,
  ],
  resourceClaims: [holding('half', ['d0', 'd1'])],
})
const scores = (plugin: Plugin, requests: Record<string, string>): Record<string, number> => {
  const pod = podInfo(makePod('p', requests))
  const state = new CycleState()
  expect(plugin.preScore!(pod, state, cache.nodes)).toBeUndefined()
  return Object.fromEntries(cache.nodes.map((node) => [node.name, plugin.score!(pod, node, state)]))
}

test('where devices stand for an extended resource, those of the node and those that are taken are weighed', () => {
  const fit = nodeResourcesFit(handle, { scoringStrategy: { type: 'MostAllocated', resources: [{ name: GPU, weight: 1 }] } })
  // One of four beside two that are taken, one of four, the only one; none; one of two that the node has itself.
  expect(scores(fit, { [GPU]: '1' })).toEqual({ half: 75, free: 25, near: 100, bare: 0, own: 50 })
  // A pod that asks for none is not weighed by them.
  expect(scores(fit, { cpu: '1' })).toEqual({ half: 0, free: 0, near: 0, bare: 0, own: 0 })
})

test('what is decided and not written yet is taken, too', () => {
  const fit = nodeResourcesFit(handle, { scoringStrategy: { type: 'MostAllocated', resources: [{ name: GPU, weight: 1 }] } })
  const claim = holding('free', ['d3'])
  handle.claims.decide(claim, claim.status!.allocation!)
  expect(scores(fit, { [GPU]: '1' }).free).toBe(50)
  handle.claims.giveUp(claim)
  expect(scores(fit, { [GPU]: '1' }).free).toBe(25)
})

test('a node is as balanced as its devices are', () => {
  const resources = ['cpu', GPU].map((name) => ({ name, weight: 1 }))
  // With half of the cpu: from 0 and 1/2 to 1/2 and 3/4 (12 better, halved), from 0 and 0 to 1/2 and 1/4 (13 worse), from 0 and 0 to 1/2 and 1.
  expect(scores(nodeResourcesBalancedAllocation(handle, { resources }), { cpu: '2', [GPU]: '1' })).toEqual({
    ...{ half: 81, free: 68, near: 62, bare: 75, own: 75 },
  })
})

test('a class whose selector fails leaves the resource out', () => {
  const broken: DeviceClass = {
    ...gpuClass,
    spec: { ...gpuClass.spec, selectors: [{ cel: { expression: 'device.attributes["a"].b > 1' } }] },
  }
  const other = testHandle(cache, { deviceClasses: [broken], resourceSlices: [slice('free', DRIVER, 4)] })
  const fit = nodeResourcesFit(other, { scoringStrategy: { type: 'MostAllocated', resources: [{ name: GPU, weight: 1 }] } })
  expect(scores(fit, { [GPU]: '1' })).toMatchObject({ free: 0, own: 50 })
})

import { describe, expect, test } from 'vitest'
import type {
  Allocation,
  Device,
  DeviceClass,
  DeviceConstraint,
  DeviceRequest,
  DeviceRequestSpec,
  DeviceTaintRule,
  ResourceClaim,
  ResourceSlice,
} from '../../../client/objects-resource.ts'
import { Store } from '../../../client/store.ts'
import { makeNode } from '../../testing/objects.ts'
import { AllocatedState } from './allocated.ts'
import { Allocator } from './allocator.ts'
import { AllocationError, InvalidPools } from './errors.ts'
import { Pools } from './pools.ts'
import { SelectorCache } from './selectors.ts'

const DRIVER = 'gpu.example.com'
const cel = (expression: string) => ({ cel: { expression } })
const attribute = (name: string): string => `device.attributes["${DRIVER}"].${name}`

type SliceSpec = NonNullable<ResourceSlice['spec']>
const slice = (devices: (Device | string)[], more: Partial<SliceSpec> = {}, name = 'slice'): ResourceSlice => ({
  metadata: { name, uid: name },
  spec: {
    driver: DRIVER,
    pool: { name: 'pool', generation: 1, resourceSliceCount: 1 },
    nodeName: 'n',
    devices: devices.map((d) => (typeof d === 'string' ? { name: d } : d)),
    ...more,
  },
})
const claim = (
  requests: DeviceRequest[],
  more: { constraints?: DeviceConstraint[]; config?: never[] } = {},
  name = 'c',
): ResourceClaim => ({
  metadata: { name, namespace: 'default', uid: name },
  spec: { devices: { requests, ...more } },
})
const one = (spec: DeviceRequestSpec = {}, name = 'r'): DeviceRequest => ({ name, exactly: { deviceClassName: 'gpu', ...spec } })
const gpuClass: DeviceClass = { metadata: { name: 'gpu' }, spec: { selectors: [cel(`device.driver == "${DRIVER}"`)] } }

interface World {
  slices: ResourceSlice[]
  rules?: DeviceTaintRule[]
  taken?: Allocation[]
  classes?: DeviceClass[]
}

function allocate({ slices, rules = [], taken = [], classes = [gpuClass] }: World, ...claims: ResourceClaim[]): Allocation[] | undefined {
  const allocated = new AllocatedState()
  for (const t of taken) allocated.add(t)
  const store = new Store<DeviceClass>()
  for (const c of classes) store.set(c.metadata.name!, c)
  const allocator = new Allocator({ pools: new Pools(slices, rules), allocated, classes: store, selectors: new SelectorCache() })
  return allocator.allocate(makeNode('n', { labels: { zone: 'a' } }), claims)
}
const devices = (allocations: Allocation[] | undefined): string | undefined =>
  allocations?.map((a) => a.devices?.results?.map((r) => r.device).join() ?? '').join('|')
const result = (device: string): Allocation => ({ devices: { results: [{ request: 'r', driver: DRIVER, pool: 'pool', device }] } })

describe('devices are chosen', () => {
  test('by class and selector; the node of a local device goes into the allocation', () => {
    const slices = [
      slice([
        { name: 'a', attributes: { size: { int: 1 } } },
        { name: 'b', attributes: { size: { int: 2 } } },
      ]),
    ]
    expect(allocate({ slices }, claim([one({ selectors: [cel(`${attribute('size')} == 2`)] })]))).toEqual([
      {
        devices: { results: [{ request: 'r', driver: DRIVER, pool: 'pool', device: 'b' }] },
        nodeSelector: { nodeSelectorTerms: [{ matchFields: [{ key: 'metadata.name', operator: 'In', values: ['n'] }] }] },
      },
    ])
    expect(allocate({ slices }, claim([one({ selectors: [cel(`${attribute('size')} == 3`)] })]))).toBeUndefined()
  })

  test('none twice, over claims, requests and what others have', () => {
    const slices = [slice(['a', 'b', 'c', 'd'])]
    const two = claim([one({ count: 2 }), one({}, 's')], {}, 'two')
    expect(devices(allocate({ slices, taken: [result('b')] }, two))).toBe('a,c,d')
    expect(allocate({ slices, taken: [result('b')] }, two, claim([one()]))).toBeUndefined()
    expect(devices(allocate({ slices: [slice(['a'])], taken: [result('a')] }, claim([one({ adminAccess: true })])))).toBe('a')
  })

  test('going back where the first choice leads nowhere', () => {
    const slices = [
      slice([
        { name: 'a', attributes: { fast: { bool: true } } },
        { name: 'b', attributes: { fast: { bool: false } } },
      ]),
    ]
    const picky = one({ selectors: [cel(attribute('fast'))] }, 'picky')
    expect(devices(allocate({ slices }, claim([one(), picky])))).toBe('b,a')
  })

  test('all of them, or not at all', () => {
    const all = claim([one({ allocationMode: 'All' })])
    expect(devices(allocate({ slices: [slice(['a', 'b'])] }, all))).toBe('a,b')
    expect(allocate({ slices: [slice(['a', 'b'])], taken: [result('b')] }, all)).toBeUndefined()
    expect(allocate({ slices: [slice([])] }, all)).toBeUndefined()
    const half = [slice(['a'], { pool: { name: 'pool', generation: 1, resourceSliceCount: 2 } })]
    expect(() => allocate({ slices: half }, all)).toThrow(
      'claim default/c, request r: asks for all devices, but resource pool gpu.example.com/pool is currently being updated',
    )
    expect(allocate({ slices: half }, claim([one()]))).toBeUndefined()
  })

  test('the first alternative that can be had', () => {
    const firstAvailable = [
      { name: 'two', deviceClassName: 'gpu', count: 2 },
      { name: 'one', deviceClassName: 'gpu' },
    ]
    const made = (names: string[]) => allocate({ slices: [slice(names)] }, claim([{ name: 'r', firstAvailable }]))?.[0]?.devices?.results
    expect(made(['a', 'b'])?.map((r) => r.request)).toEqual(['r/two', 'r/two'])
    expect(made(['a'])?.map((r) => r.request)).toEqual(['r/one'])
  })

  test('alike, or not alike', () => {
    const numa = (name: string, n: number): Device => ({ name, attributes: { numa: { int: n } } })
    const slices = [slice([numa('a', 0), numa('b', 1), numa('c', 1)])]
    const pair = (c: DeviceConstraint) => claim([one({ count: 2 })], { constraints: [c] })
    expect(devices(allocate({ slices }, pair({ matchAttribute: `${DRIVER}/numa` })))).toBe('b,c')
    expect(devices(allocate({ slices }, pair({ distinctAttribute: `${DRIVER}/numa` })))).toBe('a,b')
    expect(allocate({ slices }, pair({ matchAttribute: 'other.example.com/numa' }))).toBeUndefined()
  })
})

describe('devices are left alone', () => {
  test('that have a taint of their own or by a rule, unless it is tolerated', () => {
    const taint = { key: 'sick', value: 'yes', effect: 'NoSchedule' }
    const slices = [slice([{ name: 'a', taints: [taint] }, 'b'])]
    expect(devices(allocate({ slices }, claim([one()])))).toBe('b')
    const rules = [{ metadata: { name: 'r' }, spec: { deviceSelector: { device: 'b' }, taint: { ...taint, effect: 'NoExecute' } } }]
    expect(allocate({ slices, rules }, claim([one()]))).toBeUndefined()
    const tolerations = [{ key: 'sick', operator: 'Exists' }]
    expect(allocate({ slices, rules }, claim([one({ tolerations })]))?.[0]?.devices?.results?.[0]).toMatchObject({
      device: 'a',
      tolerations,
    })
  })

  test('that other nodes have', () => {
    const inZone = (value: string) => ({ nodeSelectorTerms: [{ matchExpressions: [{ key: 'zone', operator: 'In', values: [value] }] }] })
    const network = (zone: string): ResourceSlice => {
      const { nodeName: _, ...spec } = slice(['a'], { nodeSelector: inZone(zone) }).spec!
      return { ...slice([]), spec }
    }
    expect(allocate({ slices: [network('b')] }, claim([one()]))).toBeUndefined()
    expect(allocate({ slices: [network('a')] }, claim([one()]))?.[0]?.nodeSelector).toEqual(inZone('a'))
    const { nodeName: _, ...spec } = slice(
      [
        { name: 'a', nodeName: 'm' },
        { name: 'b', allNodes: true },
      ],
      { perDeviceNodeSelection: true },
    ).spec!
    expect(devices(allocate({ slices: [{ ...slice([]), spec }] }, claim([one()])))).toBe('b')
  })

  test('whose slices are older, incomplete or contradict each other', () => {
    const pool = { name: 'pool', generation: 2, resourceSliceCount: 1 }
    expect(devices(allocate({ slices: [slice(['old'], {}, 's1'), slice(['new'], { pool }, 's2')] }, claim([one()])))).toBe('new')
    expect(() => allocate({ slices: [slice(['a', 'a'])] }, claim([one()]))).toThrow(InvalidPools)
  })
})

describe('parts of devices', () => {
  test('share counters', () => {
    const part = (name: string, memory: string): Device => ({
      name,
      consumesCounters: [{ counterSet: 'gpu', counters: { memory: { value: memory } } }],
    })
    const pool = { name: 'pool', generation: 1, resourceSliceCount: 2 }
    const { nodeName, ...shared } = slice([], { pool, sharedCounters: [{ name: 'gpu', counters: { memory: { value: '40Gi' } } }] }).spec!
    const slices = [
      slice([part('whole', '40Gi'), part('half-1', '20Gi'), part('half-2', '20Gi')], { pool }),
      { metadata: { name: 'z', uid: 'z' }, spec: { ...shared, nodeName: nodeName! } },
    ]
    expect(devices(allocate({ slices }, claim([one({ count: 2 })])))).toBe('half-1,half-2')
    expect(devices(allocate({ slices, taken: [result('half-2')] }, claim([one()])))).toBe('half-1')
    expect(allocate({ slices, taken: [result('whole')] }, claim([one()]))).toBeUndefined()
  })

  test('capacity is taken by several, in steps', () => {
    const nic: Device = {
      name: 'nic',
      allowMultipleAllocations: true,
      capacity: { bandwidth: { value: '10', requestPolicy: { default: '1', validRange: { min: '2', step: '2' } } } },
    }
    const slices = [slice([nic])]
    const want = (bandwidth: string, name = 'c') => claim([one({ capacity: { requests: { bandwidth } } })], {}, name)
    const [made] = allocate({ slices }, want('3'))!
    expect(made!.devices?.results?.[0]).toMatchObject({
      device: 'nic',
      consumedCapacity: { bandwidth: '4' },
      shareID: expect.any(String) as string,
    })
    expect(devices(allocate({ slices, taken: [made!] }, want('6')))).toBe('nic')
    expect(allocate({ slices, taken: [made!] }, want('7'))).toBeUndefined()
    expect(devices(allocate({ slices }, want('5', 'x'), want('4', 'y')))).toBe('nic|nic')
    expect(allocate({ slices }, want('5', 'x'), want('5', 'y'))).toBeUndefined()
    expect(allocate({ slices }, claim([one({ capacity: { requests: { latency: '1' } } })]))).toBeUndefined()
  })
})

test('configuration of class and claim goes along', () => {
  const opaque = (text: string) => ({ opaque: { driver: DRIVER, parameters: { text } } })
  const classes = [{ ...gpuClass, spec: { ...gpuClass.spec, config: [opaque('class')] } }]
  const config = [{ requests: ['r'], ...opaque('r') }, { requests: ['s'], ...opaque('s') }, opaque('all')] as never[]
  const [made] = allocate({ slices: [slice(['a', 'b'])], classes }, claim([one(), one({}, 's')], { config }))!
  expect(made!.devices?.config).toEqual([
    { source: 'FromClass', ...opaque('class') },
    { source: 'FromClaim', requests: ['r'], ...opaque('r') },
    { source: 'FromClaim', requests: ['s'], ...opaque('s') },
    { source: 'FromClaim', ...opaque('all') },
  ])
})

test('what cannot be computed is an error of the claim or class', () => {
  const slices = [slice(['a'])]
  const bad = (expression: string) => () => allocate({ slices }, claim([one({ selectors: [cel(expression)] })]))
  expect(bad(attribute('size'))).toThrow(AllocationError)
  expect(bad(attribute('size'))).toThrow(
    /^claim default\/c: selector #0 on device gpu.example.com\/pool\/a: CEL runtime error: no such key: size/,
  )
  expect(bad('nope')).toThrow(/^claim default\/c: selector #0: CEL compile error: compilation failed: /)
  expect(() => allocate({ slices, classes: [] }, claim([one()]))).toThrow(
    'claim default/c, request r: could not retrieve device class gpu: deviceclass.resource.k8s.io "gpu" not found',
  )
})

test('a search that has no end is given up', () => {
  const names = Array.from({ length: 60 }, (_, i) => `d${i}`)
  const slices = [slice(names.map((name) => ({ name, attributes: { numa: { string: 'same' } } })))]
  const hopeless = claim([one({ count: 30 }, 'r'), one({ count: 2 }, 's')], {
    constraints: [{ distinctAttribute: `${DRIVER}/numa`, requests: ['s'] }],
  })
  expect(() => allocate({ slices }, hopeless)).toThrow('node n: timed out trying to allocate devices')
})

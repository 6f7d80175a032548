import { describe, expect, test } from 'vitest'
import { closedGates, featureStates, openGates } from './features.ts'
import { parseOptions, type ParseResult } from './parse.ts'
import { testProgram } from './testing/command-line.ts'

const parse = (...gates: string[]): ParseResult =>
  parseOptions(
    gates.map((g) => `--feature-gates=${g}`),
    testProgram,
  )
const errorsOf = (result: ParseResult): string[] => ('errors' in result ? result.errors : [])
const isOpen = (...gates: string[]): boolean => {
  const result = parse(...gates)
  if (!('options' in result)) throw new Error(JSON.stringify(result))
  return openGates(result.options.features).has('CBORServingAndStorage')
}

describe('the gate of CBOR', () => {
  test.each([
    [[], false],
    [['CBORServingAndStorage=true'], true],
    [['CBORServingAndStorage=1'], true],
    [['kube:CBORServingAndStorage=true'], true],
    [['AllAlpha=true,GenericWorkload=true'], true],
    [['AllBeta=true'], false],
    [['AllAlpha=true,GenericWorkload=true,CBORServingAndStorage=false'], false],
    [['CBORServingAndStorage=true', 'CBORServingAndStorage=false'], false],
    [['', 'CBORServingAndStorage=true'], true],
  ])('%j: %s', (gates, open) => {
    expect(isOpen(...gates)).toBe(open)
  })
})

// Asked of kube-apiserver 1.37.2.
test.each([
  ['Foo=true', 'unrecognized feature gate: Foo'],
  ['=true', 'unrecognized feature gate: '],
  ['CBORServingAndStorage', 'missing bool value for CBORServingAndStorage'],
  ['CBORServingAndStorage=maybe', 'invalid value of CBORServingAndStorage=maybe, err: strconv.ParseBool: parsing "maybe": invalid syntax'],
  [
    'kube:CBORServingAndStorage=true,WatchList=false',
    'set kube feature gates with default empty prefix or kube: prefix consistently, do not mix use',
  ],
  ['bar:X=true', 'component not registered: bar'],
  [
    'NodeInclusionPolicyInPodTopologySpread=false',
    'cannot set feature gate NodeInclusionPolicyInPodTopologySpread to false, feature is locked to true',
  ],
  ['GitRepoVolumeDriver=true', 'cannot set feature gate GitRepoVolumeDriver to true, feature is locked to false'],
])('%s is refused', (gates, message) => {
  expect(errorsOf(parse(gates))).toEqual([message])
})

// As kube-apiserver 1.37.2 has them in kubernetes_feature_enabled with the same flag.
test.each<[string[], Record<string, boolean>]>([
  [[], { AllAlpha: false, AllBeta: false, WatchList: true, EventedPLEG: false, GenericWorkload: false, KMSv1: false, ImageVolume: true }],
  [['AllAlpha=true,GenericWorkload=true'], { AllAlpha: true, EventedPLEG: true, GenericWorkload: true, WatchList: true, KMSv1: false }],
  [['AllAlpha=true,GenericWorkload=true,EventedPLEG=false'], { EventedPLEG: false, CBORServingAndStorage: true }],
  [['AllBeta=false', 'WatchList=true'], { AllBeta: false, WatchList: true, APIResponseCompression: false, ImageVolume: true }],
  [['AllBeta=true'], { GenericWorkload: true, EventedPLEG: false }],
])('%j: what is on', (gates, wanted) => {
  const result = parse(...gates)
  if (!('options' in result)) throw new Error(JSON.stringify(result))
  const states = new Map(featureStates(result.options.features).map(({ name, isOpen }) => [name, isOpen]))
  expect(states.size).toBe(254)
  expect(Object.fromEntries(Object.keys(wanted).map((name) => [name, states.get(name)]))).toEqual(wanted)
})

test.each<[gates: string, errors: string[]]>([
  [
    'ContainerRestartRules=false',
    ['RestartAllContainersOnContainerExits is enabled, but depends on features that are disabled: [ContainerRestartRules]'],
  ],
  ['APIServerIdentity=false,UnknownVersionInteroperabilityProxy=false', []],
  [
    'CompositePodGroup=true',
    ['CompositePodGroup is enabled, but depends on features that are disabled: [GenericWorkload TopologyAwareWorkloadScheduling]'],
  ],
  ['AllBeta=false', []],
  ['AllAlpha=true,GenericWorkload=true', []],
])('a gate is not open without those that it needs: %s', (gates, errors) => {
  expect(errorsOf(parse(gates))).toEqual(errors)
})

test.each<[gates: string, warning: string | undefined]>([
  ['CBORServingAndStorage=true,NodeInclusionPolicyInPodTopologySpread=true,ComponentFlagz=false', undefined],
  ['WatchList=true,EventedPLEG=false', undefined],
  ['EtcdRangeStream=false,EventedPLEG=true,WatchList=false', 'EventedPLEG, EtcdRangeStream'],
  ['AllBeta=false', 'most gates of AllBeta'],
  ['AllBeta=true,EtcdRangeStream=false', 'EtcdRangeStream, most gates of AllBeta'],
])('gates that are to be other than they are, and have no effect, are named in a warning: %s', (gates, named) => {
  const result = parse(gates)
  const wanted = named === undefined ? [] : [`--feature-gates has no effect on ${named}: this server has no such gates`]
  expect('warnings' in result && result.warnings).toEqual(wanted)
})

test('without its gate nobody tells UIDs in headers', () => {
  const told = ['--requestheader-uid-headers=X-Remote-Uid', '--feature-gates=RemoteRequestHeaderUID=false']
  expect(errorsOf(parseOptions(told, testProgram))).toEqual([
    '--requestheader-uid-headers requires the "RemoteRequestHeaderUID" feature to be enabled',
  ])
  expect(told.flatMap((one) => errorsOf(parseOptions([one], testProgram)))).toEqual([])
})

test.each<[gates: string[], closed: string[]]>([
  [[], []],
  [['ComponentFlagz=false,EtcdRangeStream=false'], ['ComponentFlagz']],
  [
    ['AllBeta=false', 'APIServerIdentity=true,ComponentStatusz=true'],
    [
      ...['APIResponseCompression', 'AllowParsingUserUIDFromCertAuth', 'CRDObservedGenerationTracking', 'ComponentFlagz'],
      ...['ConstrainedImpersonation', 'ContainerRestartRules', 'DRAConsumableCapacity', 'DRADeviceBindingConditions'],
      ...['DRAPartitionableDevices', 'DeploymentReplicaSetTerminatingReplicas', 'EnvFiles', 'InPlacePodLevelResourcesVerticalScaling'],
      ...['MatchLabelKeysInPodTopologySpread', 'MaxUnavailableStatefulSet', 'OpenAPIEnums', 'PodDeletionCost'],
      ...['PodLevelResources', 'PodTopologyLabelsAdmission', 'RemoteRequestHeaderUID', 'ResourceHealthStatus'],
      ...[
        'ResourceHealthStatusMessage',
        'ServiceAccountNodeAudienceRestriction',
        'StorageVersionHash',
        'TokenRequestServiceAccountUIDValidation',
      ],
      ...['VolumeLimitScaling', 'WatchList', 'WatchListCompression'],
    ],
  ],
])('%j closes %j', (gates, closed) => {
  const result = parse(...gates)
  if (!('options' in result)) throw new Error(JSON.stringify(result))
  expect([...closedGates(result.options.features)].sort()).toEqual(closed)
})

test.each<[string[], boolean]>([
  [[], true],
  [['PodDeletionCost=false'], false],
  [['AllBeta=false'], false],
])('a gate that loops ask for, with %j: %s', (gates, wanted) => {
  const result = parse(...gates)
  if (!('options' in result)) throw new Error(JSON.stringify(result))
  expect(openGates(result.options.features).has('PodDeletionCost')).toBe(wanted)
})

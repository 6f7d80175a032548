import { describe, expect, test } from 'vitest'
import { scheme } from '../scheme/index.ts'
import { servedApis } from './apis.ts'
import { REGISTERED } from './registered-versions.ts'
import { commandLine } from './testing/command-line.ts'

const line = commandLine()
const flags = (...configs: string[]): string[] => configs.map((config) => `--runtime-config=${config}`)
/** Resources of the built-in API that are not served, or all of a version by its name. */
function off(...argv: string[]): string[] {
  const isServed = servedApis(line.options(...argv).apis) ?? (() => true)
  return [
    ...new Set(
      scheme.groups.flatMap(({ name: group, versions }) =>
        versions.flatMap((version) => {
          const of = scheme.resources.filter((r) => r.group === group && r.version === version)
          const gone = of.filter((r) => !isServed(r))
          return gone.length === of.length ? [`${group}/${version}`] : gone.map((r) => `${group}/${version}/${r.resource}`)
        }),
      ),
    ),
  ]
}
const withoutFairness = '--enable-priority-and-fairness=false'

test('every version that is served is known', () => {
  expect(scheme.groups.flatMap(({ name, versions }) => versions.filter((v) => !REGISTERED.get(name)?.includes(v)))).toEqual([])
})

describe('what is not served', () => {
  test.each<[string[], string[]]>([
    [[], []],
    [['api/all=true'], []],
    [['batch/v1=true,api/beta=false'], []],
    [['batch/v1=false'], ['batch/v1']],
    [
      ['batch/v1=0', 'apps/v1=F'],
      ['apps/v1', 'batch/v1'],
    ],
    [['batch/v1=false,batch/v1=true'], []],
    [['batch/v1/jobs=false'], ['batch/v1/jobs']],
    [['batch/v1=false,batch/v1/jobs='], ['batch/v1/cronjobs']],
    [['batch/v1/jobs,batch/v1=false'], ['batch/v1/cronjobs']],
    [[' autoscaling/v2 = false '], ['autoscaling/v2']],
    [['v1=false'], ['/v1']],
    [['api/v1/pods=false'], ['/v1']],
    [['/v1/pods=false'], ['/v1/pods']],
    [['api/legacy=false'], []],
  ])('%j', (configs, wanted) => {
    expect(off(...flags(...configs))).toEqual(wanted)
  })

  test('a word about one version goes before one about all', () => {
    const kept = ['apiregistration.k8s.io/v1', 'autoscaling/v1', '/v1']
    const argv = flags(`autoscaling/v1=true,v1=true,apiregistration.k8s.io/v1=true`, 'api/all=false')
    const all = scheme.groups.flatMap(({ name, versions }) => versions.map((v) => `${name}/${v}`))
    expect(off(...argv, withoutFairness)).toEqual(all.filter((name) => !kept.includes(name)))
    expect(off(...flags('api/all=false,api/ga=true'))).toEqual([])
  })
})

// Asked of kube-apiserver 1.37.2.
test.each<[string, string[]]>([
  [
    'api/all=false',
    ['--runtime-config=api/all=false conflicts with --enable-priority-and-fairness=true', 'invalid runtime-config with only api/all=false'],
  ],
  ['api/beta=maybe', ['invalid value api/beta=maybe']],
  ['api/beta', ['invalid value api/beta=']],
  [
    'batch=false,api/ga=false',
    ['--runtime-config=api/ga=false conflicts with --enable-priority-and-fairness=true', 'runtime-config invalid key batch'],
  ],
  ['batch=false', ['runtime-config invalid key batch']],
  ['a/b/c/d=false', ['runtime-config invalid key a/b/c/d']],
  ['foo/v1=false,a/v2=true', ['unknown api groups a/v2,foo/v1']],
  ['batch/v7=false', ['group version batch/v7 that has not been registered']],
  ['batch/v1=maybe', ['invalid value of batch/v1: maybe, err: strconv.ParseBool: parsing "maybe": invalid syntax']],
  ['batch/v1/Jobs=false', ['invalid key batch/v1/Jobs: group/version/resource and resource is always lowercase plural, not "Jobs"']],
  [
    'flowcontrol.apiserver.k8s.io/v1=false',
    ['--runtime-config=flowcontrol.apiserver.k8s.io/v1=false conflicts with --enable-priority-and-fairness=true'],
  ],
  ['api/ga=false,batch/v1=true', ['--runtime-config=api/ga=false conflicts with --enable-priority-and-fairness=true']],
  ['api/all=false,flowcontrol.apiserver.k8s.io/v1=true', ['API group/version apiregistration.k8s.io/v1 must be enabled']],
])('%s is refused', (config, messages) => {
  expect(line.errors(...flags(config))).toEqual(messages)
})

test('what is asked for and not had is said', () => {
  const parsed = line.parse(...flags('api/all=true,api/alpha=true,resource.k8s.io/v1beta1=true,batch/v1beta1=false'), withoutFairness)
  expect('warnings' in parsed && parsed.warnings).toEqual([
    '--runtime-config: this server has nothing of api/alpha, resource.k8s.io/v1beta1',
  ])
  const fair = line.parse('--enable-priority-and-fairness')
  expect('warnings' in fair && fair.warnings).toEqual(['--enable-priority-and-fairness has no effect: this server does not have it'])
})

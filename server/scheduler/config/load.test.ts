import { describe, expect, test } from 'vitest'
import { checkProfiles } from '../profile.ts'
import { recorded } from '../../testing/recorded.ts'
import { defaultConfiguration, loadConfiguration } from './load.ts'

interface Answer {
  config: string
  /** What `kube-scheduler --config` of 1.37.2 ended with; '' when it started. */
  error: string
}
const answers = recorded<Record<string, Answer>>('scheduler-configuration/load')

describe('a configuration is refused in kube-scheduler’s words', () => {
  test.each(Object.entries(answers))('%s', (_, { config, error }) => {
    const load = (): void => checkProfiles(loadConfiguration(config).profiles)
    if (error === '') expect(load).not.toThrow()
    else expect(load).toThrow(expect.objectContaining({ message: error }))
  })
})

test('what is left out has its defaults', () => {
  const { profiles, ...rest } = defaultConfiguration()
  expect(rest).toMatchObject({ percentageOfNodesToScore: 0, podInitialBackoffSeconds: 1, podMaxBackoffSeconds: 10, extenders: [] })
  const [profile] = profiles
  expect(profile!.schedulerName).toBe('default-scheduler')
  expect(profile!.plugins.multiPoint.enabled.find((p) => p.name === 'TaintToleration')).toEqual({ name: 'TaintToleration', weight: 3 })
  const args = Object.fromEntries(profile!.pluginConfig.map((c) => [c.name, c.args]))
  expect(args.NodeResourcesFit).toEqual({
    scoringStrategy: {
      type: 'LeastAllocated',
      resources: [
        { name: 'cpu', weight: 1 },
        { name: 'memory', weight: 1 },
      ],
    },
  })
  expect(args.InterPodAffinity).toEqual({ hardPodAffinityWeight: 1 })
})

test('a default plugin is changed in its place, taken out, and others are put behind', () => {
  const config = {
    ...{ apiVersion: 'kubescheduler.config.k8s.io/v1', kind: 'KubeSchedulerConfiguration' },
    profiles: [
      {
        schedulerName: 'packer',
        plugins: {
          multiPoint: { enabled: [{ name: 'NodeAffinity', weight: 7 }, { name: 'Extra' }], disabled: [{ name: 'ImageLocality' }] },
          score: { disabled: [{ name: 'PodTopologySpread' }] },
        },
      },
    ],
  }
  const [{ plugins }] = loadConfiguration(JSON.stringify(config)).profiles as [ReturnType<typeof loadConfiguration>['profiles'][0]]
  const names = plugins.multiPoint.enabled.map((p) => p.name)
  expect(names.indexOf('NodeAffinity')).toBe(5)
  expect(names.at(-1)).toBe('Extra')
  expect(names).not.toContain('ImageLocality')
  expect(plugins.multiPoint.enabled[5]!.weight).toBe(7)
  expect(plugins.score).toEqual({ enabled: [], disabled: [{ name: 'PodTopologySpread' }] })
})

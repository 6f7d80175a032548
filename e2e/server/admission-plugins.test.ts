import { beforeAll, describe, expect, test } from 'vitest'
import type { HookReply } from '../../server/webhook/testing/hook-server.ts'
import {
  event,
  eventLimits,
  failures,
  newEvent,
  nodeSelectors,
  plugins,
  preparations,
  requests,
  SECONDS,
  tolerations,
  users,
  verdicts,
} from '../reference/admission-plugins.cases.ts'
import { Answers, type Request } from '../reference/play.ts'
import { hookedSuiteOf, prepare } from '../reference/suite.ts'

type Json = Record<string, unknown>

/** The webhook's word on the first image of which it has one. */
function verdictOf(review: Json): HookReply {
  const { apiVersion, kind, spec } = review as { apiVersion: string; kind: string; spec: { containers: { image: string }[] } }
  for (const { image } of spec.containers) {
    const name = image.replace('images/', '')
    if (name in failures) return { status: failures[name]! }
    const verdict = verdicts[name]
    if (verdict === undefined || (name === 'noted' && spec.containers.length > 1)) continue
    return typeof verdict === 'string' || Array.isArray(verdict) ? JSON.stringify(verdict) : { apiVersion, kind, ...verdict }
  }
  return { apiVersion, kind, status: { allowed: true } }
}

/** Everything that is off by default, and those that hold a resize against its node. */
describe('plugins that are switched on', () => {
  const answers = new Answers('admission-plugins')
  const suite = hookedSuiteOf(answers, (hooks, setting) => {
    hooks.on('/images', verdictOf)
    const kubeConfigFile = setting.kubeconfig('hook', { server: `${hooks.url}/images`, 'certificate-authority-data': hooks.caBundle })
    const told = (name: string, configuration: object): object => ({ name, configuration })
    const ofGroup = (name: string, configuration: object): object =>
      told(name, { apiVersion: `${name.toLowerCase()}.admission.k8s.io/v1alpha1`, kind: 'Configuration', ...configuration })
    const configuration = {
      ...{ apiVersion: 'apiserver.config.k8s.io/v1', kind: 'AdmissionConfiguration' },
      plugins: [
        ofGroup('EventRateLimit', { limits: eventLimits }),
        ofGroup('PodTolerationRestriction', tolerations),
        told('PodNodeSelector', {
          podNodeSelectorPluginConfig: Object.fromEntries(Object.entries(nodeSelectors).map(([name, text]) => [answers.own(name), text])),
        }),
        told('ImagePolicyWebhook', { imagePolicy: { kubeConfigFile, retryBackoff: 1, denyTTL: -1 } }),
      ],
    }
    return [
      setting.tokens(...users),
      `--admission-control-config-file=${setting.file('admission.yaml', configuration)}`,
      `--enable-admission-plugins=${plugins.join(',')}`,
      '--disable-admission-plugins=ServiceAccount',
      `--default-not-ready-toleration-seconds=${SECONDS.notReady}`,
      `--default-unreachable-toleration-seconds=${SECONDS.unreachable}`,
    ]
  })
  beforeAll(async () => {
    await prepare(suite, preparations)
  })

  test.each(requests)('$name', suite.play)

  test('images, as they are asked about', () => {
    const asked = (wanted: string): unknown => suite.hooks.seen.find(({ review }) => JSON.stringify(review).includes(wanted))
    for (const text of ['images/noted"},{', 'images/silent"}]', 'x.image-policy']) {
      const { answer, wanted } = answers.compare(`asked about ${text}`, { status: 0, body: asked(text) ?? null })
      expect(answer).toStrictEqual(wanted)
    }
    const tries = suite.hooks.seen.filter(({ review }) => JSON.stringify(review).includes('images/broken')).length
    expect(answers.compare('tries', { status: 0, body: tries }).wanted?.body).toBe(tries)
  })

  test('more events at once than may be', async () => {
    const several = async (of: (name: string) => Request, what: string): Promise<{ status: number; text: string; headers: object }[]> =>
      Promise.all(
        Array.from({ length: 20 }, (_, i) => {
          const { method, path, body } = of(`${what}-${i}`)
          return suite.api.send(method, answers.own(path), { body: answers.own(JSON.stringify(body)) })
        }),
      )
    const refused = (await several(event, 'old')).filter(({ status }) => status !== 201)
    expect(refused.length).toBeGreaterThan(0)
    const { answer, wanted } = answers.compare('too many events', { status: refused[0]!.status, body: JSON.parse(refused[0]!.text) })
    expect(answer).toStrictEqual(wanted)
    expect(new Set(refused.map(({ text }) => text)).size).toBe(1)
    expect((await several(newEvent, 'new')).map(({ status }) => status)).toEqual(Array.from({ length: 20 }, () => 201))
    const tried = event('tried')
    const dry = await suite.api.send('POST', answers.own(`${tried.path}?dryRun=All`), { body: answers.own(JSON.stringify(tried.body)) })
    expect(dry.status).toBe(201)
  })
})

import { expect, test } from 'vitest'
import { conversionWebhook } from '../fixtures/conversion-webhook.ts'
import { kubectlVersion } from '../fixtures/kubectl.ts'
import { scratch } from '../fixtures/scratch.ts'
import { startServer } from '../fixtures/server.ts'

const GROUP = 'boxes.example.com'
const integers = (...names: string[]): object => ({
  openAPIV3Schema: {
    type: 'object',
    properties: { spec: { type: 'object', properties: Object.fromEntries(names.map((n) => [n, { type: 'integer' }])) } },
  },
})
const definition = (ca: string, stored: 'v1' | 'v2' = 'v1'): string =>
  JSON.stringify({
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `boxes.${GROUP}` },
    spec: {
      ...{ group: GROUP, scope: 'Namespaced', names: { plural: 'boxes', kind: 'Box' } },
      versions: [
        { name: 'v1', served: true, storage: stored === 'v1', schema: integers('size') },
        { name: 'v2', served: true, storage: stored === 'v2', schema: integers('width', 'height') },
      ],
      conversion: {
        strategy: 'Webhook',
        webhook: {
          conversionReviewVersions: ['v1'],
          clientConfig: {
            service: { namespace: 'default', name: 'converter', path: '/convert' },
            caBundle: Buffer.from(ca).toString('base64'),
          },
        },
      },
    },
  })
const box = (version: string, name: string, spec: object): string =>
  JSON.stringify({ apiVersion: `${GROUP}/${version}`, kind: 'Box', metadata: { name }, spec })
const exposed = ({ address, port }: { address: string; port: number }): string =>
  JSON.stringify({
    kind: 'List',
    apiVersion: 'v1',
    items: [
      { apiVersion: 'v1', kind: 'Service', metadata: { name: 'converter' }, spec: { ports: [{ name: 'https', port: 443 }] } },
      {
        ...{ apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice', addressType: 'IPv4' },
        metadata: { name: 'converter-1', labels: { 'kubernetes.io/service-name': 'converter' } },
        endpoints: [{ addresses: [address], conditions: { ready: true } }],
        ports: [{ name: 'https', port, protocol: 'TCP' }],
      },
    ],
  })

test.skipIf(kubectlVersion() === undefined)(
  'a webhook behind a service converts between versions, in batches, over a restart',
  async () => {
    await using webhook = await conversionWebhook('converter.default.svc', (spec, to) =>
      to.endsWith('/v2') ? { width: spec['size'], height: spec['size'] } : { size: spec['width'] },
    )
    using dir = scratch()
    {
      await using server = await startServer({ dir: dir.path })
      const { kubectl } = server
      await kubectl.with(exposed(webhook), 'create', '-f', '-')
      await kubectl.with(definition(webhook.ca), 'apply', '--server-side', '-f', '-')
      await kubectl('wait', '--for', 'condition=Established', `crd/boxes.${GROUP}`)
      for (let i = 0; i < 5; i++) await kubectl.with(box('v1', `b${i}`, { size: i }), 'create', '-f', '-')
      expect(webhook.reviews).toEqual([])

      expect(await kubectl('get', `boxes.v2.${GROUP}`, 'b3', '-o', 'jsonpath={.apiVersion} {.spec}')).toBe(
        `${GROUP}/v2 {"height":3,"width":3}`,
      )
      expect(webhook.reviews.map((r) => r.request.objects.length)).toEqual([5])

      using watch = kubectl.follow('get', `boxes.v2.${GROUP}`, '--watch', '-o', 'jsonpath={.metadata.name}={.spec.width};')
      await watch.until('b4=4')
      await kubectl.with(box('v2', 'wide', { width: 9, height: 1 }), 'create', '-f', '-')
      expect(await kubectl('get', `boxes.v1.${GROUP}`, 'wide', '-o', 'jsonpath={.spec}')).toBe('{"size":9}')
      await watch.until('wide=9')
      await kubectl('patch', `boxes.v2.${GROUP}`, 'b1', '--type=merge', '-p', '{"spec":{"width":7}}')
      expect(await kubectl('get', `boxes.v1.${GROUP}`, 'b1', '-o', 'jsonpath={.spec} {.metadata.generation}')).toBe('{"size":7} 2')
      await watch.until('b1=7')

      webhook.failing = 'not today'
      const failed = await kubectl.run(['create', '-f', '-'], box('v2', 'other', { width: 1 }))
      expect(failed.stderr).toContain(`conversion webhook for ${GROUP}/v2, Kind=Box failed: not today`)
      await kubectl.with(box('v1', 'other', { size: 1 }), 'create', '-f', '-')
      expect((await kubectl.run(['get', `boxes.v2.${GROUP}`])).code).not.toBe(0)
      webhook.failing = undefined
      expect(await kubectl('get', `boxes.v2.${GROUP}`, '-o', 'name')).toContain('/other\n')
    }
    await using server = await startServer({ dir: dir.path })
    const { kubectl } = server
    expect(await kubectl('get', `boxes.v2.${GROUP}`, 'b1', '-o', 'jsonpath={.spec.height}')).toBe('7')
    await kubectl.with(definition(webhook.ca, 'v2'), 'apply', '--server-side', '-f', '-')
    expect(await kubectl('get', 'crd', `boxes.${GROUP}`, '-o', 'jsonpath={.status.storedVersions}')).toBe('["v1","v2"]')
    await kubectl('patch', `boxes.v2.${GROUP}`, 'b2', '--type=merge', '-p', '{"spec":{"height":8}}')
    const shown = (version: string): Promise<string> =>
      kubectl('get', `boxes.${version}.${GROUP}`, 'b2', 'b1', '-o', 'jsonpath={.items[*].spec}')
    expect(await shown('v2')).toBe('{"height":8,"width":2} {"height":7,"width":7}')
    expect(await shown('v1')).toBe('{"size":2} {"size":7}')
  },
)

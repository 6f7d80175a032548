import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { kubectlVersion } from '../fixtures/kubectl.ts'
import { scratch } from '../fixtures/scratch.ts'
import { type Server, startServer } from '../fixtures/server.ts'
import { type Store, stores } from '../fixtures/stores.ts'
import { until } from '../fixtures/until.ts'

/** A kind of the users' own with an unmodified kubectl: from its definition over a restart to its end, on each store. */
const GROUP = 'boats.example.com'
const CRD = `sails.${GROUP}`

const definition = (more: { extra?: string; columns?: string } = {}): string => `
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: ${CRD}}
spec:
  group: ${GROUP}
  scope: Namespaced
  names: {plural: sails, kind: Sail, shortNames: [sl], categories: [all]}
  versions:
  - name: v1
    served: true
    storage: true
    subresources:
      status: {}
      scale: {specReplicasPath: .spec.reefs, statusReplicasPath: .status.reefs}
    additionalPrinterColumns:
    - {name: Area, type: integer, jsonPath: .spec.area}
    - {name: Age, type: date, jsonPath: .metadata.creationTimestamp}${more.columns ?? ''}
    schema:
      openAPIV3Schema:
        type: object
        description: A sail of a boat.
        properties:
          spec:
            type: object
            required: [area]
            x-kubernetes-validations: [{rule: "!has(self.reefs) || self.reefs < self.area", message: too many reefs}]
            properties:
              area: {type: integer, minimum: 1, description: In square metres.}
              reefs: {type: integer, default: 2}${more.extra ?? ''}
          status: {type: object, properties: {reefs: {type: integer}}}
  - name: v1alpha1
    served: true
    storage: false
    deprecated: true
    schema:
      openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}
`
const sail = (name: string, area: number, more = ''): string => `
apiVersion: ${GROUP}/v1
kind: Sail
metadata: {name: ${name}${more}}
spec: {area: ${area}}
`

const version = kubectlVersion()

for (const kind of stores) {
  const cannot = kind.missing !== undefined || version === undefined
  describe.skipIf(cannot)(`custom resources with kubectl ${version ?? '(not on PATH)'} on ${kind.name}`, () => {
    const dir = scratch()
    let store: Store
    let server: Server
    const start = async (): Promise<void> => {
      server = await startServer({ ...store.options, dir: dir.path, loops: true })
    }
    beforeAll(async () => {
      store = await kind.open()
      await start()
    })
    afterAll(async () => {
      await server[Symbol.asyncDispose]()
      await store[Symbol.asyncDispose]()
      dir[Symbol.dispose]()
    })

    test('the definition is applied, established, and unchanged the second time', async () => {
      const { kubectl } = server
      expect(await kubectl.with(definition(), 'apply', '--server-side', '-f', '-')).toContain('serverside-applied')
      expect(await kubectl('wait', '--for', 'condition=Established', `crd/${CRD}`, '--timeout=30s')).toContain('condition met')
      const before = await kubectl('get', 'crd', CRD, '-o', 'jsonpath={.metadata.resourceVersion}')
      await kubectl.with(definition(), 'apply', '--server-side', '-f', '-')
      expect(await kubectl('get', 'crd', CRD, '-o', 'jsonpath={.metadata.resourceVersion}')).toBe(before)
      expect(await kubectl('api-resources', `--api-group=${GROUP}`, '--no-headers')).toMatch(
        /^sails\s+sl\s+boats\.example\.com\/v1\s+true\s+Sail$/m,
      )
    })

    test('objects are applied in both ways, checked, and shown by their columns', async () => {
      const { kubectl } = server
      expect(await kubectl.with(sail('main', 30), 'apply', '-f', '-')).toBe(`sail.${GROUP}/main created\n`)
      expect(await kubectl.with(sail('main', 30), 'apply', '-f', '-')).toBe(`sail.${GROUP}/main unchanged\n`)
      expect(await kubectl.with(sail('jib', 12), 'apply', '--server-side', '-f', '-')).toBe(`sail.${GROUP}/jib serverside-applied\n`)
      expect(await kubectl('get', 'sl')).toMatch(/^NAME\s+AREA\s+AGE\njib\s+12\s+\S+\nmain\s+30\s+\S+\n$/)
      expect(await kubectl('get', 'all')).toContain(`sail.${GROUP}/main`)
      expect(await kubectl('get', 'sl', 'main', '-o', 'jsonpath={.spec}')).toBe('{"area":30,"reefs":2}')
      const wrong = await kubectl.run(['apply', '-f', '-'], sail('wrong', 0))
      expect(wrong.stderr).toContain('spec.area in body should be greater than or equal to 1')
      expect((await kubectl.run(['apply', '-f', '-'], sail('small', 2))).stderr).toContain('too many reefs')
      const unknown = await kubectl.run(['apply', '-f', '-'], `${sail('odd', 3)}\ncolour: red\n`)
      expect(unknown.stderr).toContain('unknown field "colour"')
      const old = await kubectl.run(['get', 'sails.v1alpha1.boats.example.com', 'main'])
      expect(old.stderr).toContain(`${GROUP}/v1alpha1 Sail is deprecated; use ${GROUP}/v1 Sail`)
    })

    test('explain, scale, status and diff', async () => {
      const { kubectl } = server
      expect(await kubectl('explain', 'sail.spec.area')).toContain('In square metres.')
      await kubectl('scale', '--replicas=5', 'sl/main')
      expect(await kubectl('get', 'sl', 'main', '-o', 'jsonpath={.spec.reefs} {.metadata.generation}')).toBe('5 2')
      await kubectl('patch', 'sl', 'main', '--subresource=status', '--type=merge', '-p', '{"status":{"reefs":5},"spec":{"area":1}}')
      expect(await kubectl('get', 'sl', 'main', '-o', 'jsonpath={.status.reefs} {.spec.area} {.metadata.generation}')).toBe('5 30 2')
      const strategic = await kubectl.run(['patch', 'sl', 'main', '--type=strategic', '-p', '{"spec":{"area":31}}'])
      expect(strategic.code).not.toBe(0)
      const changed = await kubectl.run(['diff', '-f', '-'], sail('main', 31))
      expect(changed.stdout).toContain('+  area: 31')
    })

    test('a watch goes on while the definition changes, and the change is there at once', async () => {
      const { kubectl } = server
      using watch = kubectl.follow('get', 'sl', '--watch', '--output-watch-events')
      await watch.until('main')
      const more = {
        extra: '\n              colour: {type: string, default: white}',
        columns: '\n    - {name: Colour, type: string, jsonPath: .spec.colour}',
      }
      await kubectl.with(definition(more), 'apply', '--server-side', '-f', '-')
      await until('the new field in old objects', async () => (await kubectl('get', 'sl')).includes('white'))
      expect(await kubectl('get', 'sl')).toMatch(/^NAME\s+AREA\s+AGE\s+COLOUR\n/)
      await kubectl.with(sail('spinnaker', 80), 'apply', '--server-side', '-f', '-')
      using again = kubectl.follow('get', 'sl', '--watch')
      await again.until('spinnaker')
    })

    test('what a restart finds is served before it is ready', async () => {
      await server.stop()
      await start()
      const { kubectl } = server
      expect(await kubectl('get', 'sl', '-o', 'name')).toBe(['jib', 'main', 'spinnaker'].map((n) => `sail.${GROUP}/${n}\n`).join(''))
      expect(await kubectl('get', 'sl', 'spinnaker', '-o', 'jsonpath={.spec.colour}')).toBe('white')
    })

    test('owners and namespaces take them along', async () => {
      const { kubectl } = server
      const uid = await kubectl('get', 'sl', 'main', '-o', 'jsonpath={.metadata.uid}')
      const owner = `, ownerReferences: [{apiVersion: ${GROUP}/v1, kind: Sail, name: main, uid: ${uid}}]`
      await kubectl.with(sail('batten', 3, owner), 'apply', '--server-side', '-f', '-')
      await kubectl('create', 'namespace', 'harbour')
      await kubectl.with(sail('moored', 5), 'apply', '--server-side', '-n', 'harbour', '-f', '-')
      await kubectl('delete', 'sl', 'main')
      await until('the end of what it owned', async () => (await kubectl.run(['get', 'sl', 'batten'])).stderr.includes('NotFound'))
      await kubectl('delete', 'namespace', 'harbour', '--timeout=60s')
      expect(await kubectl('get', 'sl', '-A', '-o', 'name')).not.toContain('moored')
    })

    test('the definition goes after the last of them', async () => {
      const { kubectl } = server
      await kubectl('patch', 'sl', 'jib', '--type=merge', '-p', '{"metadata":{"finalizers":["example.com/rope"]}}')
      await kubectl('delete', 'crd', CRD, '--wait=false')
      const condition = 'jsonpath={.status.conditions[?(@.type=="Terminating")].reason}'
      await until(
        'the deletion of its objects',
        async () => (await kubectl('get', 'crd', CRD, '-o', condition)) === 'InstanceDeletionInProgress',
      )
      const late = await kubectl.run(['create', '-f', '-'], sail('late', 3))
      expect(late.stderr).toContain('create not allowed while custom resource definition is terminating')
      await kubectl('patch', 'sl', 'jib', '--type=merge', '-p', '{"metadata":{"finalizers":null}}')
      await kubectl('wait', '--for=delete', `crd/${CRD}`, '--timeout=30s')
      expect((await kubectl.run(['get', 'sl'])).code).not.toBe(0)
    })
  })
}

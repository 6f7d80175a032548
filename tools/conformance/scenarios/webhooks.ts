import { setTimeout as sleep } from 'node:timers/promises'
import { HookServer, patching, reviewed, type HookReply } from '../../../server/webhook/testing/hook-server.ts'
import type { Scenario, Session } from '../session.ts'

type Json = Record<string, unknown>

/** Admission webhooks: what they are sent, and what becomes of what they answer. One server plays all hooks of an API server. */
const CONFIGURATIONS = '/apis/admissionregistration.k8s.io/v1'
const TRIES = 400
/** A write that begins from an old state of its object asks the hooks again: until then the reference's cache has the last one. */
const SETTLE_MS = 150
/** By the name of the API server that asks. */
const hooks = new Map<string, Promise<HookServer>>()
function hookServer(side: string): Promise<HookServer> {
  let server = hooks.get(side)
  if (server === undefined) hooks.set(side, (server = HookServer.open()))
  return server
}

export async function closeHooks(): Promise<void> {
  for (const server of hooks.values()) await (await server)[Symbol.asyncDispose]()
}

const rule = (resources: string, more: Json = {}): Json => ({
  ...{ operations: ['*'], apiGroups: ['*'], apiVersions: ['*'], resources: resources.split(',') },
  ...more,
})
const configMaps = rule('configmaps', { apiGroups: [''] })

interface Hook {
  readonly type?: 'mutating' | 'validating'
  readonly rules?: readonly Json[]
  /** Of the webhook. */
  readonly more?: Json
  readonly answer?: (review: Json) => HookReply
  /** False: nothing needs to be asked before it is known to be in effect. */
  readonly probed?: boolean
}

class Hooked {
  readonly s: Session
  readonly server: HookServer
  readonly namespace: string
  #answered = 0

  constructor(s: Session, server: HookServer, namespace: string) {
    this.s = s
    this.server = server
    this.namespace = namespace
  }

  /** Objects with this label are for the hook of this name. */
  labels(name: string): Json {
    return { hook: name }
  }

  async add(name: string, { type = 'validating', rules = [configMaps], more = {}, answer, probed = true }: Hook): Promise<string> {
    const path = `/${name}`
    let probes = 0
    this.server.on(path, (review) => {
      if (isProbe(review)) {
        probes++
        return reviewed(review)
      }
      return answer?.(review) ?? reviewed(review)
    })
    const kind = `${type === 'mutating' ? 'Mutating' : 'Validating'}WebhookConfiguration`
    const body = {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind,
      metadata: { name: this.s.name(name) },
      webhooks: [
        {
          name: `${name}.hooks.example.com`,
          clientConfig: { url: `${this.server.url}${path}`, caBundle: this.server.caBundle },
          rules: [...rules, configMaps],
          objectSelector: { matchLabels: this.labels(name) },
          sideEffects: 'None',
          admissionReviewVersions: ['v1'],
          timeoutSeconds: 5,
          ...more,
        },
      ],
    }
    const at = `${CONFIGURATIONS}/${type}webhookconfigurations`
    const made = await this.s.quiet({ method: 'POST', path: at, body })
    if (made.status !== 201) this.s.note(`${name} is made`, made.json)
    const probe = { metadata: { name: 'probe', labels: { ...this.labels(name), probe: 'yes' } } }
    for (let tries = 0; probed && probes === 0 && tries < TRIES; tries++) {
      const path = `/api/v1/namespaces/${this.namespace}/configmaps?dryRun=All`
      const answer = await this.s.quiet({ method: 'POST', path, body: probe })
      // Whoever cannot be asked is in effect as well.
      if (answer.status !== 201) break
      if (probes === 0) await sleep(25)
    }
    this.#answered = this.server.seen.length
    return `${at}/${this.s.name(name)}`
  }

  /** What this server's hooks were asked since the last look. */
  reviews(label: string): void {
    const seen = this.server.seen.slice(this.#answered).filter(({ review }) => !isProbe(review))
    this.#answered = this.server.seen.length
    this.s.note(
      label,
      seen.map(({ path, review }) => ({ path, review })),
    )
  }

  /** What the hooks were asked until now is not looked at. */
  forget(): void {
    this.#answered = this.server.seen.length
  }

  configMap(name: string, hook: string, more: Json = {}): Json {
    return { metadata: { name, labels: this.labels(hook) }, data: { a: '1' }, ...more }
  }
}

const isProbe = ({ request }: Json): boolean =>
  ((request as Json | undefined)?.object as { metadata?: { labels?: Json } } | null)?.metadata?.labels?.probe === 'yes'

const scenario = (name: string, run: (h: Hooked) => Promise<void>): Scenario => ({
  name: `webhooks: ${name}`,
  async run(s) {
    const server = await hookServer(s.target.name)
    await run(new Hooked(s, server, await s.namespace(`hooks-${name.replace(/[^a-z]+/g, '-')}`)))
  },
})

const json =
  (response: Json) =>
  (review: Json): Json =>
    reviewed(review, response)
const encoded = (value: unknown): string => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64')

/** What a validating webhook answers, and a mutating one. */
const ANSWERS: Readonly<Record<string, (review: Json) => HookReply>> = {
  allowed: json({}),
  denied: json({ allowed: false }),
  message: json({ allowed: false, status: { message: 'not today' } }),
  reason: json({ allowed: false, status: { reason: 'TooBad' } }),
  'code-and-reason': json({ allowed: false, status: { code: 418, reason: 'Teapot', message: 'short and stout' } }),
  'code-200': json({ allowed: false, status: { code: 200, status: 'Success', message: 'fine' } }),
  'code-500': json({ allowed: false, status: { code: 500, message: 'broken' } }),
  'own-status': json({ allowed: false, status: { status: 'Odd', message: 'odd' } }),
  details: json({
    allowed: false,
    status: {
      message: 'see details',
      reason: 'Invalid',
      code: 422,
      details: { name: 'n', kind: 'k', causes: [{ field: 'f', message: 'm', reason: 'r' }, { field: 'g' }], retryAfterSeconds: 7, x: 1 },
    },
  }),
  'allowed-with-status': json({ status: { code: 500, message: 'ignored' } }),
  warnings: json({ warnings: ['take care', 'x'.repeat(300), '', 'quote "it"', 'line\nend'] }),
  'denied-with-warnings': json({ allowed: false, warnings: ['take care'] }),
  annotations: json({ auditAnnotations: { good: 'yes', 'bad/one': 'no', '-': 'x' } }),
  'other-uid': json({ uid: 'x' }),
  'no-uid': json({ uid: undefined }),
  'no-response': ({ apiVersion }) => ({ apiVersion, kind: 'AdmissionReview' }),
  'other-version': (review) => ({ ...reviewed(review), apiVersion: 'admission.k8s.io/v1beta1' }),
  'unknown-version': (review) => ({ ...reviewed(review), apiVersion: 'admission.k8s.io/v2' }),
  'no-version': (review) => ({ ...reviewed(review), apiVersion: undefined }),
  'no-kind': (review) => ({ ...reviewed(review), kind: undefined }),
  'other-kind': (review) => ({ ...reviewed(review), kind: 'ConfigMap', apiVersion: 'v1' }),
  status: () => ({ apiVersion: 'v1', kind: 'Status', status: 'Failure', message: 'a status', code: 403 }),
  empty: () => '',
  'no-json': () => 'hello',
  'half-json': () => '{"apiVersion":',
  list: () => '[1]',
  null: () => 'null',
  number: () => '5',
  'allowed-text': json({ allowed: 'yes' }),
  'warnings-text': json({ warnings: 'yes' }),
  'annotations-number': json({ auditAnnotations: { a: 1 } }),
  'uid-number': json({ uid: 5 }),
  'status-text': json({ allowed: false, status: 'no' }),
  'response-text': (review) => ({ ...reviewed(review), response: 'yes' }),
  'unknown-field': json({ more: true }),
  '404': () => ({ status: 404 }),
  '400': () => ({ status: 400, body: 'bad' }),
  '401': () => ({ status: 401 }),
  '403': () => ({ status: 403, body: 'go away' }),
  '409': () => ({ status: 409 }),
  '418': () => ({ status: 418, body: 'tea' }),
  '429': () => ({ status: 429, body: 'slowly' }),
  '500': () => ({ status: 500, body: 'it "broke"' }),
  '500-empty': () => ({ status: 500 }),
  '503': () => ({ status: 503, body: 'later' }),
  '504': () => ({ status: 504 }),
  '204': () => ({ status: 204 }),
  '201': (review) => ({ status: 201, headers: { 'content-type': 'application/json' }, body: JSON.stringify(reviewed(review)) }),
  '500-status': () => ({
    status: 500,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ apiVersion: 'v1', kind: 'Status', status: 'Failure', message: 'told so', code: 500 }),
  }),
  'patch-of-validating': (review) => patching(review, { op: 'add', path: '/data/b', value: '2' }),
  'patch-without-type': json({ patch: encoded([{ op: 'add', path: '/data/b', value: '2' }]) }),
  'type-without-patch': json({ patchType: 'JSONPatch' }),
  'empty-type': json({ patchType: '', patch: encoded([{ op: 'add', path: '/data/b', value: '2' }]) }),
  'merge-type': json({ patchType: 'MergePatch', patch: encoded({ data: { b: '2' } }) }),
  'merge-type-of-a-list': json({ patchType: 'MergePatch', patch: encoded([{ op: 'add', path: '/data/b', value: '2' }]) }),
  'no-base64': json({ patchType: 'JSONPatch', patch: '%%%' }),
  'no-patch-json': json({ patchType: 'JSONPatch', patch: encoded('hello') }),
  'patch-object': json({ patchType: 'JSONPatch', patch: encoded({}) }),
  'patch-null': json({ patchType: 'JSONPatch', patch: encoded('null') }),
  'patch-empty-list': json({ patchType: 'JSONPatch', patch: encoded([]) }),
  'patch-numbers': json({ patchType: 'JSONPatch', patch: encoded([1]) }),
}

const PATCHES: Readonly<Record<string, readonly Json[]>> = {
  add: [{ op: 'add', path: '/data/b', value: '2' }],
  'same value': [{ op: 'replace', path: '/data/a', value: '1' }],
  'missing path': [{ op: 'remove', path: '/data/nope' }],
  'missing parent': [{ op: 'add', path: '/nope/nope', value: 1 }],
  'no such operation': [{ op: 'frob', path: '/data/b' }],
  'failed test': [{ op: 'test', path: '/data/a', value: '7' }],
  'wrong type': [{ op: 'add', path: '/data/b', value: 5 }],
  'wrong type of map': [{ op: 'replace', path: '/data', value: 'x' }],
  'unknown field': [{ op: 'add', path: '/more', value: { a: 1 } }],
  'invalid object': [{ op: 'add', path: '/data/b c', value: 'x' }],
  'another kind': [{ op: 'replace', path: '/kind', value: 'Secret' }],
  'no kind': [{ op: 'remove', path: '/kind' }],
  'another version': [{ op: 'replace', path: '/apiVersion', value: 'apps/v1' }],
  'another name': [{ op: 'replace', path: '/metadata/name', value: 'renamed' }],
  'another namespace': [{ op: 'add', path: '/metadata/namespace', value: 'elsewhere' }],
  uid: [{ op: 'add', path: '/metadata/uid', value: 'mine' }],
  'whole document': [{ op: 'replace', path: '', value: { a: 1 } }],
  labels: [{ op: 'add', path: '/metadata/labels/more', value: 'yes' }],
  'managed fields': [{ op: 'add', path: '/metadata/managedFields', value: [{ manager: 'x' }] }],
  'no managed fields': [{ op: 'remove', path: '/metadata/managedFields' }],
  finalizer: [{ op: 'add', path: '/metadata/finalizers', value: ['nope'] }],
}

const CONDITIONS: Readonly<Record<string, string>> = {
  true: 'true',
  false: 'false',
  object: "object.data.a == '1'",
  'no such field': "object.spec.a == '1'",
  'no old object': 'oldObject == null',
  'old object': 'oldObject.data.a == "1"',
  request: "request.operation == 'CREATE' && request.kind.kind == 'ConfigMap' && request.kind.group == ''",
  resource: "request.resource.resource == 'configmaps' && request.requestResource.version == 'v1'",
  user: "request.userInfo.username == 'admin' && 'system:masters' in request.userInfo.groups",
  'no user uid': 'has(request.userInfo.uid)',
  'dry run': '!request.dryRun',
  options: "request.options.kind == 'CreateOptions'",
  namespace: "request.namespace.startsWith('hooks-')",
  subresource: "has(request.subResource) && request.subResource == 'x'",
  'namespace object': 'namespaceObject == null',
  authorizer: "authorizer.group('').resource('pods').namespace('x').check('create').allowed()",
  'of the request': "authorizer.requestResource.check('create').allowed()",
  'an account': "authorizer.serviceAccount('default', 'x').group('').resource('pods').check('get').allowed()",
  reason: "authorizer.serviceAccount('default', 'x').group('').resource('pods').check('get').reason() == ''",
  path: "authorizer.path('/healthz').check('get').allowed()",
  'empty path': "authorizer.path('').check('get').allowed()",
  division: '1 / int(object.data.a) == 1 && 1 / 0 == 1',
  'too expensive': 'object.data.a.matches("^x") || [1,2,3,4,5,6,7,8].all(a, authorizer.requestResource.check("create").allowed())',
}

const BAD_CONDITIONS: Readonly<Record<string, string>> = {
  syntax: 'object.',
  'unknown variable': 'nope == 1',
  'no boolean': "'x'",
  dyn: 'object.data',
  'no field of the request': "request.nope == 'x'",
  uid: "request.uid == 'x'",
  params: 'params.x',
  variables: 'variables.x',
  'two lines': 'object.a ==\n nope',
  spaces: '  true  ',
  empty: '   ',
}

async function answers(h: Hooked, type: 'mutating' | 'validating', names: readonly string[]): Promise<void> {
  let answer: (review: Json) => HookReply = (review) => reviewed(review)
  await h.add(`${type}-fail`, { type, answer: (review) => answer(review) })
  await h.add(`${type}-ignore`, { type, answer: (review) => answer(review), more: { failurePolicy: 'Ignore' } })
  const path = `/api/v1/namespaces/${h.namespace}/configmaps`
  for (const name of names) {
    answer = ANSWERS[name]!
    for (const policy of ['fail', 'ignore']) {
      await h.s.post(`${name}, ${policy}`, `${path}?dryRun=All`, h.configMap(`c-${name}`, `${type}-${policy}`))
    }
  }
}

export const webhooks: readonly Scenario[] = [
  scenario('answers', (h) => answers(h, 'validating', Object.keys(ANSWERS))),
  scenario('mutating answers', (h) => answers(h, 'mutating', Object.keys(ANSWERS))),
  scenario('patches', async (h) => {
    let patch: readonly Json[] = []
    await h.add('patching', { type: 'mutating', answer: (review) => patching(review, ...patch) })
    const path = `/api/v1/namespaces/${h.namespace}/configmaps`
    for (const [name, operations] of Object.entries(PATCHES)) {
      patch = operations
      await h.s.post(`create: ${name}`, `${path}?dryRun=All`, h.configMap(`p-${name.replaceAll(' ', '-')}`, 'patching'))
    }
    patch = []
    await h.s.post('made', path, h.configMap('there', 'patching'))
    for (const [name, operations] of Object.entries(PATCHES)) {
      patch = operations
      await h.s.put(`update: ${name}`, `${path}/there?dryRun=All`, h.configMap('there', 'patching', { data: { a: '1', c: '3' } }))
    }
    patch = PATCHES.add!
    await h.s.delete('patch of a delete', `${path}/there`)
  }),
  scenario('reviews of writes', async (h) => {
    await h.add('seeing', { type: 'mutating', rules: [rule('*/*')] })
    await h.add('seeing-after', { rules: [rule('*/*')], more: { objectSelector: { matchLabels: h.labels('seeing') } } })
    const path = `/api/v1/namespaces/${h.namespace}/configmaps`
    const see = async (label: string, run: () => Promise<unknown>): Promise<void> => {
      await sleep(SETTLE_MS)
      await run()
      h.reviews(`reviews: ${label}`)
    }
    const map = (name: string, more: Json = {}): Json => h.configMap(name, 'seeing', more)
    await see('create', () => h.s.post('create', path, map('a')))
    await see('create with options', () => h.s.post('create with options', `${path}?fieldManager=me&fieldValidation=Strict`, map('b')))
    await see('dry run', () => h.s.post('dry run', `${path}?dryRun=All`, map('c')))
    await see('generated name', () =>
      h.s.post('generated name', `${path}?dryRun=All`, { metadata: { generateName: 'gen-', labels: h.labels('seeing') } }),
    )
    await see('system fields', () =>
      h.s.post('system fields', `${path}?dryRun=All`, {
        metadata: {
          name: 'd',
          labels: h.labels('seeing'),
          uid: 'x',
          creationTimestamp: '2020-01-01T00:00:00Z',
          generation: 7,
          selfLink: '/x',
        },
      }),
    )
    await see('put', () => h.s.put('put', `${path}/a`, map('a', { data: { a: '2' } })))
    await see('put that changes nothing', () => h.s.put('put that changes nothing', `${path}/a`, map('a', { data: { a: '2' } })))
    await see('merge patch', () => h.s.patch('merge patch', `${path}/a`, 'merge', { data: { b: '1' } }))
    await see('json patch', () =>
      h.s.patch('json patch', `${path}/a?fieldManager=me`, 'json', [{ op: 'add', path: '/data/c', value: '1' }]),
    )
    const apply = (label: string, name: string, query: string, data: Json): Promise<unknown> =>
      h.s.do(label, {
        method: 'PATCH',
        path: `${path}/${name}?${query}`,
        headers: { 'content-type': 'application/apply-patch+yaml' },
        body: JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, labels: h.labels('seeing') }, data }),
      })
    await see('apply that creates', () => apply('apply that creates', 'applied', 'fieldManager=me', { a: '1' }))
    await see('apply', () => apply('apply', 'applied', 'fieldManager=me&force=true', { a: '2' }))
    await see('label taken away', () => h.s.patch('label taken away', `${path}/a`, 'merge', { metadata: { labels: null } }))
    await see('label given', () => h.s.patch('label given', `${path}/a`, 'merge', { metadata: { labels: h.labels('seeing') } }))
    await see('delete', () => h.s.delete('delete', `${path}/a`))
    await see('delete with options', () =>
      h.s.delete('delete with options', `${path}/b`, { gracePeriodSeconds: 3, propagationPolicy: 'Background' }),
    )
    await see('delete by query', () => h.s.delete('delete by query', `${path}/applied?dryRun=All&propagationPolicy=Foreground`))
    await see('delete of nothing', () => h.s.delete('delete of nothing', `${path}/nope`))
    await see('deletecollection', () => h.s.delete('deletecollection', `${path}?labelSelector=hook%3Dseeing`))
    const apps = `/apis/apps/v1/namespaces/${h.namespace}/deployments`
    const pod = { containers: [{ name: 'c', image: 'i' }] }
    const template = { metadata: { labels: { app: 'x' } }, spec: pod }
    const deployment = {
      metadata: { name: 'd', labels: h.labels('seeing') },
      spec: { replicas: 0, selector: { matchLabels: { app: 'x' } }, template },
    }
    await see('deployment', () => h.s.post('deployment', apps, deployment))
    await see('status', () => h.s.patch('status', `${apps}/d/status`, 'merge', { status: { replicas: 0, observedGeneration: 1 } }))
    await see('invalid status', () => h.s.patch('invalid status', `${apps}/d/status`, 'merge', { status: { replicas: -1 } }))
    const pods = `/api/v1/namespaces/${h.namespace}/pods`
    await see('pod', () => h.s.post('pod', pods, { metadata: { name: 'p', labels: h.labels('seeing') }, spec: pod }))
    await see('pod status', () => h.s.patch('pod status', `${pods}/p/status`, 'strategic', { status: { phase: 'Running' } }))
    // Two steps, each of which asks; the reference's second may begin from the state before the first, and asks once more then.
    await h.s.delete('pod deleted at once', `${pods}/p?gracePeriodSeconds=0`)
    h.forget()
    await see('service', () =>
      h.s.post('service', `/api/v1/namespaces/${h.namespace}/services`, {
        metadata: { name: 's', labels: h.labels('seeing') },
        spec: { clusterIP: 'None', selector: { app: 'x' } },
      }),
    )
    await see('secret', () =>
      h.s.post('secret', `/api/v1/namespaces/${h.namespace}/secrets`, {
        metadata: { name: 's', labels: h.labels('seeing') },
        stringData: { a: 'b' },
      }),
    )
    await see('namespace', () =>
      h.s.post('namespace', '/api/v1/namespaces', { metadata: { name: h.s.name('seen'), labels: h.labels('seeing') } }),
    )
    await see('namespace patched', () =>
      h.s.patch('namespace patched', `/api/v1/namespaces/${h.s.name('seen')}`, 'merge', { metadata: { annotations: { a: 'b' } } }),
    )
    await see('namespace deleted', () => h.s.delete('namespace deleted', `/api/v1/namespaces/${h.s.name('seen')}`))
  }),
  scenario('subresources', async (h) => {
    const inOwn = { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': h.namespace } }, objectSelector: {} }
    const subresources = rule('*/scale,pods/eviction,pods/binding,bindings,serviceaccounts/token,pods/proxy,services/proxy')
    const own = rule('deployments/status,pods/ephemeralcontainers,pods/resize')
    await h.add('below', { type: 'mutating', rules: [subresources, own], more: inOwn })
    await h.add('below-after', { rules: [subresources, own], more: inOwn })
    const see = async (label: string, run: () => Promise<unknown>): Promise<void> => {
      await sleep(SETTLE_MS)
      await run()
      h.reviews(`reviews: ${label}`)
    }
    const apps = `/apis/apps/v1/namespaces/${h.namespace}/deployments`
    const pods = `/api/v1/namespaces/${h.namespace}/pods`
    const pod = { containers: [{ name: 'c', image: 'i' }] }
    const template = { metadata: { labels: { app: 'x' } }, spec: pod }
    await h.s.quiet({
      method: 'POST',
      path: apps,
      body: { metadata: { name: 'd' }, spec: { replicas: 0, selector: { matchLabels: { app: 'x' } }, template } },
    })
    for (const name of ['p', 'q']) await h.s.quiet({ method: 'POST', path: pods, body: { metadata: { name }, spec: pod } })
    await see('scale patched', () => h.s.patch('scale patched', `${apps}/d/scale`, 'merge', { spec: { replicas: 1 } }))
    await see('scale put', () =>
      h.s.put('scale put', `${apps}/d/scale`, {
        ...{ apiVersion: 'autoscaling/v1', kind: 'Scale' },
        metadata: { name: 'd', namespace: h.namespace },
        spec: { replicas: 0 },
      }),
    )
    await see('status put', () => h.s.patch('status put', `${apps}/d/status`, 'merge', { status: { observedGeneration: 1 } }))
    await see('binding', () => h.s.post('binding', `${pods}/p/binding`, { metadata: { name: 'p' }, target: { kind: 'Node', name: 'n' } }))
    await see('old binding', () =>
      h.s.post('old binding', `/api/v1/namespaces/${h.namespace}/bindings`, {
        metadata: { name: 'q' },
        target: { kind: 'Node', name: 'n' },
      }),
    )
    await see('eviction', () => h.s.post('eviction', `${pods}/p/eviction`, { metadata: { name: 'p' } }))
    await see('eviction, dry run', () => h.s.post('eviction, dry run', `${pods}/q/eviction?dryRun=All`, { metadata: { name: 'q' } }))
    await see('token', async () => {
      const path = `/api/v1/namespaces/${h.namespace}/serviceaccounts/default/token`
      const { status } = await h.s.quiet({ method: 'POST', path, body: { spec: { expirationSeconds: 600, audiences: ['somebody'] } } })
      h.s.note('token', { status })
    })
    await see('ephemeral container', () =>
      h.s.patch('ephemeral container', `${pods}/q/ephemeralcontainers`, 'strategic', {
        spec: { ephemeralContainers: [{ name: 'e', image: 'i' }] },
      }),
    )
    await see('proxy', async () => {
      const { status } = await h.s.quiet({ path: `${pods}/q/proxy/some/path/?a=b` })
      h.s.note('proxy', { status: status >= 400 })
    })
  }),
  scenario('rules', async (h) => {
    const path = `/api/v1/namespaces/${h.namespace}/configmaps`
    const cases: Readonly<Record<string, Json>> = {
      all: rule('*'),
      'all and below': rule('*/*'),
      below: rule('configmaps/*'),
      'other group': rule('configmaps', { apiGroups: ['apps'] }),
      'other version': rule('configmaps', { apiVersions: ['v2'] }),
      'update only': rule('configmaps', { operations: ['UPDATE'] }),
      cluster: rule('*', { scope: 'Cluster' }),
      namespaced: rule('*', { scope: 'Namespaced' }),
    }
    for (const [name, one] of Object.entries(cases)) {
      const hook = `rule-${name.replaceAll(' ', '-')}`
      const more = { rules: [one, rule('secrets', { apiGroups: [''], operations: ['DELETE'] })] }
      await h.add(hook, { probed: false, more })
    }
    // What is in effect last is in effect after all others.
    await h.add('rule-last', {})
    await sleep(300)
    for (const name of Object.keys(cases)) {
      const hook = `rule-${name.replaceAll(' ', '-')}`
      await h.s.post(name, `${path}?dryRun=All`, h.configMap('x', hook))
      await h.s.quiet({ method: 'POST', path: '/api/v1/namespaces?dryRun=All', body: { metadata: { name: 'x', labels: h.labels(hook) } } })
      h.reviews(`reviews: ${name}`)
    }
  }),
  scenario('equivalent versions', async (h) => {
    const hpas = (version: string): string => `/apis/autoscaling/${version}/namespaces/${h.namespace}/horizontalpodautoscalers`
    const target = { scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'd' } }
    const v1 = { ...target, maxReplicas: 5, targetCPUUtilizationPercentage: 50 }
    const named = (version: string, more: Json = {}): Hook => ({
      rules: [rule('horizontalpodautoscalers', { apiGroups: ['autoscaling'], apiVersions: [version] })],
      more,
    })
    await h.add('in-v1', named('v1'))
    await h.add('in-v2', {
      ...named('v2'),
      type: 'mutating',
      answer: (r) => patching(r, { op: 'replace', path: '/spec/maxReplicas', value: 7 }),
    })
    await h.add('exactly-v2', named('v2', { matchPolicy: 'Exact' }))
    const make = (label: string, version: string, hook: string): Promise<unknown> =>
      h.s.post(label, `${hpas(version)}?dryRun=All`, {
        metadata: { name: 'h', labels: h.labels(hook) },
        spec: version === 'v1' ? v1 : { ...target, maxReplicas: 5 },
      })
    for (const hook of ['in-v1', 'in-v2', 'exactly-v2']) {
      for (const version of ['v1', 'v2']) {
        await make(`${version}, ${hook}`, version, hook)
        h.reviews(`reviews: ${version}, ${hook}`)
      }
    }
    const events = rule('events', { apiGroups: ['events.k8s.io'], apiVersions: ['v1'] })
    await h.add('events', { rules: [events] })
    await h.s.post('event', `/api/v1/namespaces/${h.namespace}/events?dryRun=All`, {
      ...{ metadata: { name: 'e', labels: h.labels('events') }, reason: 'R', type: 'Normal' },
      involvedObject: { kind: 'Pod', name: 'p', namespace: h.namespace, apiVersion: 'v1' },
    })
    h.reviews('reviews: event')
  }),
  scenario('selectors', async (h) => {
    const path = `/api/v1/namespaces/${h.namespace}/configmaps`
    const own = { 'kubernetes.io/metadata.name': h.namespace }
    const cases: Readonly<Record<string, Json>> = {
      own: { namespaceSelector: { matchLabels: own } },
      other: { namespaceSelector: { matchLabels: { nope: 'x' } } },
      'not there': { namespaceSelector: { matchExpressions: [{ key: 'nope', operator: 'DoesNotExist' }] } },
    }
    for (const [name, more] of Object.entries(cases)) {
      const hook = `ns-${name.replaceAll(' ', '-')}`
      await h.add(hook, { rules: [rule('*')], probed: false, more })
    }
    await h.add('ns-last', {})
    await sleep(300)
    for (const name of Object.keys(cases)) {
      const hook = `ns-${name.replaceAll(' ', '-')}`
      await h.s.post(name, `${path}?dryRun=All`, h.configMap('x', hook))
      const labels = h.labels(hook)
      await h.s.post(`${name}, a namespace`, '/api/v1/namespaces?dryRun=All', { metadata: { name: h.s.name('y'), labels } })
      await h.s.post(`${name}, of the cluster`, '/apis/rbac.authorization.k8s.io/v1/clusterroles?dryRun=All', {
        metadata: { name: 'z', labels },
      })
      h.reviews(`reviews: ${name}`)
    }
  }),
  scenario('conditions', async (h) => {
    const path = `/api/v1/namespaces/${h.namespace}/configmaps`
    const entries = Object.entries(CONDITIONS)
    const hookOf = (i: number, policy: string): string => `cond-${i}-${policy.toLowerCase()}`
    for (const [i, [, expression]] of entries.entries()) {
      for (const failurePolicy of ['Fail', 'Ignore']) {
        const more = { failurePolicy, matchConditions: [{ name: 'a', expression }] }
        await h.add(hookOf(i, failurePolicy), { probed: false, more })
      }
    }
    const two = (a: string, b: string): Json => ({
      matchConditions: [
        { name: 'a', expression: a },
        { name: 'b', expression: b },
      ],
    })
    await h.add('two-wrong', { probed: false, more: two('object.x.y == 1', 'object.y.z == 2') })
    await h.add('wrong-and-false', { probed: false, more: two('object.x.y == 1', 'false') })
    await h.add('cond-last', {})
    await sleep(300)
    for (const [i, [name]] of entries.entries()) {
      for (const policy of ['Fail', 'Ignore']) {
        await h.s.post(`${name}, ${policy}`, `${path}?dryRun=All`, h.configMap('x', hookOf(i, policy)))
        h.reviews(`reviews: ${name}, ${policy}`)
      }
    }
    for (const name of ['two-wrong', 'wrong-and-false']) {
      await h.s.post(name, `${path}?dryRun=All`, h.configMap('x', name))
      h.reviews(`reviews: ${name}`)
    }
  }),
  scenario('bad configurations', async (h) => {
    const hook = (more: Json): Json => ({
      name: 'bad.hooks.example.com',
      clientConfig: { url: 'https://127.0.0.1:1/x' },
      ...{ sideEffects: 'None', admissionReviewVersions: ['v1'], rules: [configMaps] },
      ...more,
    })
    const at = (type: string): string => `${CONFIGURATIONS}/${type}webhookconfigurations?dryRun=All`
    const make = (label: string, type: string, ...webhooks: Json[]): Promise<unknown> =>
      h.s.post(label, at(type), { metadata: { name: h.s.name('bad') }, webhooks })
    for (const [name, expression] of Object.entries(BAD_CONDITIONS)) {
      await make(`condition: ${name}`, 'validating', hook({ matchConditions: [{ name: 'a', expression }] }))
    }
    const cases: Readonly<Record<string, Json>> = {
      'no client': { clientConfig: {} },
      'two clients': { clientConfig: { url: 'https://x', service: { namespace: 'a', name: 'b' } } },
      'no https': { clientConfig: { url: 'http://x' } },
      'a user': { clientConfig: { url: 'https://a:b@x/' } },
      'a query': { clientConfig: { url: 'https://x/?a=b' } },
      'a bad bundle': { clientConfig: { url: 'https://x', caBundle: 'eA==' } },
      'a long time': { timeoutSeconds: 31 },
      'no time': { timeoutSeconds: 0 },
      'side effects': { sideEffects: 'Some' },
      'no side effects': { sideEffects: undefined },
      'no versions': { admissionReviewVersions: [] },
      'unknown versions': { admissionReviewVersions: ['v7'] },
      'a short name': { name: 'x' },
      'no rules': { rules: [] },
      'a wrong rule': { rules: [rule('pods,*', { operations: ['*', 'CREATE'] })] },
      'reviews of users': {
        rules: [rule('tokenreviews,subjectaccessreviews', { apiGroups: ['authentication.k8s.io', 'authorization.k8s.io'] })],
      },
      everything: { rules: [rule('*/*')] },
    }
    for (const [name, more] of Object.entries(cases)) {
      await make(`${name}, validating`, 'validating', hook(more))
      await make(`${name}, mutating`, 'mutating', hook(more))
    }
    await make('the same name twice', 'mutating', hook({}), hook({}))
    await make('a static name', 'mutating', hook({ name: 'x.static.k8s.io' }))
    await h.s.post('a static configuration', at('validating'), { metadata: { name: 'x.static.k8s.io' }, webhooks: [hook({})] })
  }),
  scenario('failed calls', async (h) => {
    const path = `/api/v1/namespaces/${h.namespace}/configmaps?dryRun=All`
    const url = (u: string): Json => ({ clientConfig: { url: u, caBundle: h.server.caBundle } })
    const cases: Readonly<Record<string, Hook>> = {
      refused: { more: url('https://127.0.0.1:1/x') },
      'no such host': { more: url('https://nowhere.invalid/x') },
      'unknown authority': { more: { clientConfig: { url: `${h.server.url}/x` } } },
      'no service': { more: { clientConfig: { service: { namespace: 'nope', name: 'nope' }, caBundle: h.server.caBundle } } },
      hanging: { more: { timeoutSeconds: 1 }, answer: () => 'hang' },
      ending: { answer: () => 'end' },
      'old review': { more: { admissionReviewVersions: ['v1beta1'] } },
    }
    for (const [name, one] of Object.entries(cases)) {
      for (const failurePolicy of ['Fail', 'Ignore']) {
        const hook = `call-${name.replaceAll(' ', '-')}-${failurePolicy.toLowerCase()}`
        await h.add(hook, { ...one, probed: one.answer !== undefined || failurePolicy === 'Fail', more: { ...one.more, failurePolicy } })
        await h.s.post(`${name}, ${failurePolicy}`, path, h.configMap('x', hook))
        h.reviews(`reviews: ${name}, ${failurePolicy}`)
      }
    }
  }),
  scenario('order and reinvocation', async (h) => {
    const path = `/api/v1/namespaces/${h.namespace}/configmaps?dryRun=All`
    const note = (review: Json, mark: string): HookReply => {
      const { data } = (review.request as { object: { data: Record<string, string> } }).object
      return patching(review, { op: 'add', path: '/data/order', value: `${data.order ?? ''}${mark}` })
    }
    for (const [first, second] of [
      ['Never', 'Never'],
      ['IfNeeded', 'Never'],
      ['IfNeeded', 'IfNeeded'],
      ['Never', 'IfNeeded'],
    ] as const) {
      const base = `order-${first}-${second}`.toLowerCase()
      const labels = { matchLabels: h.labels(base) }
      const hook = (mark: string, reinvocationPolicy: string): Hook => ({
        type: 'mutating',
        answer: (review) => note(review, mark),
        more: { reinvocationPolicy, objectSelector: labels },
      })
      await h.add(`${base}-a`, hook('a', first))
      await h.add(`${base}-b`, hook('b', second))
      await h.s.post(base, path, h.configMap('x', base))
      h.reviews(`reviews: ${base}`)
    }
    await h.add('one-change', {
      type: 'mutating',
      more: { reinvocationPolicy: 'IfNeeded' },
      answer: (review) => patching(review, { op: 'add', path: '/data/b', value: '2' }),
    })
    await h.s.post('one change', path, h.configMap('x', 'one-change'))
    h.reviews('reviews: one change')
  }),
]

import { bindingCases, bindingOf } from './binding-cases.ts'
import { minimal, withPaths, type Json } from './cases.ts'
import { call, collection, nameOf, prepareNamespace, withoutManaged, writeFacts } from './reference.ts'

/** Records bindings, scales and deletion grace periods as the reference answers them; see record.ts. */
async function recreate(obj: Json): Promise<Json> {
  const path = `${collection('Pod')}/${nameOf(obj)}`
  await call('PATCH', path, { metadata: { finalizers: null } }, undefined, 'application/merge-patch+json')
  await call('DELETE', `${path}?gracePeriodSeconds=0`)
  const made = await call('POST', collection('Pod'), obj)
  if (made.code !== 201) throw new Error(JSON.stringify(made.body))
  return made.body
}

async function bindings(): Promise<unknown[]> {
  const facts: unknown[] = []
  for (const c of bindingCases) {
    const name = nameOf(c.pod)
    const path = `${collection('Pod')}/${name}`
    await recreate(c.pod)
    if (c.before === 'bind') await call('POST', `${path}/binding`, bindingOf(name, {}))
    if (c.before === 'delete') await call('DELETE', path)
    const before = withoutManaged((await call('GET', path)).body)
    const { code, body } = await call('POST', `${path}/binding`, bindingOf(name, c.binding))
    const after = withoutManaged((await call('GET', path)).body)
    facts.push({ case: c.name, before, answer: { ...body, code }, ...(code < 300 ? { after } : {}) })
  }
  return facts
}

async function scales(): Promise<unknown[]> {
  const facts: unknown[] = []
  for (const kind of ['Deployment', 'ReplicaSet'] as const) {
    const path = `${collection(kind)}/scaled`
    await call('DELETE', path)
    await call('POST', collection(kind), withPaths(minimal[kind], { 'metadata.name': 'scaled', 'spec.replicas': 2 }))
    const object = withoutManaged((await call('GET', path)).body)
    const scale = (await call('GET', `${path}/scale`)).body
    const put = async (set: Json, query = '?dryRun=All'): Promise<unknown> => {
      const { code, body } = await call('PUT', `${path}/scale${query}`, withPaths(scale, set))
      return { set, code, body: code < 300 ? { spec: body.spec } : body }
    }
    const answers = [
      await put({ 'spec.replicas': 5 }),
      await put({ 'spec.replicas': 0 }),
      await put({ 'spec.replicas': -1 }),
      await put({ 'metadata.uid': 'x' }, ''),
    ]
    facts.push({ kind, object, scale, answers })
  }
  return facts
}

async function graces(): Promise<unknown[]> {
  const facts: unknown[] = []
  const cases: [name: string, set: Json, requested: number | undefined, phase?: string][] = [
    ['unscheduled', {}, undefined],
    ['unscheduled, asked', {}, 10],
    ['scheduled', { 'spec.nodeName': 'n' }, undefined],
    ['scheduled, asked', { 'spec.nodeName': 'n' }, 5],
    ['scheduled, at once', { 'spec.nodeName': 'n' }, 0],
    ['own grace', { 'spec.nodeName': 'n', 'spec.terminationGracePeriodSeconds': 7 }, undefined],
    ['negative', { 'spec.nodeName': 'n' }, -1],
    ['finished', { 'spec.nodeName': 'n' }, undefined, 'Succeeded'],
    ['failed, asked', { 'spec.nodeName': 'n' }, 9, 'Failed'],
  ]
  for (const [name, set, requested, phase] of cases) {
    const made = await recreate(withPaths(minimal.Pod, { 'metadata.name': 'grace', 'metadata.finalizers': ['x.io/y'], ...set }))
    const path = `${collection('Pod')}/grace`
    if (phase !== undefined) await call('PUT', `${path}/status`, withPaths(made, { 'status.phase': phase }))
    const object = withoutManaged((await call('GET', path)).body)
    const { body } = await call('DELETE', path, requested === undefined ? {} : { gracePeriodSeconds: requested })
    const seconds = (body.metadata as Json).deletionGracePeriodSeconds
    facts.push({ case: name, object, requested, seconds })
    await call('PATCH', path, { metadata: { finalizers: null } }, undefined, 'application/merge-patch+json')
  }
  return facts
}

await prepareNamespace()
writeFacts('bindings.answers.json', await bindings())
writeFacts('scales.answers.json', await scales())
writeFacts('graces.answers.json', await graces())

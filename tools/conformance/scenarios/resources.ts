import { collection, make, samples, type Sample } from '../objects.ts'
import type { Scenario, Session } from '../session.ts'

const PROTOBUF = { accept: 'application/vnd.kubernetes.protobuf' }
const table = (include = ''): { accept: string } => ({ accept: `application/json;as=Table;v=v1;g=meta.k8s.io${include}` })
const partial = (kind: string): { accept: string } => ({ accept: `application/json;as=${kind};v=v1;g=meta.k8s.io` })

/** Everything a client does with one kind, from create to the get that finds nothing. */
async function life(s: Session, sample: Sample): Promise<void> {
  const ns = sample.namespaced ? await s.namespace(`kind-${sample.resource.slice(0, 30)}-${sample.version}`) : ''
  const all = collection(sample, ns)
  const plain = s.name('a')
  const object = make(sample, plain, s.run, ns)
  const one = `${all}/${object.metadata.name}`
  const mine = `${all}?labelSelector=run%3D${s.run}`
  const created = await s.post('create', all, object)
  await s.post('create again', all, object)
  await s.post('create with a bad name', all, { ...object, metadata: { name: `Bad_${s.run}!` } })
  await s.post('create without a name', all, { ...object, metadata: {} })
  await s.get('get', one)
  await s.get('get protobuf', one, PROTOBUF)
  await s.get('get yaml', one, { accept: 'application/yaml' })
  await s.get('get table', one, table())
  await s.get('get partial', one, partial('PartialObjectMetadata'))
  if (sample.namespaced) await s.get('list', all.replace(`namespaces/${ns}/`, '') + `?labelSelector=run%3D${s.run}`)
  await s.get('list selected', mine)
  await s.get('list protobuf', mine, PROTOBUF)
  await s.get('list table', mine, table())
  await s.get('list table with objects', `${mine}&includeObject=Object`, table())
  await s.get('list partial', mine, partial('PartialObjectMetadataList'))
  await s.get('list by name', `${all}?fieldSelector=metadata.name%3D${encodeURIComponent(object.metadata.name)}`)
  await s.get('list by an unknown field', `${all}?fieldSelector=spec.nothing%3Dx`)
  if (created.status !== 201) return
  const current = (await s.quiet({ path: one })).json as { metadata: { labels: Record<string, string> } }
  await s.put('update, nothing changed', one, current)
  await s.put('update', one, { ...current, metadata: { ...current.metadata, labels: { ...current.metadata.labels, more: '1' } } })
  await s.put('update, stale', one, { ...current, metadata: { ...current.metadata, labels: { ...current.metadata.labels, more: '2' } } })
  await s.put('update without a version', one, { ...object, metadata: { ...object.metadata, annotations: { a: 'b' } } })
  await s.patch('json patch', one, 'json', [{ op: 'add', path: '/metadata/annotations', value: { x: 'y' } }])
  await s.patch('merge patch', one, 'merge', { metadata: { labels: { more: null, other: 'z' } } })
  await s.patch('strategic merge patch', one, 'strategic', { metadata: { finalizers: ['example.com/f'], labels: { third: '3' } } })
  await s.patch('merge patch, nothing changed', one, 'merge', { metadata: { labels: { other: 'z' } } })
  await s.patch('merge patch of an unknown field', one, 'merge', { nothing: 1 })
  await s.patch('merge patch of the name', one, 'merge', { metadata: { name: 'other' } })
  await s.get('get status', `${one}/status`)
  await s.patch('status patch', `${one}/status`, 'merge', { metadata: { labels: { fromStatus: 'x' } }, status: sample.status ?? {} })
  const after = await s.quiet({ path: one })
  await s.put('status update', `${one}/status`, { ...after.json, status: sample.status ?? {} })
  await s.get('get after status', one)
  await s.do('delete, dry run', { method: 'DELETE', path: `${one}?dryRun=All` })
  await s.delete('delete, finalizer waits', one)
  await s.patch('finalizer gone', one, 'merge', { metadata: { finalizers: null } })
  await s.get('get deleted', one)
  await s.delete('delete what is gone', one)
  await s.put('update what is gone', one, { ...object, metadata: { ...object.metadata, labels: { run: s.run, put: 'x' } } })
  await s.post('create anew', all, object)
  await s.post('create another', all, make(sample, s.name('b2'), s.run, ns))
  await s.do('delete collection', { method: 'DELETE', path: mine, body: { propagationPolicy: 'Background', gracePeriodSeconds: 0 } })
  await s.get('list after', mine)
}

/** One scenario for each stored resource. */
export const resources: readonly Scenario[] = samples.map((sample) => ({
  name: `resource ${sample.group === '' ? '' : `${sample.group}/`}${sample.version}/${sample.resource}`,
  run: (s) => life(s, sample),
}))

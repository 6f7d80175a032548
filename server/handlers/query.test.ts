import { describe, expect, test } from 'vitest'
import { parseQuery } from '../machinery/query.ts'
import { eventsInEventsGroup } from '../registry/events/events.ts'
import type { ServedResource } from '../registry/generic/resource.ts'
import { listQuery, type ListQuery } from './query.ts'

const served = {
  facts: { group: '', resource: 'pods' },
  schema: { facts: {} },
  store: { resource: { selectableFields: { 'spec.nodeName': () => '' } } },
} as unknown as ServedResource
const read = (search: string): ListQuery => listQuery(parseQuery(search), served)

// Each as a kube-apiserver 1.37.2 answered.
describe('options of a list', () => {
  test.each([
    ['watch=f', true],
    ['watch=F', true],
    ['watch', true],
    ['watch=FaLsE', false],
    ['watch=0', false],
    ['', false],
  ])('?%s: watch is %s', (search, watch) => {
    expect(read(search).watch).toBe(watch)
  })

  test.each([
    ['limit=x', 'strconv.ParseInt: parsing "x": invalid syntax'],
    ['limit=', 'strconv.ParseInt: parsing "": invalid syntax'],
    ['limit=0x5', 'strconv.ParseInt: parsing "0x5": invalid syntax'],
    ['limit=99999999999999999999', 'strconv.ParseInt: parsing "99999999999999999999": value out of range'],
    ['limit=x&timeoutSeconds=y&labelSelector=!', 'strconv.ParseInt: parsing "y": invalid syntax'],
    ['limit=x&labelSelector=!', 'strconv.ParseInt: parsing "x": invalid syntax'],
    ['labelSelector=!&fieldSelector=x', "unable to parse requirement: found '', expected: identifier"],
    ['fieldSelector=a.b%3D1', 'field label not supported: a.b'],
    ['fieldSelector=spec.nodeName%3D1,a.b%3D1', 'field label not supported: a.b'],
  ])('?%s is refused', (search, why) => {
    expect(() => read(search)).toThrow(why)
  })

  test('an event has other fields in its newer group', () => {
    const events = {
      facts: { group: 'events.k8s.io', resource: 'events' },
      schema: { facts: {} },
      fieldLabels: eventsInEventsGroup.fieldLabels,
      store: { resource: { selectableFields: { 'involvedObject.kind': () => '', source: () => '', reportingComponent: () => '' } } },
    } as unknown as ServedResource
    const fields = (selector: string): string => listQuery(parseQuery(`fieldSelector=${selector}`), events).fields.toString()
    expect(fields('regarding.kind%3DPod,reportingController!%3Dx,metadata.name%3Da')).toBe(
      'metadata.name=a,involvedObject.kind=Pod,reportingComponent!=x',
    )
    for (const field of ['involvedObject.kind', 'source', 'reportingComponent', 'note'])
      expect(() => fields(`${field}%3DPod`)).toThrow(`field label not supported: ${field}`)
  })

  test('a kind may word the refusal of a field', () => {
    const unsupported = (field: string): string => `no ${field} here`
    expect(() => listQuery(parseQuery('fieldSelector=a.b%3D1'), { ...served, fieldLabels: { unsupported } })).toThrow('no a.b here')
  })

  test('options that do not go together come before fields that cannot be selected', () => {
    expect(() => read('fieldSelector=a.b%3D1&resourceVersionMatch=Exact')).toThrow(/resourceVersionMatch is forbidden unless/)
    expect(() => read('watch=f&resourceVersionMatch=Exact')).toThrow(/resourceVersionMatch is forbidden for watch unless sendInitialEvents/)
    expect(() => read('sendInitialEvents=')).toThrow(/sendInitialEvents is forbidden for list/)
  })

  test('pairs that cannot be read are left out', () => {
    expect(read('limit=5;x=y').limit).toBe(0)
    expect(read('limit=%zz&limit=%2B7').limit).toBe(7)
  })
})

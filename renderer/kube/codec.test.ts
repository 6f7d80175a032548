import { describe, expect, test } from 'vitest'
import { cellText, orderOf } from './columns.ts'
import { tableWords } from './table-words.ts'
import { objectCodec, slimMeta, tableCodec, tableKind } from './codec.ts'

const definition = (name: string, over: object = {}) => ({ name, type: 'string', priority: 0, ...over })
const rowOf = (cells: unknown[]) => ({ metadata: { name: 'x', creationTimestamp: '2026-01-01T00:00:00Z' }, cells })

test('what has no name is no object, wherever it stands', () => {
  const good = { metadata: { name: 'a' } }
  const odd = [null, 5, [], {}, { metadata: null }, { metadata: {} }, { metadata: { name: '' } }, { metadata: { name: 7 } }]
  expect(objectCodec.objects({ items: [...odd, good] })).toEqual([good])
  expect(odd.flatMap((one) => objectCodec.objects(one))).toEqual([])
  expect(objectCodec.objects(good)).toEqual([good])
  const rows = [null, {}, { object: good }, { object: {}, cells: [] }, { object: good, cells: ['a'] }]
  expect(tableCodec.objects({ rows })).toEqual([{ metadata: { name: 'a' }, cells: ['a'] }])
})

describe('tableKind', () => {
  test('ages come from the creation time, so that they can tick', () => {
    const kind = tableKind([definition('Name', { format: 'name' }), definition('Age')], false)
    const age = kind.columns.find((c) => c.id === 'age')
    expect(age?.cell(rowOf(['x', '5m']))).toBe(Date.parse('2026-01-01T00:00:00Z'))
  })

  test('3/5 and numbers sort as numbers, words as words', () => {
    const kind = tableKind([definition('Name'), definition('Ready'), definition('Desired', { type: 'integer' })], true)
    const [, , ready, desired] = kind.columns
    if (!ready || !desired) throw new Error('columns are missing')
    expect(orderOf(ready, rowOf(['x', '10/12', 3]))).toBe(10)
    expect(orderOf(ready, rowOf(['x', 'None', 3]))).toBe('none')
    expect(orderOf(desired, rowOf(['x', '1/1', 3]))).toBe(3)
  })

  test('wide columns are hidden, the name never is; a namespace column stands second', () => {
    const kind = tableKind([definition('Name', { priority: 1 }), definition('Wide', { priority: 1 })], true)
    expect(kind.columns.map((c) => [c.id, c.hidden ?? false])).toEqual([
      ['name', false],
      ['namespace', false],
      ['wide', true],
    ])
  })

  test("the server's columns have the window's words, those of custom resources their authors'", () => {
    const labels = (group: string) =>
      tableKind([definition('Name'), definition('Reclaim Policy'), definition('Depth')], false, tableWords(group)).columns.map((c) => [
        c.id,
        c.label,
        c.literal ?? false,
      ])
    const own = ['depth', 'Depth', true]
    expect(labels('')).toEqual([['name', 'name', false], ['reclaim policy', 'reclaimPolicy', false], own])
    expect(labels('storage.k8s.io')).toEqual(labels(''))
    expect(labels('example.com')).toEqual([['name', 'name', false], ['reclaim policy', 'Reclaim Policy', true], own])
  })

  test('a status has a tone; an object that is being deleted is Terminating', () => {
    const kind = tableKind([definition('Name'), definition('Status')], false)
    expect(kind.status(rowOf(['x', 'Active']))).toEqual({ text: 'Active', tone: 'ok' })
    expect(kind.status({ metadata: { name: 'x', deletionTimestamp: 'now' }, cells: ['x', 'Active'] })?.text).toBe('Terminating')
  })

  test.each([
    ['Status', 'string', 'status'],
    ['Phase', 'string', 'status'],
    ['Status', 'integer', 'number'],
    ['Status', 'boolean', 'text'],
    ['Available', 'string', 'text'],
    ['Available', 'integer', 'number'],
    ['Ready', 'string', 'text'],
    ['Condition', 'string', 'text'],
    ['Ready Status', 'string', 'text'],
  ])('%s of type %s is a column of type %s', (name, type, expected) => {
    const kind = tableKind([definition('Name'), definition(name, { type })], false)
    expect(kind.columns[1]?.type).toBe(expected)
    expect(kind.status(rowOf(['x', 'Active'])) !== undefined).toBe(expected === 'status')
  })

  test('a figure in a column of strings stays a figure: 2 of a Deployment are available', () => {
    const kind = tableKind([definition('Name'), definition('Available')], true)
    const available = kind.columns.find((c) => c.label === 'Available')
    expect(available?.cell(rowOf(['x', 2]))).toBe(2)
    expect(available?.cell(rowOf(['x', '1/2']))).toBe('1/2')
    expect(kind.status(rowOf(['x', 2]))).toBeUndefined()
  })

  test('a condition by its type is a word with its tone, and what does not hold comes first', () => {
    const kind = tableKind([definition('Name'), definition('Available')], true)
    const available = kind.columns.find((c) => c.label === 'Available')
    if (!available) throw new Error('the column is missing')
    const missing = rowOf(['x', 'False (MissingEndpoints)'])
    expect(available.cell(missing)).toEqual({ text: 'False (MissingEndpoints)', tone: 'bad' })
    expect(kind.status(missing)).toEqual({ text: 'False (MissingEndpoints)', tone: 'bad' })
    const orders = ['False (MissingEndpoints)', 'Unknown', 'True'].map((word) => String(orderOf(available, rowOf(['x', word]))))
    expect(orders).toEqual([...orders].sort())
    const requests = tableKind([definition('Name'), definition('Condition')], false)
    expect(requests.status(rowOf(['x', 'Approved,Issued']))).toEqual({ text: 'Approved,Issued', tone: 'ok' })
    expect(requests.status(rowOf(['x', 'Denied']))?.tone).toBe('bad')
  })

  test('one column is the name, though a VolumeAttachment’s attacher has the format of names too', () => {
    const kind = tableKind([definition('Name', { format: 'name' }), definition('Attacher', { format: 'name' })], false)
    expect(kind.columns.map((c) => [c.id, c.cell(rowOf(['x', 'driver.example.dev']))])).toEqual([
      ['name', 'x'],
      ['attacher', 'driver.example.dev'],
    ])
    expect(tableKind([definition('Title', { format: 'name' })], false).columns.map((c) => c.id)).toEqual(['name'])
  })

  test('cells may be null or objects', () => {
    const kind = tableKind([definition('Name'), definition('Any')], false)
    const any = kind.columns[1]
    if (!any) throw new Error('the column is missing')
    expect(cellText(any.cell(rowOf(['x', null])))).toBe('')
    expect(cellText(any.cell(rowOf(['x', { a: 1 }])))).toBe('{"a":1}')
  })
})

describe('codecs', () => {
  test('lists, single objects, and lists whose items are null', () => {
    expect(objectCodec.objects({ items: [{ metadata: { name: 'a' } }] })).toHaveLength(1)
    expect(objectCodec.objects({ kind: 'PodList', items: null })).toEqual([])
    expect(objectCodec.objects({ kind: 'Pod', metadata: { name: 'a' } })).toHaveLength(1)
    expect(objectCodec.objects('nonsense')).toEqual([])
  })

  test('rows without an object are no objects', () => {
    expect(
      tableCodec.objects({ rows: [{ cells: ['a'] }, { cells: ['b'], object: { metadata: { name: 'b' } } }] }).map((o) => o.metadata.name),
    ).toEqual(['b'])
    expect(tableCodec.columns({ columnDefinitions: null })).toBeUndefined()
  })

  test('managedFields and the last applied configuration are left out, other annotations stay', () => {
    const slim = slimMeta({
      name: 'a',
      managedFields: [{}],
      annotations: { 'kubectl.kubernetes.io/last-applied-configuration': '{}', keep: '1' },
    })
    expect(slim).toEqual({ name: 'a', annotations: { keep: '1' } })
  })
})

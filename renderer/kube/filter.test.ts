import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Filterable, idleTerms, matchesAll, parseFilter, parseSelector } from './filter.ts'

const row = (over: Partial<Filterable> = {}): Filterable => ({
  name: 'web-1',
  namespace: 'shop',
  text: 'shop/web-1\nrunning\nworker-7',
  status: 'running',
  labels: { app: 'web', tier: 'front' },
  object: {
    metadata: { name: 'web-1', annotations: { 'example.com/team': 'blue' } },
    spec: { nodeName: 'worker-7', containers: [{ image: 'nginx:1' }, { image: 'envoy:2' }] },
    status: { ready: true, restarts: 0 },
  },
  ...over,
})
const holds = (filter: string, over?: Partial<Filterable>): boolean => matchesAll(parseFilter(filter), row(over))

describe('the filter language', () => {
  test.each([
    ['', true],
    ['web', true],
    ['WEB worker-7', true],
    ['web absent', false],
    ['-absent', true],
    ['!web', false],
    ['"web-1 running"', false],
    ['name:web', true],
    ['name:worker', false],
    ['-name:web', false],
    ['name:', true],
    ['ns:shop', true],
    ['ns:shop,quay', true],
    ['namespace=quay,shop', true],
    ['ns:sho', false],
    ['-ns:shop', false],
    ['-ns:quay', true],
    ['ns:', true],
    ['ns:,', true],
    ['status:run', true],
    ['-status:run', false],
    ['status:', true],
    ['label=app=web', true],
    ['label:app=web', true],
    ['label=app!=web', false],
    ['label=app=web,tier=front', true],
    ['label=app=web,tier=back', false],
    ['label=app', true],
    ['label=!other', true],
    ['label=other!=x', true],
    ['label="app in (api, web)"', true],
    ['label="app notin (api, web)"', false],
    ['-label=app=web', false],
    ['label=', true],
    ['field=spec.nodeName=worker-7', true],
    ['field=spec.nodeName!=worker-7', false],
    ['field=.spec.nodeName=worker-7', true],
    ['field=spec.containers.image=envoy:2', true],
    ['field=spec.containers.image=envoy:3', false],
    ['field=metadata.annotations.example.com/team=blue', true],
    ['field=status.ready=true', true],
    ['field=status.restarts=0', true],
    ['field=spec.absent=', true],
    ['field=spec.absent=x', false],
    ['field=spec', true],
    ['field=spec=x', false],
  ])('%s', (filter, expected) => expect(holds(filter)).toBe(expected))

  test('a row without labels fails equality and holds inequality', () => {
    expect(holds('label=app=web', { labels: undefined })).toBe(false)
    expect(holds('label=app!=web', { labels: undefined })).toBe(true)
  })

  test('any input parses, and any row can be asked', () => {
    fc.assert(fc.property(fc.string(), (input) => void expect(holds(input)).toBeTypeOf('boolean')))
    fc.assert(fc.property(fc.string(), (input) => void expect(parseSelector(input)).toBeInstanceOf(Array)))
  })

  test('a quoted word is found exactly when the text has it', () => {
    const word = fc.string({ minLength: 1 }).filter((s) => !/["']/.test(s) && !/^[-!]|^(labels?|field|status|name)[=:]/.test(s))
    fc.assert(
      fc.property(word, fc.string(), (needle, text) => {
        const lower = text.toLowerCase()
        expect(matchesAll(parseFilter(`"${needle}"`), row({ text: lower }))).toBe(lower.includes(needle.toLowerCase()))
      }),
    )
  })

  test('object prototypes are no labels and no fields', () => {
    expect(holds('label=constructor')).toBe(false)
    expect(holds('field=metadata.toString=x')).toBe(false)
  })
})

test.each([
  ['web label=app=web "label=tier in (a,b)" field=a.b=c status:crash ns:shop -name:x !label=!old', []],
  ['', []],
  ['web label=', ['label=']],
  ['label="((', ['label=((']],
  ['"label=app=web,(("', ['label=app=web,((']],
  ['-field=spec web status: ns:, name:', ['-field=spec', 'status:', 'ns:,', 'name:']],
])('%j has terms that hide no row: %j', (input, idle) => {
  expect(idleTerms(input)).toEqual(idle)
})

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { moved, type Place, parsePlace, placeUrl } from './place.ts'

const text = fc.string({ minLength: 1, maxLength: 12 }).filter((s) => s.isWellFormed() && s !== '.' && s !== '..')
const place: fc.Arbitrary<Place> = fc.record({
  context: text,
  beside: fc.array(text, { maxLength: 2 }),
  resource: fc.constantFrom('pods', 'deployments.apps'),
  namespace: fc.oneof(fc.constant(''), text),
  filter: fc.oneof(fc.constant(''), text),
  sort: fc.constantFrom('', 'age', '-name'),
  object: fc.option(fc.record({ namespace: fc.constantFrom('', 'default'), name: text }), { nil: undefined }),
  tab: fc.constantFrom('', 'yaml'),
  path: fc.oneof(fc.constant(''), text),
})

describe('places and URLs', () => {
  test('every place survives the way to its URL and back', () => {
    fc.assert(
      fc.property(place, (here) => {
        const url = new URL(placeUrl(here), 'http://x')
        const back = parsePlace(url.pathname, url.search)
        expect(back).toEqual({ ...here, tab: here.object ? here.tab : '', path: here.object && here.tab ? here.path : '' })
      }),
    )
  })

  test('another resource closes the object and clears filter and sort, and keeps the namespace', () => {
    const here: Place = {
      context: 'c',
      beside: ['d'],
      resource: 'pods',
      namespace: 'n',
      filter: 'f',
      sort: 'age',
      object: { namespace: 'n', name: 'p' },
      tab: 'logs',
      path: 'pods/a.log',
    }
    expect(moved(here, { resource: 'nodes' })).toEqual({
      context: 'c',
      beside: ['d'],
      resource: 'nodes',
      namespace: 'n',
      filter: '',
      sort: '',
      object: undefined,
      tab: '',
      path: '',
    })
    expect(moved(here, { tab: 'yaml' })).toEqual({ ...here, tab: 'yaml', path: '' })
    expect(moved(here, { filter: 'g' }).path).toBe('pods/a.log')
  })

  test('what is no place is none', () => {
    expect(parsePlace('/', '')).toBeUndefined()
    expect(parsePlace('/c', '')).toBeUndefined()
    expect(parsePlace('/c/%E0%A4%A', '')?.context).toBe('%E0%A4%A')
  })
})

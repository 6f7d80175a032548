import { expect, test } from 'vitest'
import { KeptPlaces, type KeptPlace, placeToKeep, samePlace, toggled, withRecent } from './kept-places.ts'

const place = (more: Partial<KeptPlace> & { tab?: string; beside?: readonly string[] } = {}) => ({
  beside: [],
  ...{ context: 'prod', resource: 'pods', namespace: 'shop', filter: 'status:crash', sort: '-age', tab: 'logs', path: '' },
  ...more,
})

test('a list of several clusters is the same whichever of them is open', () => {
  const both = place({ beside: ['dev'] })
  expect(placeToKeep(both)).toMatchObject({ context: 'prod', beside: ['dev'] })
  expect(samePlace(placeToKeep(both), placeToKeep(place({ context: 'dev', beside: ['prod'] })))).toBe(true)
  expect(samePlace(placeToKeep(both), placeToKeep(place()))).toBe(false)
})

test('a list is kept with its filter and its order, an object by itself', () => {
  expect(placeToKeep(place())).toEqual({
    context: 'prod',
    resource: 'pods',
    namespace: 'shop',
    filter: 'status:crash',
    sort: '-age',
    object: undefined,
  })
  const object = { namespace: 'shop', name: 'cart' }
  expect(placeToKeep(place({ object }))).toMatchObject({ filter: '', sort: '', object })
  // The filter of the list beside it, and the tab, are nothing to the object.
  expect(samePlace(placeToKeep(place({ object })), placeToKeep(place({ object, filter: '', namespace: '' })))).toBe(true)
  expect(samePlace(placeToKeep(place()), placeToKeep(place({ filter: '' })))).toBe(false)
  expect(samePlace(placeToKeep(place()), placeToKeep(place({ context: 'test' })))).toBe(false)
})

test('a saved view comes and goes; the last that was open is first, and few are remembered', () => {
  const pin = placeToKeep(place())
  expect(toggled(toggled([], pin), { ...pin })).toEqual([])
  const many = Array.from({ length: 12 }, (_, n) => placeToKeep(place({ object: { namespace: 'shop', name: `p${n}` } })))
  let recent: KeptPlace[] = []
  for (const one of [...many, many[10]!]) recent = withRecent(recent, one)
  expect(recent.map(({ object }) => object?.name)).toEqual(['p10', 'p11', 'p9', 'p8', 'p7', 'p6', 'p5', 'p4'])
})

test('without a storage, or with something else in it, places last until reload', () => {
  const kept = new KeptPlaces('binnacle.test')
  expect(kept.get()).toEqual([])
  const seen: number[] = []
  const stop = kept.listen(() => seen.push(kept.get().length))
  kept.change((pins) => [...pins, placeToKeep(place())])
  stop()
  kept.change(() => [])
  expect(seen).toEqual([1])
})

import { expect, test } from 'vitest'
import type { KindView } from './columns.ts'
import { ObjectStore } from './store.ts'
import { FakeClock } from './testing/fake-clock.ts'
import type { KubeObject } from './types.ts'

interface Ticket extends KubeObject {
  until: number
}
const ticket = (name: string, until: number, resourceVersion = '1'): Ticket => ({ metadata: { name, uid: name, resourceVersion }, until })

test('a word that time makes untrue is told anew when its time comes, and not before', () => {
  const clock = new FakeClock()
  const kind = {
    columns: [],
    trim: (o: Ticket) => o,
    status: ({ until }: Ticket) => (clock.now() < until ? { text: 'Valid', tone: 'ok', until } : { text: 'Past', tone: 'warn' }),
  } as unknown as KindView
  let cancel = (): void => undefined
  const store = new ObjectStore(kind, '', (at) => {
    cancel()
    cancel = clock.after(at - clock.now(), () => store.lapse(clock.now()))
  })
  const told: string[] = []
  const start = clock.now()
  for (const one of [ticket('late', start + 90), ticket('early', start + 30), ticket('past', start)]) store.upsert(one)
  store.listen(({ name, status }) => told.push(`${clock.now() - start} ${name} ${status}`))
  clock.advance(29)
  expect(told).toEqual([])
  clock.advance(1)
  expect(told).toEqual(['30 early past'])
  // It is renewed: the earlier time counts no longer.
  store.upsert(ticket('late', start + 200, '2'))
  clock.advance(100)
  expect(told).toEqual(['30 early past', '30 late valid'])
  clock.advance(70)
  expect(told.slice(2)).toEqual(['200 late past'])
  expect([...store.rows.values()].map(({ name, status }) => `${name} ${status}`).sort()).toEqual(['early past', 'late past', 'past past'])
})

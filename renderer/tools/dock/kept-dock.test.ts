import { expect, test } from 'vitest'
import { logsTab } from './dock-context.ts'
import { parseDock } from './kept-dock.ts'

const one = logsTab({ context: 'c', namespace: 'n', title: 'web', pod: 'web', container: 'app' })
const two = logsTab({ context: 'c', namespace: '', title: 'tier=front', selector: 'tier=front' })

test('tabs come back as they were', () => {
  const dock = { tabs: [one, two], active: one.id, open: true }
  expect(parseDock(JSON.stringify(dock))).toEqual(dock)
})

test('what cannot be read back is left out', () => {
  const empty = { tabs: [], active: '', open: false }
  for (const text of [null, '', '{', '7', '{"tabs":3}', '{"tabs":[null,{"kind":"logs"}]}']) expect(parseDock(text)).toEqual(empty)
  const odd = { ...one, target: { ...one.target, pod: 7 } }
  expect(parseDock(JSON.stringify({ tabs: [odd, two], active: odd.id, open: 1 }))).toEqual({ tabs: [two], active: two.id, open: false })
})

import { Suspense } from 'react'
import { renderToString } from 'react-dom/server'
import { expect, test } from 'vitest'
import { part, warmParts } from './part.tsx'

const drawn = (Part: React.ComponentType): string =>
  renderToString(
    <Suspense fallback="waiting">
      <Part />
    </Suspense>,
  )

/** A component whose file comes when it is told to. */
function file(text: string) {
  const { promise, resolve, reject } = Promise.withResolvers<React.ComponentType>()
  const state = { asked: 0, come: () => resolve(() => text), fail: () => reject(new Error('gone')) }
  const load = (): Promise<React.ComponentType> => {
    state.asked++
    return promise
  }
  return { state, load }
}

test('parts are loaded one in each idle moment, and one that is there is drawn at once', async () => {
  const moments: (() => void)[] = []
  const settled = async (): Promise<void> => {
    for (let turn = 0; turn < 10; turn++) await Promise.resolve()
  }
  const [first, second, late] = [file('first'), file('second'), file('late')]
  const First = part(first.load)
  const Second = part(second.load)
  expect(drawn(First)).toContain('waiting')
  const askedByDrawing = first.state.asked

  warmParts((work) => moments.push(work))
  expect(moments).toHaveLength(1)
  expect(first.state.asked).toBe(askedByDrawing)
  moments.shift()?.()
  expect(first.state.asked).toBe(askedByDrawing + 1)
  expect(moments).toEqual([])
  first.state.come()
  await settled()
  expect(drawn(First)).toBe('<!--$-->first<!--/$-->')

  // One that fails holds nobody back.
  expect(moments).toHaveLength(1)
  moments.shift()?.()
  second.state.fail()
  await settled()
  expect(moments).toEqual([])
  expect(drawn(Second)).toContain('waiting')

  const Late = part(late.load)
  expect(moments).toHaveLength(1)
  moments.shift()?.()
  late.state.come()
  await settled()
  expect(drawn(Late)).toBe('<!--$-->late<!--/$-->')
})

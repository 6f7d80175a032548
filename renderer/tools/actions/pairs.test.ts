import { describe, expect, test } from 'vitest'
import { isTypable, noPairs, pairsOf, pairsPatch, withLineEnds } from './pairs.ts'

const a = {
  metadata: { name: 'a', labels: { app: 'web', tier: 'one' }, annotations: { 'kubectl.kubernetes.io/last-applied-configuration': '{}' } },
}
const b = { metadata: { name: 'b', labels: { app: 'web', tier: 'two' } } }

describe('labels and annotations of several objects', () => {
  test('keys of all, values where they agree, without kubectl’s own copy', () => {
    expect(pairsOf([a, b], 'labels')).toEqual([
      { key: 'app', value: 'web' },
      { key: 'tier', value: undefined },
    ])
    expect(pairsOf([a, b], 'annotations')).toEqual([])
  })

  test('a patch has what is different for that object, and nothing else', () => {
    const wish = {
      edited: { tier: 'two', none: 'x' },
      removed: ['app', 'other'],
      added: [
        { key: ' team ', value: 'sea' },
        { key: '', value: 'lost' },
      ],
    }
    expect(pairsPatch(a, 'labels', wish)).toEqual({ metadata: { labels: { tier: 'two', app: null, team: 'sea' } } })
    expect(pairsPatch(b, 'labels', wish)).toEqual({ metadata: { labels: { app: null, team: 'sea' } } })
    expect(pairsPatch(a, 'labels', noPairs)).toBeUndefined()
    expect(pairsPatch(b, 'annotations', { ...noPairs, added: [{ key: 'k', value: '' }] })).toEqual({ metadata: { annotations: { k: '' } } })
  })
})

describe('line ends in a text field, which knows one kind', () => {
  test.each([
    ['a', true],
    ['a\nb', true],
    ['a\r\nb\r\n', true],
    ['a\r\nb\n', false],
    ['10%\r20%', false],
    ['a\r', false],
  ])('%j can be typed in: %s', (text, wanted) => expect(isTypable(text)).toBe(wanted))

  test('a value that had CR LF has it again, one that had not has none', () => {
    expect(withLineEnds('a\r\nb', 'a\nc\n')).toBe('a\r\nc\r\n')
    expect(withLineEnds('a\r\nb', 'a\r\nb')).toBe('a\r\nb')
    expect(withLineEnds('a\nb', 'a\nc')).toBe('a\nc')
  })
})

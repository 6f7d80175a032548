import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { defaultPullPolicy, imageTag } from './image.ts'

describe('image references', () => {
  test.each([
    ['nginx', 'latest'],
    ['nginx:1.2', '1.2'],
    ['localhost:5000/a/b', 'latest'],
    ['localhost:5000/a/b:v1', 'v1'],
    [`a@sha256:${'0'.repeat(64)}`, ''],
    [`a:x@sha256:${'0'.repeat(64)}`, 'x'],
    ['UPPER', ''],
    ['a'.repeat(64), ''],
    ['', ''],
  ])('the tag of %s is %j', (image, tag) => expect(imageTag(image)).toBe(tag))

  test('latest is pulled always', () => {
    expect(defaultPullPolicy('nginx')).toBe('Always')
    expect(defaultPullPolicy('nginx:1')).toBe('IfNotPresent')
  })

  test('any text has an answer, and quickly', () => {
    fc.assert(fc.property(fc.string({ maxLength: 300 }), (s) => typeof imageTag(s) === 'string'))
    expect(imageTag(`${'a-'.repeat(2000)}!`)).toBe('')
  })
})

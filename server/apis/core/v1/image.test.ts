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
    [`a:x@sha256:${'0'.repeat(32)}`, ''],
    [`a:x@sha256:${'F'.repeat(64)}`, ''],
    [`a:x@sha512:${'f'.repeat(128)}`, 'x'],
    [`a:x@md5:${'f'.repeat(32)}`, ''],
    ['a'.repeat(247), 'latest'],
    ['a'.repeat(248), ''],
    [`b/${'a'.repeat(253)}`, 'latest'],
    [`b/${'a'.repeat(254)}`, ''],
    [`b.io/${'a'.repeat(255)}`, 'latest'],
    [`b.io/${'a'.repeat(256)}`, ''],
    [`docker.io/${'a'.repeat(248)}`, ''],
    ['UPPER/a', 'latest'],
    [`b/UPPER`, ''],
    [`[::1]:5000/a`, 'latest'],
    ['a:5000', '5000'],
    ['a:b/c', ''],
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
    expect(imageTag(`${'a-'.repeat(500)}!`)).toBe('')
    expect(imageTag(`${'a'.repeat(3_000_000)}`)).toBe('')
  })
})

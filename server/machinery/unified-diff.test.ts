import { describe, expect, test } from 'vitest'
import { unifiedDiff } from './unified-diff.ts'

describe('unified diff', () => {
  test('nothing for equal texts', () => expect(unifiedDiff('a\nb', 'a\nb')).toBe(''))

  test('one changed line with three lines around it', () => {
    const a = ['1', '2', '3', '4', '5', '6', '7', '8', '9']
    const b = a.with(4, 'x')
    expect(unifiedDiff(a.join('\n'), b.join('\n'))).toBe('@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+x\n 6\n 7\n 8\n')
  })

  test('far changes are hunks of their own', () => {
    const a = Array.from({ length: 30 }, (_, i) => String(i))
    const b = a.with(2, 'x').toSpliced(27, 1)
    expect(unifiedDiff(a.join('\n'), b.join('\n'))).toBe(
      '@@ -1,6 +1,6 @@\n 0\n 1\n-2\n+x\n 3\n 4\n 5\n@@ -25,6 +25,5 @@\n 24\n 25\n 26\n-27\n 28\n 29\n',
    )
  })

  test('from and to nothing', () => {
    expect(unifiedDiff('', 'a')).toBe('@@ -1 +1 @@\n-\n+a\n')
  })
})

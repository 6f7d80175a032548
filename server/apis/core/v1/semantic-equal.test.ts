import { describe, expect, test } from 'vitest'
import { semanticEqual } from './semantic-equal.ts'

describe('semantic equality', () => {
  test.each([
    [{ limits: { cpu: '1' } }, { limits: { cpu: '1000m' } }, true],
    [{ limits: { cpu: '1' } }, { limits: { cpu: '2' } }, false],
    [{ volumes: [] }, {}, true],
    [{ nodeSelector: {} }, {}, true],
    [{ emptyDir: {} }, {}, false],
    [{ emptyDir: { sizeLimit: '1Gi' } }, { emptyDir: { sizeLimit: '1024Mi' } }, true],
    [{ hostNetwork: false }, {}, true],
    [{ enableServiceLinks: false }, {}, false],
    [{ args: ['a'] }, { args: ['b'] }, false],
    [{ args: ['a', 'b'] }, { args: ['a'] }, false],
    [{ name: 'a' }, { name: 'b' }, false],
  ])('%j and %j: %s', (a, b, same) => {
    expect(semanticEqual(a, b)).toBe(same)
    expect(semanticEqual(b, a)).toBe(same)
  })
})

import { describe, expect, test } from 'vitest'
import { format, missing, type Notice, packageOf, productionPackages, unshipped } from './notices.ts'

const notice = (name: string, text: string): Notice => ({ name, version: '1.0.0', license: 'MIT', text })

test('each package is named once, by name, and equal texts are joined', () => {
  const text = format([notice('b', 'Text of two'), notice('@x/c', 'Other'), notice('a', 'Text of two'), notice('a', 'Text of two')])
  expect(text).toContain('a 1.0.0 (MIT)\nb 1.0.0 (MIT)\n\nText of two\n')
  expect(text.match(/Text of two/g)).toHaveLength(1)
  expect(text.indexOf('@x/c 1.0.0 (MIT)')).toBeLessThan(text.indexOf('a 1.0.0'))
  expect(missing(text, ['a', 'b', '@x/c', 'c', 'Text', 'd'])).toEqual(['c', 'd'])
})

test('what is for development only is not passed on', () => {
  expect(
    productionPackages({
      packages: { '': {}, 'node_modules/ws': {}, 'node_modules/vite': { dev: true }, 'node_modules/a/node_modules/b': {} },
    }),
  ).toEqual(['node_modules/ws', 'node_modules/a/node_modules/b'])
})

test.each([
  ['../../node_modules/ws/lib/sender.js', 'ws'],
  ['../../node_modules/@grpc/grpc-js/build/src/index.js', '@grpc/grpc-js'],
  ['node_modules/a/node_modules/@b/c/d.js', '@b/c'],
  ['node_modules/react/jsx-runtime', 'react'],
  ['../../server/main.ts', undefined],
])('%s is of %s', (path, name) => expect(packageOf(path)).toBe(name))

describe('what electron-builder leaves out', () => {
  const legal = 'dist/server/server.mjs.LEGAL.txt'
  test.each<[string[], string[]]>([
    [['dist/server/*.mjs', 'dist/renderer/**'], [legal]],
    [['dist/**/*.LEGAL.txt'], []],
    [['dist/**', '!**/*.{map,txt}'], [legal]],
    [['!**/*.txt', 'dist/**'], []],
  ])('%j', (patterns, left) => expect(unshipped([legal], patterns)).toEqual(left))
})

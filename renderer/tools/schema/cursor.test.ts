import { expect, test } from 'vitest'
import { cursorPlace } from './cursor.ts'

/** `|` is the cursor. */
const place = (text: string) => {
  const { path, field, word, taken, column } = cursorPlace(text.replace('|', ''), text.indexOf('|'))
  return { path: path.join('.'), field, word, taken: [...taken].sort().join(), column }
}
const head = 'apiVersion: v1\nkind: Pod\n'

test.each([
  ['a field at the top', `${head}sp|`, { path: '', word: 'sp', taken: 'apiVersion,kind', column: 0 }],
  ['below a field', `${head}spec:\n  cont|`, { path: 'spec', word: 'cont', taken: '', column: 2 }],
  ['before and behind its neighbours', 'spec:\n  a: 1\n  |\n  b: 2\nmetadata: {}', { path: 'spec', word: '', taken: 'a,b', column: 2 }],
  ['in a list', 'spec:\n  containers:\n    - name: web\n      ima|', { path: 'spec.containers.0', word: 'ima', taken: 'name', column: 6 }],
  [
    'in a list at the column of its field',
    'spec:\n  containers:\n  - name: web\n    |',
    { path: 'spec.containers.0', taken: 'name', column: 4 },
  ],
  ['at the dash', 'spec:\n  containers:\n  - na|\n    image: x', { path: 'spec.containers.0', word: 'na', taken: 'image', column: 4 }],
  ['of a second item', 'c:\n- a: 1\n  b: 2\n- |', { path: 'c.0', taken: '', column: 2 }],
  ['behind deeper things', 'spec:\n  a:\n    b:\n    - c: 1\n  d|', { path: 'spec', word: 'd', taken: 'a' }],
  ['a list in a list', 'a:\n- - b: 1\n    |', { path: 'a.0.0', taken: 'b', column: 4 }],
  ['a value', 'spec:\n  restartPolicy: Al|', { path: 'spec', field: 'restartPolicy', word: 'Al' }],
  ['no value yet', 'spec:\n  restartPolicy: |', { path: 'spec', field: 'restartPolicy', word: '' }],
  ['a value at a dash', 'ports:\n- protocol: T|', { path: 'ports.0', field: 'protocol', word: 'T' }],
  ['comments and blank lines are not looked at', 'spec:\n# no: this\n\n  # or: that\n  x|', { path: 'spec', word: 'x' }],
])('%s', (_, text, wanted) => expect(place(text)).toMatchObject(wanted))

test('each document has its own kind', () => {
  const text = `${head}---\napiVersion: "apps/v1"\nkind: Deployment # that one\nspec:\n  `
  expect(cursorPlace(text, text.length)).toMatchObject({ apiVersion: 'apps/v1', kind: 'Deployment', path: ['spec'] })
  expect(cursorPlace(text, 3)).toMatchObject({ kind: 'Pod' })
  expect(cursorPlace('', 0)).toMatchObject({ apiVersion: '', kind: '', path: [], word: '' })
})

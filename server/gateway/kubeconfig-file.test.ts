import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { stringify } from 'yaml'
import { readKubeconfig } from './kubeconfig-file.ts'

const CLUSTER = '- name: c\n  cluster: {server: "https://x"}\n'
const CONTEXT = '- name: x\n  context: {cluster: c}\n'

/** Left: what kubectl 1.37 reads, too; the outcomes are its own. */
describe('as kubectl reads it', () => {
  test.each([
    [
      'of equal keys the last one counts',
      'clusters:\n- name: c\n  cluster:\n    server: https://first\n    server: https://x\ncontexts:\n',
    ],
    ['also at the top', `clusters: [{name: other}]\nclusters:\n${CLUSTER}contexts:\n`],
    ['merge keys', 'clusters:\n- name: c\n  cluster:\n    <<: {server: "https://x"}\ncontexts:\n'],
    ['anchors', `clusters:\n- name: c\n  cluster: &a {server: "https://x"}\nusers: [{name: u, user: *a}]\ncontexts:\n`],
    ['a byte order mark', `\uFEFFclusters:\n${CLUSTER}contexts:\n`],
    ['CRLF', `clusters:\n${CLUSTER}contexts:\n`.replaceAll('\n', '\r\n')],
    ['unknown fields', `foo: bar\nclusters:\n${CLUSTER}contexts:\n`],
    ['numbers and words in quotes', `clusters:\n${CLUSTER}users: [{name: "42"}, {name: "on"}]\ncontexts:\n`],
    ['empty lists', `clusters:\n${CLUSTER}users: null\npreferences: {}\ncontexts:\n`],
  ])('%s', (_, head) => {
    const read = readKubeconfig(head + CONTEXT)
    expect(read.faults).toEqual([])
    expect(read.clusters).toEqual([{ name: 'c', body: { server: 'https://x' } }])
    expect(read.contexts).toEqual([{ name: 'x', body: { cluster: 'c' } }])
  })

  test('only the first document counts, which is said; an empty file says nothing', () => {
    const read = readKubeconfig(`contexts:\n${CONTEXT}---\ncontexts: [{name: z, context: {cluster: c}}]\n`)
    const message = 'a second document begins here, and is not read: keep it in a file of its own'
    expect(read).toMatchObject({ faults: [{ line: 5, message }], contexts: [{ name: 'x' }] })
    // An end of the document, and one of nothing, leave nothing out.
    for (const end of ['...\n', '---\n', '---\n# the end\n']) expect(readKubeconfig(`contexts:\n${CONTEXT}${end}`).faults).toEqual([])
    expect(readKubeconfig('')).toEqual({ clusters: [], users: [], contexts: [], current: '', faults: [] })
    expect(readKubeconfig('# nothing\n').faults).toEqual([])
  })

  test('the same entry twice is no fault', () => {
    expect(readKubeconfig(`contexts:\n${CONTEXT}${CONTEXT}`)).toMatchObject({ faults: [], contexts: [{ name: 'x' }] })
  })
})

/** kubectl refuses each of these files; what is read here stands before or beside the fault. */
describe('faults, each with its line', () => {
  const good = `clusters:\n${CLUSTER}contexts:\n${CONTEXT}`
  test.each<[what: string, source: string, line: number, message: RegExp]>([
    ['a tab', `${good}- name: later\n\tcontext: {}\n`, 8, /tab/i],
    ['a quote that is not closed', `${good}- name: later\n  context: {cluster: "c\n`, 9, /quote/i],
    [
      'a name that YAML takes for a boolean',
      `${good}- name: on\n  context: {cluster: c}\n`,
      7,
      /^the name of a context must be text, .*boolean: put it in quotes$/,
    ],
    ['a name that is a number', `${good}- {name: 123, context: {cluster: c}}\n`, 7, /^the name of a context must be text, .*number/],
    ['no name', `${good}- context: {cluster: c}\n`, 7, /^the name of a context is missing$/],
    ['an empty name', `${good}- {name: "", context: {cluster: c}}\n`, 7, /is missing/],
    [
      'a namespace that is a number',
      `${good}- name: later\n  context:\n    cluster: c\n    namespace: 42\n`,
      10,
      /^namespace of context "later" must be text/,
    ],
    ['an entry that is null', `${good}- null\n`, 7, /^an entry of contexts must have a name and a context$/],
    ['a context that is a list', `${good}- {name: later, context: []}\n`, 7, /^context "later" must have fields$/],
    ['an alias of nothing', `${good}- {name: later, context: *nothing}\n`, 7, /alias/],
    ['a name for two', `${good}- {name: x, context: {cluster: other}}\n`, 7, /^there is a context "x" above/],
    ['a list that is none', `${good}users: {a: 1}\n`, 7, /^users must be a list$/],
    [
      'a token that is a number',
      `${good}users:\n- {name: u, user: {token: 12345}}\n`,
      8,
      /^token of user "u" must be text, which YAML takes for a number/,
    ],
    [
      'a boolean in quotes',
      `${good}users: []\nclusters:\n${CLUSTER}- name: d\n  cluster: {insecure-skip-tls-verify: "true"}\n`,
      12,
      /without quotes/,
    ],
    [
      'broken base64',
      `${good}clusters:\n${CLUSTER}- name: d\n  cluster: {certificate-authority-data: "not base64!"}\n`,
      11,
      /^certificate-authority-data of cluster "d" is not base64$/,
    ],
    [
      'base64 that is cut off',
      `${good}users:\n- {name: u, user: {client-key-data: YWJjZ}}\n`,
      8,
      /^client-key-data of user "u" is not base64$/,
    ],
    ['a current-context that is a list', `${good}current-context: []\n`, 7, /^current-context must be text$/],
  ])('%s', (_, source, line, message) => {
    const read = readKubeconfig(source)
    expect(read.faults).toEqual([{ line, message: expect.stringMatching(message) as string }])
    expect(read.clusters).toEqual([{ name: 'c', body: { server: 'https://x' } }])
    expect(read.contexts).toEqual([{ name: 'x', body: { cluster: 'c' } }])
  })

  test('a file of another kind is not read', () => {
    const read = readKubeconfig(`apiVersion: v1\nkind: Pod\n${good}`)
    expect(read.contexts).toEqual([])
    expect(read.faults).toMatchObject([{ line: 2 }])
    expect(readKubeconfig('- 1').faults).toEqual([{ line: 1, message: 'it is not a kubeconfig' }])
    expect(readKubeconfig('just text').faults).toEqual([{ line: 1, message: 'it is not a kubeconfig' }])
  })

  test('no fault shows a value', () => {
    const read = readKubeconfig('users: [{name: u, user: {token: 987654321}}]')
    expect(JSON.stringify(read.faults)).not.toContain('987654321')
  })
})

test('whatever is cut off or put into a good file, nothing is thrown, and what is read before the place is as it was', () => {
  const names = fc.uniqueArray(fc.stringMatching(/^[a-z][a-z0-9./@:-]{0,20}$/), { minLength: 1, maxLength: 5 })
  fc.assert(
    fc.property(names, fc.nat(), fc.constantFrom('', '\t', '"', ': :', '- [', '\0', '&a *a', '}'), (list, at, junk) => {
      const whole = stringify({ contexts: list.map((name) => ({ name, context: { cluster: `of ${name}` } })) }, { version: '1.1' })
      const cut = at % (whole.length + 1)
      const read = readKubeconfig(whole.slice(0, cut) + junk)
      for (const { name, body } of read.contexts.slice(0, -1)) expect(body).toEqual({ cluster: `of ${name}` })
      expect(readKubeconfig(whole)).toMatchObject({ faults: [], contexts: list.map((name) => ({ name })) })
    }),
  )
})

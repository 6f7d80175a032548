import { base, strategicCases } from '../../../e2e/reference/patches/strategic-cases.ts'
import type { Scenario } from '../session.ts'

const jsonPatches: readonly [string, object | string][] = [
  ['add', [{ op: 'add', path: '/data/b', value: '2' }]],
  ['add to what is not there', [{ op: 'add', path: '/nothing/b', value: '2' }]],
  ['replace', [{ op: 'replace', path: '/data/a', value: '2' }]],
  ['replace what is not there', [{ op: 'replace', path: '/data/z', value: '2' }]],
  ['remove', [{ op: 'remove', path: '/data/a' }]],
  ['remove what is not there', [{ op: 'remove', path: '/data/z' }]],
  ['move', [{ op: 'move', from: '/data/a', path: '/data/b' }]],
  ['copy', [{ op: 'copy', from: '/data/a', path: '/data/b' }]],
  ['test', [{ op: 'test', path: '/data/a', value: '1' }]],
  ['test that fails', [{ op: 'test', path: '/data/a', value: '2' }]],
  [
    'escapes',
    [
      { op: 'add', path: '/metadata/annotations', value: { 'a/b': '1' } },
      { op: 'replace', path: '/metadata/annotations/a~1b', value: '2' },
    ],
  ],
  ['unknown operation', [{ op: 'explode', path: '/data/a' }]],
  ['no operation', [{ path: '/data/a' }]],
  ['no path', [{ op: 'remove' }]],
  ['an unknown field of an operation', [{ op: 'add', path: '/data/c', value: '3', nothing: 1 }]],
  ['a number for a string', [{ op: 'add', path: '/data/c', value: 3 }]],
  ['an empty patch', []],
  ['no patch', 'null'],
  ['the whole document', [{ op: 'replace', path: '', value: {} }]],
]

const mergePatches: readonly [string, object | string][] = [
  ['set', { data: { b: '2' } }],
  ['null', { data: { a: null } }],
  ['null of everything', { data: null }],
  ['a wrong type', { data: { a: 1 } }],
  ['a list for a map', { data: [] }],
  ['no patch', 'null'],
  ['binary', { binaryData: { x: 'AAEC' } }],
  ['binary that is none', { binaryData: { x: '!' } }],
]

export const patches: readonly Scenario[] = [
  {
    name: 'strategic merge patches',
    async run(s) {
      const ns = await s.namespace('strategic')
      const all = `/apis/apps/v1/namespaces/${ns}/deployments`
      await s.post('create', all, base)
      const headers = { 'content-type': 'application/strategic-merge-patch+json' }
      for (const c of strategicCases)
        await s.do(c.name, { method: 'PATCH', path: `${all}/d?dryRun=All`, body: JSON.stringify(c.patch), headers })
    },
  },
  {
    name: 'json and merge patches',
    async run(s) {
      const ns = await s.namespace('patches')
      const all = `/api/v1/namespaces/${ns}/configmaps`
      await s.post('create', all, { metadata: { name: 'm' }, data: { a: '1' } })
      const send = (label: string, type: string, patch: object | string): Promise<unknown> => {
        const body = typeof patch === 'string' ? patch : JSON.stringify(patch)
        return s.do(label, { method: 'PATCH', path: `${all}/m?dryRun=All`, body, headers: { 'content-type': `application/${type}` } })
      }
      for (const [name, patch] of jsonPatches) await send(`json: ${name}`, 'json-patch+json', patch)
      for (const [name, patch] of mergePatches) await send(`merge: ${name}`, 'merge-patch+json', patch)
      for (const [name, patch] of mergePatches) await send(`strategic: ${name}`, 'strategic-merge-patch+json', patch)
      await s.do('many operations', {
        method: 'PATCH',
        path: `${all}/m`,
        body: JSON.stringify(Array.from({ length: 10_001 }, () => ({ op: 'test', path: '/data/a', value: '1' }))),
        headers: { 'content-type': 'application/json-patch+json' },
      })
    },
  },
]

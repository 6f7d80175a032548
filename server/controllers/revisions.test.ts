import { expect, test } from 'vitest'
import { byRevision, hasData, nextRevision, revisionHash, revisionName, templateOf, templatePatch } from './revisions.ts'

const KNOWN = {
  metadata: { labels: { app: 'db' } },
  spec: {
    automountServiceAccountToken: false,
    containers: [
      {
        name: 'c',
        image: 'i',
        args: ['a<b'],
        imagePullPolicy: 'Always',
        resources: {},
        terminationMessagePath: '/dev/termination-log',
        terminationMessagePolicy: 'File',
      },
    ],
    dnsPolicy: 'ClusterFirst',
    restartPolicy: 'Always',
    schedulerName: 'default-scheduler',
    securityContext: {},
    terminationGracePeriodSeconds: 30,
  },
}

test('a revision keeps a template, and gives it back', () => {
  const template = { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'c', image: 'i' }] } }
  const data = templatePatch(template)
  expect(data).toEqual({ spec: { template: { $patch: 'replace', ...template } } })
  const revision = { metadata: { name: 'r' }, revision: 1, data }
  expect(templateOf(revision)).toEqual(template)
  expect(hasData(revision, templatePatch({ spec: template.spec, metadata: template.metadata }))).toBe(true)
  expect(hasData(revision, templatePatch({ ...template, metadata: {} }))).toBe(false)
})

test('the name follows from the data, whatever the order of its keys, and from the collisions', () => {
  expect(revisionHash({ a: 1, b: { c: 2, d: 3 } }, 0)).toBe(revisionHash({ b: { d: 3, c: 2 }, a: 1 }, 0))
  expect(revisionHash({ a: 1 }, 0)).not.toBe(revisionHash({ a: 1 }, 1))
  expect(revisionHash({ a: '<' }, 0)).not.toBe(revisionHash({ a: '>' }, 0))
  // As kube-controller-manager 1.37.2 names it.
  expect(revisionHash(templatePatch(KNOWN), 0)).toBe('6bfc958694')
  expect(revisionName('x'.repeat(300), 'h')).toBe(`${'x'.repeat(223)}-h`)
})

test('revisions are in the order of their numbers, then of their age', () => {
  const revision = (name: string, n: number, created: string) => ({ metadata: { name, creationTimestamp: created }, revision: n })
  const list = [
    revision('c', 2, '2026-01-01T00:00:00Z'),
    revision('b', 1, '2026-01-02T00:00:00Z'),
    revision('a', 1, '2026-01-01T00:00:00Z'),
  ]
  expect(list.sort(byRevision).map((r) => r.metadata.name)).toEqual(['a', 'b', 'c'])
})

test('numbers are counted as int64, which no float64 tells apart', () => {
  const revision = (name: string, n: number | bigint) => ({ metadata: { name, creationTimestamp: '2026-01-01T00:00:00Z' }, revision: n })
  const list = [revision('b', 9007199254740993n), revision('a', 9007199254740994n), revision('c', 3)]
  expect([...list].sort(byRevision).map((r) => r.metadata.name)).toEqual(['c', 'b', 'a'])
  expect(nextRevision(list)).toBe(9007199254740995n)
  expect(nextRevision([])).toBe(1)
  expect(nextRevision([revision('a', 2 ** 53 - 2)])).toBe(2 ** 53 - 1)
  // Which no revision may have: kube-apiserver refuses it.
  expect(nextRevision([revision('a', 2n ** 63n - 1n)])).toBe(-(2n ** 63n))
})

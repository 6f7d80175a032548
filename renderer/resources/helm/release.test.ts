import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { explain, toApiError } from '../../kube/api-error.ts'
import type { KubeObject } from '../../kube/types.ts'
import { leftOver, objectsOf, owned, stays } from './objects.ts'
import { decodeRelease, encodeRelease, mostBytes, type Release, releaseSecret, releasesOf, rolledBack, withStatus } from './release.ts'

const release = (version: number, more: Partial<Release> = {}): Release => ({
  name: 'quay',
  namespace: 'shop',
  version,
  info: { first_deployed: '2026-01-01T00:00:00Z', last_deployed: '2026-01-02T00:00:00Z', status: 'deployed', notes: `notes ${version}` },
  chart: { metadata: { name: 'quay', version: `${version}.0.0` } },
  manifest: `---\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: map-${version}\n`,
  ...more,
})
const packed = (text: string | Buffer): string => Buffer.from(gzipSync(text).toString('base64')).toString('base64')

describe('a release in its Secret', () => {
  test('comes back as it was, with what nobody here knows of and every digit', async () => {
    await fc.assert(
      fc.asyncProperty(fc.jsonValue(), fc.string({ unit: 'grapheme' }), async (config, manifest) => {
        const whole = release(1, { config, manifest, more: 9007199254740993n } as Partial<Release>)
        expect(JSON.stringify(await decodeRelease(await encodeRelease(whole)))).toBe(JSON.stringify(whole))
      }),
      { numRuns: 50 },
    )
  })

  test('as helm packs it, and as it did before it packed anything', async () => {
    expect(await decodeRelease(packed(JSON.stringify(release(3))))).toEqual(release(3))
    const plain = Buffer.from(Buffer.from(JSON.stringify(release(4))).toString('base64')).toString('base64')
    expect(await decodeRelease(plain)).toEqual(release(4))
  })

  test.each<[string, string, RegExp]>([
    ['nothing', '', /it has no key "release"$/],
    ['no base64', '%', /it is no base64 of gzip of JSON$/],
    ['no base64 within', btoa('not a release'), /it is no base64 of gzip of JSON$/],
    ['half a gzip', btoa(btoa('\x1f\x8b\x08')), /it is no base64 of gzip of JSON$/],
    ['something else', packed('{"a":1}'), /it holds something else$/],
    ['no JSON', packed('not JSON'), /JSON$/],
    ['more than anybody deploys', packed(Buffer.alloc(mostBytes + 1, 32)), /more than 32 MiB$/],
  ])('what is none is refused by a sentence that names the Secret: %s', async (_, data, message) => {
    const refused = decodeRelease(data, 'sh.helm.release.v1.a.v1')
    await expect(refused).rejects.toThrow(message)
    await expect(refused).rejects.toThrow(/^the Secret sh\.helm\.release\.v1\.a\.v1 cannot be read as a Helm release: /)
    const error = await refused.catch((thrown: unknown) => thrown)
    expect(explain(toApiError(error))).toBe('NoRelease')
  })
})

describe('revisions', () => {
  const secret = (name: string, version: string, more: object = {}): KubeObject => ({
    metadata: { name: `s-${name}-${version}`, namespace: 'shop', labels: { owner: 'helm', name, version, status: 'superseded', ...more } },
  })
  test('by release, the newest first; what has no revision is none', () => {
    const found = releasesOf([
      secret('b', '1'),
      secret('a', '9'),
      secret('a', '10', { status: 'deployed', modifiedAt: '60' }),
      secret('c', 'x'),
    ])
    expect(found.map((revisions) => revisions.map(({ name, version, status }) => `${name} ${version} ${status}`))).toEqual([
      ['a 10 deployed', 'a 9 superseded'],
      ['b 1 superseded'],
    ])
    expect(found[0]?.[0]?.modified).toBe(60_000)
  })

  test('a rollback is a new revision with the earlier chart and manifest', async () => {
    const current = release(5, { info: { first_deployed: 'first', status: 'deployed' } })
    const next = rolledBack(current, release(2), 'now')
    expect(next).toEqual({
      ...release(2),
      version: 6,
      apply_method: 'ssa',
      info: {
        first_deployed: 'first',
        last_deployed: 'now',
        description: 'Rollback to 2',
        status: 'pending-rollback',
        rollback_revision: 2,
        notes: 'notes 2',
      },
    })
    const made = await releaseSecret(
      next,
      'shop',
      { team: 'harbour', createdAt: '1', modifiedAt: '2', status: 'superseded' },
      { createdAt: 7.9 },
    )
    expect(made).toMatchObject({ type: 'helm.sh/release.v1', metadata: { name: 'sh.helm.release.v1.quay.v6', namespace: 'shop' } })
    expect(made.metadata.labels).toEqual({
      team: 'harbour',
      createdAt: '7',
      name: 'quay',
      owner: 'helm',
      status: 'pending-rollback',
      version: '6',
    })
    const done = await releaseSecret(withStatus(next, 'deployed'), 'shop', made.metadata.labels ?? {}, { modifiedAt: 8 })
    expect(done.metadata.labels).toMatchObject({ createdAt: '7', modifiedAt: '8', status: 'deployed' })
  })
})

describe('objects of a manifest', () => {
  test('what goes with a revision: by group, kind, namespace and name, whatever the version', () => {
    const before = objectsOf(
      '---\n# Source: x\napiVersion: apps/v1beta1\nkind: Deployment\nmetadata: {name: a}\n---\napiVersion: v1\nkind: Service\nmetadata: {name: a}\n',
    )
    const after = objectsOf('apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a}\n')
    expect(leftOver(before, after).map(({ kind, name }) => `${kind} ${name}`)).toEqual(['Service a'])
    expect(objectsOf(undefined)).toEqual([])
  })

  test('whose an object is, and what is kept', () => {
    const marked = owned({ kind: 'ConfigMap', metadata: { name: 'm', labels: { a: 'b' } } }, 'quay', 'shop')
    expect(marked.metadata).toEqual({
      name: 'm',
      labels: { a: 'b', 'app.kubernetes.io/managed-by': 'Helm' },
      annotations: { 'meta.helm.sh/release-name': 'quay', 'meta.helm.sh/release-namespace': 'shop' },
    })
    const live = marked as unknown as KubeObject
    expect(stays(live, 'quay', 'shop')).toBeUndefined()
    expect(stays(live, 'quay', 'other')).toBe('foreign')
    const annotations = { ...live.metadata.annotations, 'helm.sh/resource-policy': 'keep' }
    expect(stays({ metadata: { ...live.metadata, annotations } }, 'quay', 'shop')).toBe('kept')
  })
})

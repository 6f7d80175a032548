import { afterEach, describe, expect, test } from 'vitest'
import { CERTIFICATE_SIGNING_REQUESTS } from '../../client/resource.ts'
import type { KubeObject } from '../../machinery/types.ts'
import { makeRequest } from '../../machinery/x509/testing/certification-request.ts'
import { gone, startTestCluster, type TestCluster } from '../testing/cluster.ts'
import { certificateSigningRequestCleanerController, isOver, type CertificateSigningRequest } from './certificatesigningrequest-cleaner.ts'

let c: TestCluster | undefined
afterEach(async () => {
  await c?.close()
  c = undefined
})

describe('certificate signing requests', () => {
  const NOW = Date.UTC(2026, 0, 2)
  const ago = (hours: number): string => new Date(NOW - hours * 3_600_000).toISOString()
  const csr = (created: number, condition?: string, updated = created, certificate?: string): CertificateSigningRequest => ({
    metadata: { name: 'c', creationTimestamp: ago(created) },
    status: {
      ...(condition === undefined ? {} : { conditions: [{ type: condition, status: 'True', lastUpdateTime: ago(updated) }] }),
      ...(certificate === undefined ? {} : { certificate }),
    },
  })
  test.each([
    ['pending for a day', csr(25), true],
    ['pending', csr(23), false],
    ['denied an hour ago', csr(3, 'Denied', 1.1), true],
    ['just denied', csr(3, 'Denied', 0.5), false],
    ['failed an hour ago', csr(3, 'Failed', 1.1), true],
    ['approved, and never issued', csr(30, 'Approved', 25), true],
    ['approved a while ago', csr(30, 'Approved', 20), false],
    ['issued an hour ago', csr(3, 'Approved', 1.1, 'AAAA'), true],
    ['just issued', csr(3, 'Approved', 0.5, 'AAAA'), false],
  ])('%s: %s', (_, request, over) => expect(isOver(request, NOW)).toBe(over))

  test('that nobody answers go', async () => {
    const cluster = (c = await startTestCluster(certificateSigningRequestCleanerController))
    const create = cluster.client.resource(CERTIFICATE_SIGNING_REQUESTS).create({
      apiVersion: 'certificates.k8s.io/v1',
      kind: 'CertificateSigningRequest',
      metadata: { name: 'old' },
      spec: {
        request: Buffer.from(makeRequest({ commonName: 'x' }).request).toString('base64'),
        signerName: 'example.com/s',
        usages: ['client auth'],
      },
    } as KubeObject)
    await create
    cluster.clock.advance(23 * 3_600_000)
    await cluster.pass(1)
    expect((await cluster.list(CERTIFICATE_SIGNING_REQUESTS)).length).toBe(1)
    cluster.clock.advance(3 * 3_600_000)
    await gone(cluster, CERTIFICATE_SIGNING_REQUESTS, 'old')
  })
})

import { expect, test } from 'vitest'
import { admitEverything } from '../../admission/contract.ts'
import { FakeClock } from '../../machinery/clock.ts'
import type { KubeObject } from '../../machinery/types.ts'
import { createAuthority } from '../../serving/x509.ts'
import { serverContext } from '../generic/strategy.ts'
import { RequestedDurations } from './requested-durations.ts'

const clock = new FakeClock()
const context = serverContext({ clock, admission: admitEverything })
const DAY = 86_400
// It begins an hour early.
const issued = Buffer.from(createAuthority('ca', clock.now(), 1).cert).toString('base64')

const request = (signerName: string, expirationSeconds?: number, certificate?: string): KubeObject =>
  ({
    metadata: { name: 'a' },
    spec: { signerName, ...(expirationSeconds === undefined ? {} : { expirationSeconds }) },
    status: certificate === undefined ? {} : { certificate },
  }) as unknown as KubeObject

test('a certificate is counted once it is written, where its duration was asked for, and where it is about that', async () => {
  const durations = new RequestedDurations()
  const write = async (
    signer: string,
    seconds: number | undefined,
    { before = '', after = issued, dryRun = false, fails = false } = {},
  ) => {
    const old = request(signer, seconds, before)
    const { commit, undo } = await durations.beginStatusUpdate(request(signer, seconds, after), old, { ...context, dryRun })
    await (fails ? undo() : commit())
  }
  const kubelet = 'kubernetes.io/kube-apiserver-client-kubelet'
  await write(kubelet, DAY)
  await write(kubelet, 30 * DAY)
  await write('example.com/a', DAY)
  await write('example.com/b', DAY, { after: Buffer.from('no certificate').toString('base64') })
  await write(kubelet, undefined)
  await write(kubelet, DAY, { before: issued })
  await write(kubelet, DAY, { after: '' })
  await write(kubelet, DAY, { dryRun: true })
  await write(kubelet, DAY, { fails: true })
  const counts = await Promise.all(durations.sources().map(async (source) => (await source.get()).values))
  expect(counts.map((of) => of.map(({ labels, value }) => [labels['signerName'], value]))).toEqual([
    [
      [kubelet, 2],
      ['other', 2],
    ],
    [
      [kubelet, 1],
      ['other', 1],
    ],
  ])
})

import { storageConformance } from '../testing/conformance.ts'
import { findEtcds, startEtcd } from '../testing/etcd.ts'
import type { Subject } from '../testing/suite.ts'
import { openEtcdStorage } from './open.ts'

const etcds = findEtcds()

/** Fixed in 3.4.36, 3.5.18 and 3.6.0. */
const losesTombstones = (version: string) => /^3\.(4\.([0-9]|[12][0-9]|3[0-5])|5\.([0-9]|1[0-7]))$/.test(version)

for (const etcd of etcds) {
  const factory = async (): Promise<Subject> => {
    const cluster = await startEtcd(etcd)
    const open = () => openEtcdStorage({ endpoints: cluster.endpoints })
    const subject: Subject = {
      storage: await open(),
      async restart() {
        await subject.storage.close()
        subject.storage = await open()
      },
      // etcd's clock is the real one: its lease runs out while the test waits for the event.
      pass() {},
      async dispose() {
        await subject.storage.close()
        await cluster[Symbol.asyncDispose]()
      },
    }
    return subject
  }
  storageConformance(`etcd ${etcd.version}`, factory, {
    propertyRuns: 15,
    manyKeys: 2500,
    quirks: losesTombstones(etcd.version)
      ? {
          watchFromCompactedTombstone:
            'etcd before 3.4.36 and 3.5.18 drops a delete at the very revision it compacts to (etcd issue 19179)',
        }
      : {},
  })
}

if (etcds.length === 0) {
  const never = () => Promise.reject(new Error('there is no etcd'))
  storageConformance('etcd', never, { skip: 'no etcd in PATH or in $KUBEBUILDER_ASSETS' })
}

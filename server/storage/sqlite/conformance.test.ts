import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { FakeClock } from '../../machinery/clock.ts'
import { storageConformance } from '../testing/conformance.ts'
import type { Subject } from '../testing/suite.ts'
import { openSqliteStorage } from './open.ts'

async function sqliteSubject(): Promise<Subject> {
  const folder = await mkdtemp(join(tmpdir(), 'sqlite-conformance-'))
  const clock = new FakeClock()
  const open = () => openSqliteStorage({ path: join(folder, 'store.db'), clock })
  const subject: Subject = {
    storage: await open(),
    async restart() {
      await subject.storage.close()
      subject.storage = await open()
    },
    pass: (seconds) => clock.advance(seconds * 1000),
    async dispose() {
      await subject.storage.close()
      await rm(folder, { recursive: true })
    },
  }
  return subject
}

storageConformance('sqlite', sqliteSubject)

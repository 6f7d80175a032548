import { X509Certificate } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { formatTime } from '../machinery/clock.ts'
import { text } from './kubeconfig.ts'
import type { Fields } from './kubeconfig-file.ts'

/** Why a user's client certificate lets nobody in at this time, in milliseconds; undefined when that is not why. */
export async function certificateFault(user: Fields, now: number): Promise<string | undefined> {
  const packed = text(user['client-certificate-data'])
  const file = text(user['client-certificate'])
  if (packed === '' && file === '') return undefined
  try {
    const { validFromDate, validToDate } = new X509Certificate(packed === '' ? await readFile(file) : Buffer.from(packed, 'base64'))
    if (validToDate.getTime() < now) return `its client certificate ended at ${formatTime(validToDate.getTime())}`
    if (validFromDate.getTime() > now) return `its client certificate begins at ${formatTime(validFromDate.getTime())}`
  } catch {
    // What cannot be read, the connection has told of already.
  }
  return undefined
}

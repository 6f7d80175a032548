import { readFileSync } from 'node:fs'
import { createSecureContext } from 'node:tls'
import { StorageOpenError } from '../contract.ts'

/** Files in PEM; an empty path is none. */
export interface EtcdTls {
  readonly caFile?: string
  readonly certFile?: string
  readonly keyFile?: string
}

/** What a connection to etcd is made with; without `ca` the system's authorities are trusted. */
export interface TlsMaterial {
  readonly ca: Buffer | undefined
  readonly cert: Buffer | undefined
  readonly key: Buffer | undefined
}

/**
 * What the next connection is made with. Certificate and key are read anew each time that it is asked for, and the CA once, as etcd's client does
 * (`client/pkg/transport`, `TLSInfo.ClientConfig`). The same object is given while the files are the same; of files that cannot be read or do not
 * belong together, as in the midst of an exchange, the last ones that did.
 * @throws StorageOpenError now, when a file cannot be read
 */
export function tlsReader(files: EtcdTls | undefined): () => TlsMaterial | undefined {
  if (files === undefined) return () => undefined
  const { caFile, certFile, keyFile } = files
  const ca = readNow(caFile)
  let last: TlsMaterial = { ca, cert: readNow(certFile), key: readNow(keyFile) }
  return () => {
    try {
      const now = { ca, cert: read(certFile), key: read(keyFile) }
      if (!isSame(now.cert, last.cert) || !isSame(now.key, last.key)) {
        createSecureContext(now)
        last = now
      }
    } catch {
      // Asked again for the next connection.
    }
    return last
  }
}

const read = (file: string | undefined): Buffer | undefined => (file === undefined || file === '' ? undefined : readFileSync(file))

const isSame = (a: Buffer | undefined, b: Buffer | undefined): boolean =>
  a === undefined ? b === undefined : b !== undefined && a.equals(b)

function readNow(file: string | undefined): Buffer | undefined {
  try {
    return read(file)
  } catch (error) {
    throw new StorageOpenError(
      `The file ${file} for the connection to etcd cannot be read (${String(error)}); correct its path or permissions.`,
    )
  }
}

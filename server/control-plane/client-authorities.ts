import { readFileSync } from 'node:fs'
import type { AuthenticationTrust } from '../aggregator/authentication.ts'
import { certificateIds } from '../authn/request-header.ts'
import { ChangingFile } from '../machinery/changing-file.ts'
import type { Clock } from '../machinery/clock.ts'
import type { Log } from '../machinery/log.ts'

const LOOK_MS = 60_000

export interface AuthorityFiles {
  /** PEM of this server's own CA, whose clients are known beside those of the file; empty: they are not. */
  readonly own: string
  /** Empty: none besides. */
  readonly clientCaFile: string
  /** Of those who say in headers who asks; empty: nobody does. */
  readonly requestHeaderClientCaFile: string
  readonly requestHeaderAllowedNames: readonly string[]
}

interface Bundle {
  readonly pem: string
  readonly ids: ReadonlySet<string>
}

/**
 * The CAs of clients' certificates and of front proxies, read again when their files change (apiserver `dynamiccertificates`,
 * DynamicFileCAContent). A file that says nothing of use changes nothing.
 */
export class ClientAuthorities {
  readonly #files: AuthorityFiles
  #clients: Bundle
  #proxies: Bundle | undefined

  /** @throws Error of one sentence for a file without certificates */
  constructor(files: AuthorityFiles) {
    this.#files = files
    ;[this.#clients, this.#proxies] = this.#read()
  }

  /** PEM. */
  get clientCa(): string {
    return this.#clients.pem
  }

  /** Everybody whose certificates are looked at in a handshake, as PEM. */
  get all(): string {
    return [this.#clients, this.#proxies].flatMap((bundle) => bundle?.pem ?? []).join('\n')
  }

  /** What extension API servers are told. */
  get proxies(): AuthenticationTrust['others'] {
    return this.#proxies && { ca: this.#proxies.pem, names: this.#files.requestHeaderAllowedNames }
  }

  clientRoots(): ReadonlySet<string> {
    return this.#clients.ids
  }

  proxyRoots(): ReadonlySet<string> {
    return this.#proxies?.ids ?? new Set()
  }

  /** @param changed told when there are others; throws an Error for those that cannot be used */
  follow(changed: () => void, { clock, log }: { clock: Clock; log: Log }): ChangingFile[] {
    const { clientCaFile, requestHeaderClientCaFile } = this.#files
    return [...new Set([clientCaFile, requestHeaderClientCaFile])]
      .filter((file) => file !== '')
      .map(
        (file) =>
          new ChangingFile(file, {
            ...{ clock, intervalMs: LOOK_MS },
            changed: () => {
              ;[this.#clients, this.#proxies] = this.#read()
              changed()
              log.info({ file }, 'the certificate authorities of clients have been read again')
            },
            failed: ({ message: error }) =>
              log.warn({ file, error }, 'the certificate authorities of clients cannot be read again; what they were goes on'),
          }),
      )
  }

  #read(): [clients: Bundle, proxies: Bundle | undefined] {
    const { own, clientCaFile, requestHeaderClientCaFile } = this.#files
    const ofClients = clientCaFile === '' ? own : [own, read('client-ca-file', clientCaFile)].filter((pem) => pem !== '').join('\n')
    const proxies = requestHeaderClientCaFile === '' ? undefined : read('requestheader-client-ca-file', requestHeaderClientCaFile)
    return [bundle(ofClients), proxies === undefined ? undefined : bundle(proxies)]
  }
}

const bundle = (pem: string): Bundle => ({ pem, ids: certificateIds(pem) })

/** @throws Error of one sentence */
function read(flag: string, file: string): string {
  const pem = readFileSync(file, 'utf8')
  let count: number
  try {
    count = certificateIds(pem).size
  } catch (e) {
    throw new Error(`--${flag} ${file} has a certificate that cannot be read (${(e as Error).message}); write it as PEM`, { cause: e })
  }
  if (count === 0) throw new Error(`--${flag} ${file} has no certificates; name a PEM file with at least one`)
  return pem
}

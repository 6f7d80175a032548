import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { GIT_VERSION, KUBERNETES_VERSION, rawVersion } from '../discovery/version.ts'
import { firstServiceAddress } from '../machinery/ip-range.ts'
import { http } from '../machinery/node-http.ts'
import { serviceRanges } from '../options/network.ts'
import type { Options, Program } from '../options/parse.ts'
import { advertiseAddress } from '../options/paths.ts'
import { usualNames } from '../serving/certificates.ts'
import { writePrivateFile } from '../serving/files.ts'
import { createAuthority, issueCertificate } from '../serving/x509.ts'
import { DATA_DIR_PATH } from './contract.ts'

/**
 * The program under the name kube-apiserver, as envtest starts it (controller-runtime `pkg/internal/testing/controlplane/apiserver.go`): no
 * loops, no nodes, and kube-apiserver's defaults. It listens on loopback unless told otherwise, which the original does not.
 */
export const kubeApiserver: Program = {
  name: 'kube-apiserver',
  release: KUBERNETES_VERSION,
  version: { text: `Kubernetes ${GIT_VERSION}`, raw: rawVersion() },
  defaults: {
    local: { nodes: 0, controllers: [], defaultAccounts: false, onlyGivenAuthorities: true },
    serving: { certDir: '/var/run/kubernetes' },
    authorization: { authorizationMode: ['AlwaysAllow'] },
  },
}

/**
 * Options as kube-apiserver means them: a pair apiserver.{crt,key} in --cert-dir is served as it is, whoever signed it; it is made when
 * there is none, and nothing else is written there but a folder of our own. Behind the stand-in of etcd the store is embedded, in etcd's
 * data folder.
 * @param now milliseconds since the epoch
 */
export async function asKubeApiserver(o: Options, now: number): Promise<Options> {
  const { certDir } = o.serving
  const embedded = await embeddedIn(o.storage.etcdServers)
  const dataDir = o.storage.dataDir !== '' ? o.storage.dataDir : join(embedded ?? certDir, 'binnacle')
  const pair = o.tls.tlsCertFile === '' ? servingPair(o, now) : {}
  const { enabledPlugins, disabledPlugins } = o.admission
  return {
    ...o,
    // There it has to be asked for.
    admission: { ...o.admission, disabledPlugins: enabledPlugins.includes(NODES) ? disabledPlugins : [...disabledPlugins, NODES] },
    serving: { ...o.serving, certDir: '' },
    tls: { ...o.tls, ...pair },
    storage: { ...o.storage, dataDir, etcdServers: embedded === undefined ? o.storage.etcdServers : [] },
  }
}

/** apiserver `pkg/server/options`, MaybeDefaultWithSelfSignedCerts. */
function servingPair(o: Options, now: number): Pick<Options['tls'], 'tlsCertFile' | 'tlsPrivateKeyFile'> {
  const [tlsCertFile, tlsPrivateKeyFile] = [join(o.serving.certDir, 'apiserver.crt'), join(o.serving.certDir, 'apiserver.key')]
  const missing = [tlsCertFile, tlsPrivateKeyFile].filter((file) => !existsSync(file))
  if (missing.length === 1) throw new Error(`error reading ${missing[0]}, certificate and key must be supplied as a pair`)
  if (missing.length === 2) {
    const host = advertiseAddress(o)
    const at = Math.floor(now / 1000)
    const authority = createAuthority(`${host}-ca@${at}`, now)
    const names = [...new Set([...usualNames(), host, firstServiceAddress(serviceRanges(o.network)[0]!)])]
    const pair = issueCertificate(authority, { commonName: `${host}@${at}`, use: 'server', names, now })
    writePrivateFile(tlsPrivateKeyFile, pair.key)
    // Whoever takes the file for a bundle of authorities finds the one that signed.
    writeFileSync(tlsCertFile, `${pair.cert}${authority.cert}`)
  }
  return { tlsCertFile, tlsPrivateKeyFile }
}

const NODES = 'NodeRestriction'
const ASK_LIMIT_MS = 3000

/** The data folder of the stand-in behind the only URL; undefined for an etcd. */
async function embeddedIn(servers: readonly string[]): Promise<string | undefined> {
  const [server] = servers
  if (servers.length !== 1 || server === undefined || !server.startsWith('http:')) return undefined
  return new Promise((resolve) => {
    const req = http.get(new URL(DATA_DIR_PATH, server), { timeout: ASK_LIMIT_MS }, (res) => {
      let text = ''
      res.setEncoding('utf8')
      res.on('data', (part: string) => (text += part))
      res.once('end', () => resolve(res.statusCode === 200 ? text : undefined))
      res.once('error', () => resolve(undefined))
    })
    req.once('timeout', () => req.destroy(new Error('no answer')))
    // Whoever does not answer is an etcd that is not there yet: its client says so, and waits.
    req.once('error', () => resolve(undefined))
  })
}

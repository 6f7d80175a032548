import { posix } from 'node:path'
import { together, unreadable } from './files.ts'
import type { Family } from './flag.ts'

export interface StorageOptions {
  /** Empty: the embedded store in the data folder. */
  etcdServers: readonly string[]
  etcdCaFile: string
  etcdCertFile: string
  etcdKeyFile: string
  /** As it was given: `keyPrefixOf`. */
  etcdPrefix: string
  /** History is kept for one to two of these; 0 keeps all of it. Of both stores: the name is kube-apiserver's. */
  etcdCompactionIntervalMs: number
  eventTtlMs: number
  /** Empty: the user's data folder. */
  dataDir: string
}

export const storage: Family<StorageOptions> = {
  title: 'Storage',
  defaults: {
    etcdServers: [],
    etcdCaFile: '',
    etcdCertFile: '',
    etcdKeyFile: '',
    etcdPrefix: '/registry',
    etcdCompactionIntervalMs: 300_000,
    eventTtlMs: 3_600_000,
    dataDir: '',
  },
  flags: {
    'etcd-servers': {
      field: 'etcdServers',
      type: 'strings',
      help: 'URLs of etcd (scheme://host:port). Without them the embedded store is used.',
    },
    'etcd-cafile': { field: 'etcdCaFile', type: 'string', help: 'PEM file with the CA that etcd is checked against.' },
    'etcd-certfile': { field: 'etcdCertFile', type: 'string', help: 'PEM file with the certificate to show to etcd.' },
    'etcd-keyfile': { field: 'etcdKeyFile', type: 'string', help: 'PEM file with the key of --etcd-certfile.' },
    'etcd-prefix': { field: 'etcdPrefix', type: 'string', help: 'Prefix of all keys.' },
    'etcd-compaction-interval': {
      field: 'etcdCompactionIntervalMs',
      type: 'duration',
      help: 'How often old revisions are forgotten, in either store: those from before the last interval. 0 keeps them all.',
    },
    'event-ttl': { field: 'eventTtlMs', type: 'duration', help: 'How long Events are kept after their last change.' },
    'data-dir': {
      field: 'dataDir',
      type: 'string',
      help: "Folder for the embedded store and the certificates. Default: the user's data folder.",
    },
  },
  validate(o) {
    const errors = [
      ...together(['etcd-certfile', o.etcdCertFile], ['etcd-keyfile', o.etcdKeyFile]),
      ...unreadable({ 'etcd-cafile': o.etcdCaFile, 'etcd-certfile': o.etcdCertFile, 'etcd-keyfile': o.etcdKeyFile }),
    ]
    for (const server of o.etcdServers) {
      if (!isServerUrl(server))
        errors.push(`--etcd-servers: ${JSON.stringify(server)} is not of the form http://host:port, https://host:port or unix:///path`)
    }
    if (o.etcdCompactionIntervalMs < 0) errors.push('--etcd-compaction-interval can not be negative value')
    if (o.eventTtlMs < 1000) errors.push('--event-ttl must be a second or more')
    return errors
  },
}

function isServerUrl(text: string): boolean {
  if (/^unix:/.test(text)) return /^unix:(?:\/\/)?[^/]|^unix:\/\/\/[^/]/.test(text)
  if (!URL.canParse(text)) return false
  const { protocol, hostname, pathname } = new URL(text)
  return (protocol === 'http:' || protocol === 'https:') && hostname !== '' && pathname === '/'
}

/** The prefix of keys with a slash in front and none at its end, as `path.Join("/", prefix)` makes it upstream (apiserver `storage/etcd3`). */
export const keyPrefixOf = (etcdPrefix: string): string => posix.join('/', etcdPrefix).replace(/\/$/, '')

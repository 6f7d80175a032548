import { writePrivateFile } from './files.ts'

export interface KubeconfigEntry {
  /** URL of the API server. */
  readonly server: string
  /** PEM texts. */
  readonly ca: string
  readonly cert: string
  readonly key: string
  /** Name of the cluster and the context. */
  readonly name: string
}

const base64 = (text: string): string => Buffer.from(text, 'utf8').toString('base64')

/** A kubeconfig with everything in it. JSON is YAML, and needs no quoting rules of its own. */
export function kubeconfig(entry: KubeconfigEntry): string {
  const user = `${entry.name}-admin`
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: entry.name, cluster: { server: entry.server, 'certificate-authority-data': base64(entry.ca) } }],
    users: [{ name: user, user: { 'client-certificate-data': base64(entry.cert), 'client-key-data': base64(entry.key) } }],
    contexts: [{ name: entry.name, context: { cluster: entry.name, user } }],
    'current-context': entry.name,
  }
  return `${JSON.stringify(config, null, 2)}\n`
}

/** Writes it with mode 0600, in one step: a reader sees the old one or the new one. */
export function writeKubeconfig(file: string, entry: KubeconfigEntry): void {
  writePrivateFile(file, kubeconfig(entry))
}

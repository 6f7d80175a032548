import { readFile } from 'node:fs/promises'
import type { ClusterEntry } from './contract.ts'
import { GatewayError } from './errors.ts'
import { type KubeContext, text } from './kubeconfig.ts'

/** Fields of a kubeconfig's `cluster` that another person needs as they are. A proxy is this machine's way, and its address may hold a password. */
const kept = ['server', 'certificate-authority-data', 'insecure-skip-tls-verify', 'tls-server-name']

/** A context's cluster for somebody else's kubeconfig: with the authority's certificate in it, and nobody's credentials. @throws GatewayError */
export async function clusterEntry({ name, clusterName, cluster }: KubeContext): Promise<ClusterEntry> {
  const entry = Object.fromEntries(kept.flatMap((field) => (cluster[field] === undefined ? [] : [[field, cluster[field]]])))
  const file = text(cluster['certificate-authority'])
  if (file !== '' && entry['certificate-authority-data'] === undefined) {
    try {
      entry['certificate-authority-data'] = (await readFile(file)).toString('base64')
    } catch (e) {
      throw new GatewayError('BrokenContext', `context "${name}" cannot be used: ${e instanceof Error ? e.message : String(e)}`)
    }
  }
  return { name: clusterName, cluster: entry }
}

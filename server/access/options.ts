import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { parseDuration } from '../filters/duration.ts'
import { defaultDataDir } from '../options/paths.ts'
import type { Person } from './grant.ts'

export interface AccessOptions {
  readonly person: Person
  /** With which rights, on which cluster; its context, '' for the current one. */
  readonly kubeconfig: string
  readonly context: string
  /** Address to write down, where it is not the one that this command uses; empty: that one. */
  readonly server: string
  /** Empty: standard output. */
  readonly output: string
}

export const ACCESS_HELP = `Makes a kubeconfig for a person, with a certificate or a token that ends, and binds a role.

Usage:
  binnacle kubeconfig NAME [flags]

Flags:

      --group string        Group of the person, in the certificate; may be repeated.
      --namespace string    The namespace that the kubeconfig starts in, and the only one that the role is for.
      --role string         ClusterRole to bind, as view, edit or admin; Role/NAME for a Role of the namespace.
      --token               A token of the service account NAME, which is made in the namespace, instead of a certificate.
      --expires duration    How long it is good for, 10m at least. A certificate cannot be taken back, a token goes with its account. (default 24h)
      --server string       Address of the cluster to write down. Default: the one that this command uses.
      --output string       File to write, readable by its owner only. Default: standard output.
      --kubeconfig string   With which rights it is done, and where. Default: the admin's of the server that keeps its data in --data-dir.
      --context string      Context of that file. Default: the current one.
      --data-dir string     The server's data folder. Default: the user's data folder.`

const MIN_SECONDS = 600
const MAX_SECONDS = 2 ** 31 - 1

/** `text`: --help was asked for; `error` is one sentence. */
export function parseAccess(argv: readonly string[]): { options: AccessOptions } | { error: string } | { text: string } {
  let parsed: ReturnType<typeof read>
  try {
    parsed = read(argv)
  } catch (e) {
    return { error: (e as Error).message }
  }
  const { values: v, positionals } = parsed
  if (v.help) return { text: ACCESS_HELP }
  const [name = '', ...more] = positionals
  if (name === '' || more.length > 0) return { error: 'name one person: binnacle kubeconfig NAME [flags]; --help says more' }
  let seconds: number
  try {
    seconds = Math.floor(parseDuration(v.expires) / 1000)
  } catch (e) {
    return { error: `invalid argument ${JSON.stringify(v.expires)} for "--expires" flag: ${(e as Error).message}` }
  }
  if (seconds < MIN_SECONDS || seconds > MAX_SECONDS) return { error: `--expires is between 10m and ${MAX_SECONDS}s` }
  if (v.token && v.group.length > 0) return { error: '--group is of certificates: a service account has the groups of its namespace' }
  if (v.role.startsWith('Role/') && v.namespace === '') return { error: '--role=Role/… needs a --namespace' }
  const dataDir = v['data-dir'] === '' ? defaultDataDir() : v['data-dir']
  return {
    options: {
      person: { name, groups: v.group, namespace: v.namespace, role: v.role, token: v.token, seconds },
      kubeconfig: v.kubeconfig === '' ? join(dataDir, 'kubeconfig') : v.kubeconfig,
      ...{ context: v.context, server: v.server, output: v.output },
    },
  }
}

const text = { type: 'string', default: '' } as const

const read = (argv: readonly string[]) =>
  parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: {
      ...{ namespace: text, role: text, server: text, output: text, kubeconfig: text, context: text, 'data-dir': text },
      group: { type: 'string', multiple: true, default: [] },
      token: { type: 'boolean', default: false },
      expires: { type: 'string', default: '24h' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  })
